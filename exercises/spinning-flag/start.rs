//! A flag that one thread raises, and for which others wait by looking again and again.
//!
//! This is yours to write. What each operation promises stands above it.

use model::sync::atomic::AtomicBool;
use model::sync::atomic::Ordering::Relaxed;

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
    pub fn raise(&self) {}

    /// Whether the flag is up. Never blocks.
    pub fn is_up(&self) -> bool {
        self.up.load(Relaxed)
    }

    /// Waits until the flag is up, awake.
    pub fn wait(&self) {}
}

impl Default for Flag {
    fn default() -> Flag {
        Flag::new()
    }
}
