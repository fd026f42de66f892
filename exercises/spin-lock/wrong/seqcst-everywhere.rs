//! Wrong: it works, and says nothing. All that has to be in order is what one holder did and what the next one does, and
//! for that the two ends of the lock are enough.

use model::hint;
use model::sync::atomic::AtomicBool;
use model::sync::atomic::Ordering::SeqCst;

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
        while self.held.compare_exchange(false, true, SeqCst, SeqCst).is_err() {
            hint::spin_loop();
        }
    }

    /// Gives the lock back. To be called by the thread that holds it. Never blocks.
    ///
    /// It *synchronizes before* the next `lock`: who holds the lock sees what earlier holders wrote.
    pub fn unlock(&self) {
        self.held.store(false, SeqCst);
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}
