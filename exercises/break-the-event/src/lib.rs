//! An event that keeps its promises, four that do not, and the programs that tell them apart.

use std::time::Duration;

pub mod broken;
pub mod programs;

/// What the programs know of an event. Each promise is told above the method of the same name in `crates/event`.
pub trait Event: Sync + 'static {
    /// An event whose flag is down.
    fn new() -> Self;
    /// Raises the flag and releases every thread that waits.
    fn set(&self);
    /// Takes the flag down.
    fn clear(&self);
    /// Whether the flag is up.
    fn is_set(&self) -> bool;
    /// Blocks until the flag is up.
    fn wait(&self);
    /// Blocks until the flag is up, for no longer than `limit`.
    fn wait_timeout(&self, limit: Duration) -> bool;
}

macro_rules! events {
    ($($event:ty),* $(,)?) => {
        $(impl Event for $event {
            #[track_caller]
            fn new() -> Self {
                <$event>::new()
            }
            fn set(&self) {
                <$event>::set(self);
            }
            fn clear(&self) {
                <$event>::clear(self);
            }
            fn is_set(&self) -> bool {
                <$event>::is_set(self)
            }
            fn wait(&self) {
                <$event>::wait(self);
            }
            fn wait_timeout(&self, limit: Duration) -> bool {
                <$event>::wait_timeout(self, limit)
            }
        })*
    };
}

events!(
    event::Event,
    broken::looks_twice::Event,
    broken::no_generation::Event,
    broken::publishes_nothing::Event,
    broken::wakes_one::Event,
);
