//! A lock for which threads wait asleep, and that knows how many do.
//!
//! Who waits counts itself and then looks at the word; who gives the lock back changes the word and then looks at the count.
//! Each writes one atomic and reads the other, and the fences between see to it that not both find the old value.
//!
//! It reads the count when the lock is free again, and by then the next holder may have given the lock's memory back. Where
//! that can happen, only a note in the word itself will do.

use model::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use model::sync::atomic::{AtomicU32, fence};

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
        // ORDERING: Acquire pairs with the Release in `unlock`.
        while self.state.compare_exchange(FREE, LOCKED, Acquire, Relaxed).is_err() {
            self.sleepers.fetch_add(1, Relaxed);
            // ORDERING: SeqCst, with the fence in `unlock`: this one's look at the word finds it free, or that one's look at the
            // count finds this thread counted.
            fence(SeqCst);
            futex::wait(&self.state, LOCKED);
            self.sleepers.fetch_sub(1, Relaxed);
        }
    }

    /// Gives the lock back. To be called by the thread that holds it. Never blocks.
    ///
    /// It *synchronizes before* the next `lock`: who holds the lock sees what earlier holders wrote. It makes no call to the
    /// system unless somebody sleeps.
    pub fn unlock(&self) {
        // ORDERING: Release pairs with the Acquire in `lock`; the fence with the one there.
        self.state.store(FREE, Release);
        fence(SeqCst);
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
