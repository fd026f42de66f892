//! Wrong: everybody who comes draws a ticket, as at the bakery, and a call is for the next number in turn. That is fair, and
//! nobody is woken for no reason. But who has lost patience and left still has a number, and a call for it is heard by
//! nobody.

use std::time::Duration;

use futex::Deadline;
use model::sync::atomic::{AtomicU32, Ordering};
use mutex::{MutexGuard, RawMutex};

/// Where threads wait until what a mutex protects has changed.
///
/// Waits may end for no reason. A call reaches everybody who was waiting, or one of them, and is not kept for later.
#[derive(Debug)]
pub struct Condvar {
    /// How many have come: the number of the next ticket.
    tickets: AtomicU32,
    /// How many of them have been called. Those who wait sleep on it.
    called: AtomicU32,
}

impl Condvar {
    model::const_fn! {
        /// A condition variable for which nobody waits.
        pub const fn new() -> Condvar {
            Condvar { tickets: AtomicU32::new(0), called: AtomicU32::new(0) }
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
        let tickets = self.tickets.load(Ordering::Relaxed);
        let next = |called: u32| (called != tickets).then(|| called.wrapping_add(1));
        let waited = self.called.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok();
        // Whose number it is knows only who has the ticket.
        futex::wake_all(&self.called);
        waited
    }

    /// Wakes all threads that wait, and returns how many they may have been at most. Never blocks.
    ///
    /// Zero: certainly nobody waited.
    pub fn notify_all(&self) -> usize {
        let tickets = self.tickets.load(Ordering::Relaxed);
        let called = self.called.swap(tickets, Ordering::Relaxed);
        futex::wake_all(&self.called);
        tickets.wrapping_sub(called) as usize
    }

    /// Waits until called. False: `deadline` has passed.
    fn wait_until<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, deadline: Deadline) -> bool {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        unlocked(guard, || {
            loop {
                let called = self.called.load(Ordering::Relaxed);
                // The numbers begin anew at 2³². Half of that is more than ever wait at once.
                if called.wrapping_sub(ticket).wrapping_sub(1) < u32::MAX / 2 {
                    return true;
                }
                if futex::wait_until(&self.called, called, deadline).is_err() {
                    return false;
                }
            }
        })
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
