//! Wrong: it never says that it waits. The holder may need this very processor to get on, and the model may choose never to
//! let it.

use model::sync::atomic::AtomicBool;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// A lock that one thread at a time can hold.
#[derive(Debug)]
pub struct Lock {
    /// Whether somebody holds it.
    held: AtomicBool,
}

impl Lock {
    model::const_fn! {
        /// A lock that nobody holds.
        pub const fn new() -> Lock {
            Lock { held: AtomicBool::new(false) }
        }
    }

    /// Waits, awake, until nobody holds the lock, and takes it.
    pub fn lock(&self) {
        while self.held.compare_exchange(false, true, Acquire, Relaxed).is_err() {}
    }

    /// Gives the lock back. To be called by the thread that holds it. Never blocks.
    ///
    /// It *synchronizes before* the next `lock`: who holds the lock sees what earlier holders wrote.
    pub fn unlock(&self) {
        self.held.store(false, Release);
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}
