//! A semaphore: so many permits, and whoever finds none waits for one.
//!
//! This is yours to write. So far everybody gets a permit, and nobody counts.

use std::marker::PhantomData;

/// So many permits, for whoever comes.
///
/// A `release`, or the drop of a permit, *synchronizes before* every acquisition that comes after it.
#[derive(Debug)]
pub struct Semaphore {
    // What has to be counted, what protects it, and where does one wait?
    permits: usize,
}

/// The right to be one of so many. Gives itself back when it is dropped.
#[derive(Debug)]
#[must_use = "a permit that is not kept is given back at once"]
pub struct Permit<'a> {
    semaphore: PhantomData<&'a Semaphore>,
}

impl Semaphore {
    model::const_fn! {
        /// A semaphore with so many permits.
        pub const fn new(permits: usize) -> Semaphore {
            Semaphore { permits }
        }
    }

    /// Blocks, asleep, until there is a permit, and takes it until the [`Permit`] is dropped.
    pub fn acquire(&self) -> Permit<'_> {
        Permit { semaphore: PhantomData }
    }

    /// Takes a permit if there is one. Waits for none.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        Some(self.acquire())
    }

    /// Adds so many permits, whether they were acquired before or not. Waits for none.
    pub fn release(&self, permits: usize) {
        let _ = permits;
    }

    /// How many permits there are now. The answer may be old news when it arrives.
    pub fn available_permits(&self) -> usize {
        self.permits
    }
}

impl Permit<'_> {
    /// Ends the permit without giving it back: there is one less from now on.
    pub fn forget(self) {}
}
