//! Wrong: it counts the sleepers, and the count may be an old one.
//!
//! 1. The waiter finds the lock taken, counts itself, and sleeps.
//! 2. The holder gives the lock back, and looks at the count. It has written one atomic and reads another, and nothing
//!    says that it sees the newest: it finds 0, and wakes nobody.
//!
//! A count can be made right, with `SeqCst` fences on both sides. A note in the word itself needs none: the one exchange
//! that gives the lock back also says whether anybody sleeps.

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
    sleepers: AtomicU32,
}

impl Lock {
    model::const_fn! {
        /// A lock that nobody holds.
        pub const fn new() -> Lock {
            Lock { state: AtomicU32::new(FREE), sleepers: AtomicU32::new(0) }
        }
    }

    /// Blocks, asleep, until nobody holds the lock, and takes it.
    pub fn lock(&self) {
        while self.state.compare_exchange(FREE, LOCKED, Acquire, Relaxed).is_err() {
            self.sleepers.fetch_add(1, Relaxed);
            futex::wait(&self.state, LOCKED);
            self.sleepers.fetch_sub(1, Relaxed);
        }
    }

    /// Gives the lock back. To be called by the thread that holds it. Never blocks.
    ///
    /// It *synchronizes before* the next `lock`: who holds the lock sees what earlier holders wrote. It makes no call to the
    /// system unless somebody sleeps.
    pub fn unlock(&self) {
        self.state.store(FREE, Release);
        if self.sleepers.load(Relaxed) > 0 {
            futex::wake_one(&self.state);
        }
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}
