//! Wrong: it calls once for each release, however many permits that brings. One takes one, and the other permits lie beside
//! those who sleep.

use std::mem;

use condvar::Condvar;
use mutex::Mutex;

/// So many permits, for whoever comes.
///
/// A `release`, or the drop of a permit, *synchronizes before* every acquisition that comes after it.
#[derive(Debug)]
pub struct Semaphore {
    permits: Mutex<usize>,
    /// Those who find no permit wait here, and are called once for each that comes.
    one_more: Condvar,
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
        pub const fn new(permits: usize) -> Semaphore {
            Semaphore { permits: Mutex::new(permits), one_more: Condvar::new() }
        }
    }

    /// Blocks, asleep, until there is a permit, and takes it until the [`Permit`] is dropped.
    pub fn acquire(&self) -> Permit<'_> {
        let mut permits = self.permits.lock();
        self.one_more.wait_while(&mut permits, |permits| *permits == 0);
        *permits -= 1;
        Permit { semaphore: self }
    }

    /// Takes a permit if there is one. Waits for none.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut permits = self.permits.lock();
        *permits = permits.checked_sub(1)?;
        Some(Permit { semaphore: self })
    }

    /// Adds so many permits, whether they were acquired before or not. Waits for none.
    pub fn release(&self, permits: usize) {
        *self.permits.lock() += permits;
        self.one_more.notify_one();
    }

    /// How many permits there are now. The answer may be old news when it arrives.
    pub fn available_permits(&self) -> usize {
        *self.permits.lock()
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
