//! A lock for which threads wait asleep, and that knows whether anybody does.
//!
//! Who finds the lock taken leaves a note in the word before it sleeps: `CONTENDED`. Who gives it back takes the note away,
//! and wakes one sleeper if there was one. The one that is woken cannot know whether others sleep on, so it takes the
//! lock with a new note.

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
        // FREE => LOCKED
        // ORDERING: Acquire pairs with the Release in `unlock`. On failure Relaxed: nothing was taken.
        if self.state.compare_exchange(FREE, LOCKED, Acquire, Relaxed).is_ok() {
            return;
        }
        // FREE => CONTENDED, LOCKED => CONTENDED
        // ORDERING: Acquire as above; each swap hands on what the word has carried before.
        while self.state.swap(CONTENDED, Acquire) != FREE {
            futex::wait(&self.state, CONTENDED);
        }
    }

    /// Gives the lock back. To be called by the thread that holds it. Never blocks.
    ///
    /// It *synchronizes before* the next `lock`: who holds the lock sees what earlier holders wrote. It makes no call to the
    /// system unless somebody sleeps.
    pub fn unlock(&self) {
        // any => FREE
        // ORDERING: Release pairs with the Acquires in `lock`.
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
