//! A condition variable: threads wait, without the lock, until another thread says that something has changed.
//!
//! This is yours to write. So far its waits end for no reason, every time and at once, and its calls call nobody.

use std::time::Duration;

use mutex::{MutexGuard, RawMutex};

/// Where threads wait until what a mutex protects has changed.
///
/// Waits may end for no reason. A call reaches everybody who was waiting, or one of them, and is not kept for later.
#[derive(Debug)]
pub struct Condvar {
    // What do waiters sleep on, and what does its value mean? Decide, and write it down here: it is half of the work.
}

impl Condvar {
    model::const_fn! {
        /// A condition variable for which nobody waits.
        pub const fn new() -> Condvar {
            Condvar {}
        }
    }

    /// Unlocks the mutex of `guard`, sleeps until called, and locks the mutex again.
    ///
    /// Who locks the mutex after this has unlocked it, and calls then, is heard. The wait may also end for no reason.
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        unlocked(guard, || {});
    }

    /// Waits until `condition`, which is asked with the mutex locked, is false.
    pub fn wait_while<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, mut condition: impl FnMut(&mut T) -> bool) {
        while condition(guard) {
            self.wait(guard);
        }
    }

    /// Waits as [`wait`](Condvar::wait) does, but sleeps for no longer than `limit`. False: the time ran out.
    ///
    /// A thread whose time ran out takes no call away from another. A `limit` of zero does not sleep.
    pub fn wait_timeout<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, limit: Duration) -> bool {
        let _ = limit;
        self.wait(guard);
        false
    }

    /// Waits as [`wait_while`](Condvar::wait_while) does, for no longer than `limit` altogether. Says whether `condition`
    /// is false at the end.
    pub fn wait_timeout_while<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        limit: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> bool {
        let _ = limit;
        !condition(guard)
    }

    /// Wakes one of the threads that wait, and says whether there may have been one. Never blocks.
    ///
    /// False: certainly nobody waited.
    pub fn notify_one(&self) -> bool {
        false
    }

    /// Wakes all threads that wait, and returns how many they may have been at most. Never blocks.
    ///
    /// Zero: certainly nobody waited.
    pub fn notify_all(&self) -> usize {
        0
    }
}

impl Default for Condvar {
    fn default() -> Condvar {
        Condvar::new()
    }
}

/// Unlocks the mutex of `guard`, calls `meanwhile`, and locks the mutex again.
fn unlocked<T: ?Sized, R>(guard: &mut MutexGuard<'_, T>, meanwhile: impl FnOnce() -> R) -> R {
    struct LockAgain<'a>(&'a RawMutex);
    impl Drop for LockAgain<'_> {
        fn drop(&mut self) {
            self.0.lock();
        }
    }

    let lock_again = LockAgain(MutexGuard::raw(guard));
    // SAFETY: the guard stands for the lock, and it is borrowed here for ourselves alone. `lock_again` locks before anybody
    // can use the guard, also if `meanwhile` panics.
    unsafe { lock_again.0.unlock() };
    meanwhile()
}
