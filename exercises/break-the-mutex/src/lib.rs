//! A mutex that keeps its promises, four that do not, and the programs that tell them apart.

use std::ops::{Deref, DerefMut};

pub mod broken;
pub mod programs;

/// What the programs know of a mutex around a number. Each promise is told above the method of the same name in
/// `crates/mutex`.
pub trait Mutex: Sync + 'static {
    /// Gives access to the number, and unlocks when it is dropped.
    type Guard<'a>: Deref<Target = u32> + DerefMut;

    /// A mutex that is free.
    fn new(value: u32) -> Self;
    /// Blocks until the lock is free, and locks it until the guard is dropped.
    fn lock(&self) -> Self::Guard<'_>;
    /// Locks the mutex if it is free. Never blocks.
    fn try_lock(&self) -> Option<Self::Guard<'_>>;
    /// The number, out of a mutex that nobody uses any more.
    fn into_inner(self) -> u32;
}

macro_rules! mutexes {
    ($($($module:ident)::+),* $(,)?) => {
        $(impl Mutex for $($module)::+::Mutex<u32> {
            type Guard<'a> = $($module)::+::MutexGuard<'a, u32>;

            #[track_caller]
            fn new(value: u32) -> Self {
                Self::new(value)
            }
            #[track_caller]
            fn lock(&self) -> Self::Guard<'_> {
                self.lock()
            }
            #[track_caller]
            fn try_lock(&self) -> Option<Self::Guard<'_>> {
                self.try_lock()
            }
            fn into_inner(self) -> u32 {
                self.into_inner()
            }
        })*
    };
}

mutexes!(
    mutex,
    broken::forgets_the_others,
    broken::looks_then_takes,
    broken::relaxed_unlock,
    broken::try_removes_the_note,
);
