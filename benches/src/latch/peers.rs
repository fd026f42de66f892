//! The contenders, each behind the [`Group`] trait.

use std::mem;
use std::sync::Arc;

use super::Group;
use crate::parts::Family;

/// A group that is told what to count.
///
/// A `done` synchronizes before the return of the `wait` for it.
pub trait Counter: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// With nothing to be done.
    fn new() -> Self;

    /// One more thing is to be done.
    fn add(&self);

    /// One thing is done.
    fn done(&self);

    /// Blocks until there is nothing to be done.
    fn wait(&self);
}

/// Something to be done: a [`Counter`] counts it until it is dropped.
pub struct Ticket<C: Counter>(Arc<C>);

impl<C: Counter> Drop for Ticket<C> {
    fn drop(&mut self) {
        self.0.done();
    }
}

impl<C: Counter> Group for Arc<C> {
    const NAME: &'static str = C::NAME;
    type Ticket = Ticket<C>;

    fn new() -> Self {
        Arc::new(C::new())
    }

    fn add(&self) -> Ticket<C> {
        Counter::add(&**self);
        Ticket(Arc::clone(self))
    }

    fn wait(&mut self) {
        Counter::wait(&**self);
    }
}

impl Counter for ::latch::WaitGroup {
    const NAME: &'static str = "locksmith";

    fn new() -> Self {
        ::latch::WaitGroup::new()
    }

    fn add(&self) {
        self.add(1);
    }

    fn done(&self) {
        self.done();
    }

    fn wait(&self) {
        self.wait();
    }
}

/// A count under a mutex, with a condition variable for those who wait.
pub struct Monitor<F: Family> {
    pending: F::Mutex<usize>,
    ended: F::Condvar,
}

impl<F: Family> Counter for Monitor<F> {
    const NAME: &'static str = F::NAME;

    fn new() -> Self {
        Monitor { pending: F::mutex(0), ended: F::condvar() }
    }

    fn add(&self) {
        *F::lock(&self.pending) += 1;
    }

    fn done(&self) {
        let mut pending = F::lock(&self.pending);
        *pending -= 1;
        if *pending == 0 {
            // Unlocked first: whoever is woken would only run into the lock.
            drop(pending);
            F::notify_all(&self.ended);
        }
    }

    fn wait(&self) {
        let mut pending = F::lock(&self.pending);
        while *pending > 0 {
            pending = F::wait(&self.ended, pending);
        }
    }
}

impl Group for crossbeam_utils::sync::WaitGroup {
    const NAME: &'static str = "crossbeam";
    type Ticket = Self;

    fn new() -> Self {
        crossbeam_utils::sync::WaitGroup::new()
    }

    fn add(&self) -> Self {
        self.clone()
    }

    fn wait(&mut self) {
        // A wait uses the group up.
        mem::take(self).wait();
    }
}
