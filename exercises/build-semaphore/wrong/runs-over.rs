//! Wrong: what comes is added, however much it is. Where the word cannot hold it, permits are gone.

use std::mem;

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// One who waits. They are counted in the lower half of the word.
const WAITER: u32 = 1;

/// One permit. They are counted in the upper half.
const ONE: u32 = 1 << 16;

/// So many permits, for whoever comes: 65,535 at most, and as many threads that wait.
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
        // ORDERING: Relaxed; signing in publishes nothing.
        let mut state = self.state.fetch_add(WAITER, Relaxed) + WAITER;
        loop {
            if state < ONE {
                futex::wait(&self.state, state);
                // ORDERING: Relaxed; the exchange looks again.
                state = self.state.load(Relaxed);
            } else {
                // Takes the permit and signs out, in one step.
                // ORDERING: Acquire pairs with the Release in `release`.
                match self.state.compare_exchange(state, state - ONE - WAITER, Acquire, Relaxed) {
                    Ok(_) => return Permit { semaphore: self },
                    Err(found) => state = found,
                }
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
        let added = (permits as u32).wrapping_mul(ONE);
        // ORDERING: Release pairs with the Acquires above. The word is changed by read-modify-writes alone, and each hands on
        // what earlier releases have published.
        let before = self.state.fetch_add(added, Release);
        let waiters = (before % ONE) as usize;
        for _ in 0..waiters.min(permits) {
            futex::wake_one(&self.state);
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
