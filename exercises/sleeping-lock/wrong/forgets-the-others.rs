//! Wrong: the one that is woken takes the lock as if nobody slept beside it.
//!
//! 1. Two threads sleep. The holder gives the lock back, and takes the note away with it.
//! 2. The first sleeper wakes and takes the lock with `LOCKED`.
//! 3. It gives the lock back, finds no note, and wakes nobody. The second one sleeps beside a lock that is free.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// Nobody holds the lock.
const FREE: u32 = 0;

/// Somebody holds the lock, and nobody has to be woken.
const LOCKED: u32 = 1;

/// Somebody holds the lock, and perhaps others sleep: who gives it back has to wake one.
const CONTENDED: u32 = 2;

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
            if self.state.compare_exchange(LOCKED, CONTENDED, Relaxed, Relaxed) != Err(FREE) {
                futex::wait(&self.state, CONTENDED);
            }
        }
    }

    /// Gives the lock back. To be called by the thread that holds it. Never blocks.
    ///
    /// It *synchronizes before* the next `lock`: who holds the lock sees what earlier holders wrote. It makes no call to the
    /// system unless somebody sleeps.
    pub fn unlock(&self) {
        if self.state.swap(FREE, Release) == CONTENDED {
            futex::wake_one(&self.state);
        }
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}
