//! Wrong: who finds no permit sleeps, and each permit that comes wakes one. It is a right semaphore, which calls the system
//! for each permit, and nearly always nobody sleeps.

use std::mem;

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// So many permits, for whoever comes: 4,294,967,295 at most.
///
/// A `release`, or the drop of a permit, *synchronizes before* every acquisition that comes after it.
#[derive(Debug)]
pub struct Semaphore {
    permits: AtomicU32,
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
            assert!(permits <= u32::MAX as usize, "more permits than a semaphore can count");
            Semaphore { permits: AtomicU32::new(permits as u32) }
        }
    }

    /// Blocks, asleep, until there is a permit, and takes it until the [`Permit`] is dropped.
    pub fn acquire(&self) -> Permit<'_> {
        loop {
            if let Some(permit) = self.try_acquire() {
                return permit;
            }
            futex::wait(&self.permits, 0);
        }
    }

    /// Takes a permit if there is one. Never blocks.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        // ORDERING: Acquire pairs with the Release in `release`. On failure Relaxed: nothing was taken.
        let taken = self.permits.fetch_update(Acquire, Relaxed, |permits| permits.checked_sub(1));
        taken.is_ok().then(|| Permit { semaphore: self })
    }

    /// Adds so many permits, whether they were acquired before or not. Never blocks.
    ///
    /// # Panics
    ///
    /// If there would be more than the semaphore can count. Nothing is changed then.
    pub fn release(&self, permits: usize) {
        let added = u32::try_from(permits).ok();
        // ORDERING: Release pairs with the Acquire in `try_acquire`.
        let released = self.permits.fetch_update(Release, Relaxed, |permits| permits.checked_add(added?));
        assert!(released.is_ok(), "more permits than a semaphore can count");
        for _ in 0..permits {
            futex::wake_one(&self.permits);
        }
    }

    /// How many permits there are now. The answer may be old news when it arrives.
    pub fn available_permits(&self) -> usize {
        // ORDERING: Relaxed; nothing is read on account of it.
        self.permits.load(Relaxed) as usize
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
