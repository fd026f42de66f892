//! A lock for which threads are to wait asleep.
//!
//! It works, as the last lesson's did, and burns a processor for each thread that waits.

use model::hint;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// Nobody holds the lock.
const FREE: u32 = 0;

/// Somebody holds the lock.
const LOCKED: u32 = 1;

/// A lock that one thread at a time can hold.
#[derive(Debug)]
pub struct Lock {
    state: AtomicU32,
}

impl Lock {
    model::const_fn! {
        /// A lock that nobody holds.
        pub const fn new() -> Lock {
            Lock { state: AtomicU32::new(FREE) }
        }
    }

    /// Blocks, asleep, until nobody holds the lock, and takes it.
    pub fn lock(&self) {
        while self.state.compare_exchange(FREE, LOCKED, Acquire, Relaxed).is_err() {
            hint::spin_loop();
        }
    }

    /// Gives the lock back. To be called by the thread that holds it. Never blocks.
    ///
    /// It *synchronizes before* the next `lock`: who holds the lock sees what earlier holders wrote. It makes no call to the
    /// system unless somebody sleeps.
    pub fn unlock(&self) {
        self.state.store(FREE, Release);
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}
