//! Wrong: it looks, gives the other thread a chance, and takes for granted that this was enough.

use model::hint;
use model::sync::atomic::AtomicBool;
use model::sync::atomic::Ordering::{Acquire, Release};

/// A flag that is raised once, and that threads can wait for.
#[derive(Debug)]
pub struct Flag {
    up: AtomicBool,
}

impl Flag {
    model::const_fn! {
        /// A flag that is down.
        pub const fn new() -> Flag {
            Flag { up: AtomicBool::new(false) }
        }
    }

    /// Raises the flag. Never blocks.
    ///
    /// It *synchronizes before* every `is_up` that sees it and every `wait` that returns: what a thread wrote before it
    /// raised the flag, they see.
    pub fn raise(&self) {
        self.up.store(true, Release);
    }

    /// Whether the flag is up. Never blocks.
    pub fn is_up(&self) -> bool {
        self.up.load(Acquire)
    }

    /// Waits until the flag is up, awake.
    pub fn wait(&self) {
        if !self.is_up() {
            hint::spin_loop();
        }
    }
}

impl Default for Flag {
    fn default() -> Flag {
        Flag::new()
    }
}
