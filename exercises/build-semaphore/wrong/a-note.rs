//! Wrong: a bit in the word says that somebody sleeps, as with the lock. A release takes it down and wakes one. With a lock that
//! one's own unlock would wake the next; a permit that was taken need not come back.

use std::mem;

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// Somebody sleeps, or is about to.
const ASLEEP: u32 = 1;

/// One permit. They are the bits from here on.
const ONE: u32 = 2;

/// So many permits, for whoever comes: 2,147,483,647 at most.
///
/// A `release`, or the drop of a permit, *synchronizes before* every acquisition that comes after it.
#[derive(Debug)]
pub struct Semaphore {
    state: AtomicU32,
}

/// The right to be one of so many. Gives itself back when it is dropped.
#[derive(Debug)]
#[must_use = "a permit that is not kept is given back at once"]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Semaphore {
    model::const_fn! {
        /// A semaphore with so many permits.
        ///
        /// # Panics
        ///
        /// If they are more than it can count.
        pub const fn new(permits: usize) -> Semaphore {
            assert!(permits <= (u32::MAX / ONE) as usize, "more permits than a semaphore can count");
            Semaphore { state: AtomicU32::new(permits as u32 * ONE) }
        }
    }

    /// Blocks, asleep, until there is a permit, and takes it until the [`Permit`] is dropped.
    pub fn acquire(&self) -> Permit<'_> {
        if let Some(permit) = self.try_acquire() {
            return permit;
        }
        loop {
            // ORDERING: Acquire pairs with the Release in `release`, if it finds a permit.
            let state = self.state.fetch_or(ASLEEP, Acquire) | ASLEEP;
            if state < ONE {
                futex::wait(&self.state, state);
            } else if self.state.compare_exchange(state, state - ONE, Acquire, Relaxed).is_ok() {
                // The bit stays up: others may sleep.
                return Permit { semaphore: self };
            }
        }
    }

    /// Takes a permit if there is one. Never blocks.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        // ORDERING: Acquire pairs with the Release in `release`. On failure Relaxed: nothing was taken.
        let taken = self.state.fetch_update(Acquire, Relaxed, |state| state.checked_sub(ONE));
        taken.is_ok().then(|| Permit { semaphore: self })
    }

    /// Adds so many permits, whether they were acquired before or not. Never blocks.
    ///
    /// # Panics
    ///
    /// If there would be more than the semaphore can count. Nothing is changed then.
    pub fn release(&self, permits: usize) {
        let added = u32::try_from(permits).ok().and_then(|permits| permits.checked_mul(ONE));
        // ORDERING: Release pairs with the Acquires above. The word is changed by read-modify-writes alone, and each hands on
        // what earlier releases have published.
        let released = self.state.fetch_update(Release, Relaxed, |state| (state & !ASLEEP).checked_add(added?));
        let before = released.expect("more permits than a semaphore can count");
        if before & ASLEEP != 0 {
            for _ in 0..permits {
                futex::wake_one(&self.state);
            }
        }
    }

    /// How many permits there are now. The answer may be old news when it arrives.
    pub fn available_permits(&self) -> usize {
        // ORDERING: Relaxed; nothing is read on account of it.
        (self.state.load(Relaxed) / ONE) as usize
    }
}

impl Permit<'_> {
    /// Ends the permit without giving it back: there is one less from now on.
    pub fn forget(self) {
        mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.release(1);
    }
}
