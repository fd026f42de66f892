//! A lock for which threads wait by looking again and again.
//!
//! To see the lock free and to take it is one step, so of two threads that come at once one gets it. Between two tries
//! a thread only looks: a try that fails would take the word away from the holder, who needs it to unlock.

use model::hint;
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
        // ORDERING: Acquire pairs with the Release in `unlock`. On failure Relaxed: nothing was taken.
        while self.held.compare_exchange_weak(false, true, Acquire, Relaxed).is_err() {
            // ORDERING: Relaxed; on account of this look nothing is done but to try.
            while self.held.load(Relaxed) {
                hint::spin_loop();
            }
        }
    }

    /// Gives the lock back. To be called by the thread that holds it. Never blocks.
    ///
    /// It *synchronizes before* the next `lock`: who holds the lock sees what earlier holders wrote.
    pub fn unlock(&self) {
        // ORDERING: Release pairs with the Acquire in `lock`, and hands on what was done under the lock.
        self.held.store(false, Release);
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}
