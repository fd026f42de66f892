//! Wrong: it wakes two, and a third sleeps on beside a flag that is up. How many wait, `raise` cannot know.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Release};

/// A flag that is raised once, and that threads can wait for.
#[derive(Debug)]
pub struct Flag {
    up: AtomicU32,
}

impl Flag {
    model::const_fn! {
        /// A flag that is down.
        pub const fn new() -> Flag {
            Flag { up: AtomicU32::new(0) }
        }
    }

    /// Raises the flag. Never blocks.
    ///
    /// It *synchronizes before* every `is_up` that sees it and every `wait` that returns: what a thread wrote before it
    /// raised the flag, they see.
    pub fn raise(&self) {
        self.up.store(1, Release);
        futex::wake_one(&self.up);
        futex::wake_one(&self.up);
    }

    /// Whether the flag is up. Never blocks.
    pub fn is_up(&self) -> bool {
        self.up.load(Acquire) == 1
    }

    /// Blocks until the flag is up, asleep.
    pub fn wait(&self) {
        while !self.is_up() {
            futex::wait(&self.up, 0);
        }
    }
}

impl Default for Flag {
    fn default() -> Flag {
        Flag::new()
    }
}
