//! Wrong: a flag and nothing else. A waiter that wakes late cannot know that there was a `set`.
//!
//! 1. The waiter sleeps: the flag is down.
//! 2. The setter raises the flag, wakes the waiter, and takes the flag down again.
//! 3. The waiter comes to, looks at the flag, finds it down, and sleeps on: the `set` that woke it is forgotten.

use std::time::Duration;

use futex::Deadline;
use model::sync::atomic::{AtomicU32, Ordering};

/// The flag is up.
const SET: u32 = 1;

/// A flag that threads can wait for.
#[derive(Debug)]
pub struct Event {
    state: AtomicU32,
}

impl Event {
    model::const_fn! {
        /// An event whose flag is down.
        pub const fn new() -> Event {
            Event { state: AtomicU32::new(0) }
        }
    }

    /// Whether the flag is up.
    pub fn is_set(&self) -> bool {
        self.state.load(Ordering::Acquire) & SET != 0
    }

    /// Raises the flag.
    pub fn set(&self) {
        let state: *const AtomicU32 = &self.state;
        self.state.fetch_or(SET, Ordering::Release);
        futex::wake_all(state);
    }

    /// Takes the flag down.
    pub fn clear(&self) {
        self.state.fetch_and(!SET, Ordering::Acquire);
    }

    /// Blocks until the flag is up.
    pub fn wait(&self) {
        self.wait_until(Deadline::NEVER);
    }

    /// Blocks until the flag is up, for no longer than `limit`.
    pub fn wait_timeout(&self, limit: Duration) -> bool {
        self.wait_until(Deadline::after(limit))
    }

    fn wait_until(&self, deadline: Deadline) -> bool {
        let mut in_time = true;
        while !self.is_set() {
            if !in_time {
                return false;
            }
            in_time = futex::wait_until(&self.state, 0, deadline).is_ok();
        }
        true
    }
}

impl Default for Event {
    fn default() -> Event {
        Event::new()
    }
}
