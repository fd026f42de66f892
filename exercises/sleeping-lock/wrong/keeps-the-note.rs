//! Wrong: nobody takes the note away. Once somebody has slept, every `unlock` calls the system, for ever.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// Somebody holds the lock.
const LOCKED: u32 = 1;

/// Somebody has slept.
const SLEPT: u32 = 2;

/// A lock that one thread at a time can hold.
#[derive(Debug)]
pub struct Lock {
    state: AtomicU32,
}

impl Lock {
    model::const_fn! {
        /// A lock that nobody holds.
        pub const fn new() -> Lock {
            Lock { state: AtomicU32::new(0) }
        }
    }

    /// Blocks, asleep, until nobody holds the lock, and takes it.
    pub fn lock(&self) {
        while self.state.fetch_or(LOCKED, Acquire) & LOCKED != 0 {
            if self.state.fetch_or(SLEPT, Relaxed) & LOCKED != 0 {
                futex::wait(&self.state, LOCKED | SLEPT);
            }
        }
    }

    /// Gives the lock back. To be called by the thread that holds it. Never blocks.
    ///
    /// It *synchronizes before* the next `lock`: who holds the lock sees what earlier holders wrote. It makes no call to the
    /// system unless somebody sleeps.
    pub fn unlock(&self) {
        if self.state.fetch_and(!LOCKED, Release) & SLEPT != 0 {
            futex::wake_one(&self.state);
        }
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}
