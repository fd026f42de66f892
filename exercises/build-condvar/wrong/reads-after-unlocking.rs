//! Wrong: it reads the number that it sleeps on when it has let go of the lock.
//!
//! 1. Alice finds nothing, signs in, and unlocks.
//! 2. Bob locks, changes what she waits for, unlocks, and calls: the number is 1 now. He wakes whoever sleeps. Nobody does.
//! 3. Alice reads 1, and sleeps as long as it is 1.

use std::time::Duration;

use futex::Deadline;
use model::sync::atomic::{AtomicU32, Ordering};
use mutex::{MutexGuard, RawMutex};

/// Where threads wait until what a mutex protects has changed.
///
/// Waits may end for no reason. A call reaches everybody who was waiting, or one of them, and is not kept for later.
#[derive(Debug)]
pub struct Condvar {
    /// How often somebody was called. Those who wait sleep on it.
    sequence: AtomicU32,
    /// How many threads wait.
    waiters: AtomicU32,
}

impl Condvar {
    model::const_fn! {
        /// A condition variable for which nobody waits.
        pub const fn new() -> Condvar {
            Condvar { sequence: AtomicU32::new(0), waiters: AtomicU32::new(0) }
        }
    }

    /// Unlocks the mutex of `guard`, sleeps until called, and locks the mutex again.
    ///
    /// Who locks the mutex after this has unlocked it, and calls then, is heard. The wait may also end for no reason.
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        self.wait_until(guard, Deadline::NEVER);
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
        self.wait_until(guard, Deadline::after(limit))
    }

    /// Waits as [`wait_while`](Condvar::wait_while) does, for no longer than `limit` altogether. Says whether `condition`
    /// is false at the end.
    pub fn wait_timeout_while<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        limit: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> bool {
        let deadline = Deadline::after(limit);
        while condition(guard) {
            if !self.wait_until(guard, deadline) {
                return !condition(guard);
            }
        }
        true
    }

    /// Wakes one of the threads that wait, and says whether there may have been one. Never blocks.
    ///
    /// False: certainly nobody waited.
    pub fn notify_one(&self) -> bool {
        if self.waiters.load(Ordering::Relaxed) == 0 {
            return false;
        }
        self.sequence.fetch_add(1, Ordering::Relaxed);
        futex::wake_one(&self.sequence);
        true
    }

    /// Wakes all threads that wait, and returns how many they may have been at most. Never blocks.
    ///
    /// Zero: certainly nobody waited.
    pub fn notify_all(&self) -> usize {
        let waiters = self.waiters.load(Ordering::Relaxed);
        if waiters > 0 {
            self.sequence.fetch_add(1, Ordering::Relaxed);
            futex::wake_all(&self.sequence);
        }
        waiters as usize
    }

    /// Waits until called. False: `deadline` has passed.
    fn wait_until<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, deadline: Deadline) -> bool {
        self.waiters.fetch_add(1, Ordering::Relaxed);
        let called = unlocked(guard, || {
            let seen = self.sequence.load(Ordering::Relaxed);
            futex::wait_until(&self.sequence, seen, deadline).is_ok()
        });
        self.waiters.fetch_sub(1, Ordering::Relaxed);
        called
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
