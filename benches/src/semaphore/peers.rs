//! The contenders, each behind the [`Permits`] trait.

use super::{ManyPermits, Permits};
use crate::parts::Family;

impl Permits for ::semaphore::Semaphore {
    const NAME: &'static str = "locksmith";

    fn new(permits: usize) -> Self {
        ::semaphore::Semaphore::new(permits)
    }

    fn with_one(&self, work: impl FnOnce()) {
        let _permit = self.acquire();
        work();
    }
}

impl ManyPermits for ::semaphore::Semaphore {
    fn with_many(&self, permits: usize, work: impl FnOnce()) {
        let _permits = self.acquire_many(permits);
        work();
    }
}

/// A count under a mutex, with a condition variable for those who wait for one permit.
pub struct Monitor<F: Family> {
    count: F::Mutex<usize>,
    more: F::Condvar,
}

impl<F: Family> Monitor<F> {
    fn acquire(&self, permits: usize) {
        let mut count = F::lock(&self.count);
        while *count < permits {
            count = F::wait(&self.more, count);
        }
        *count -= permits;
    }

    fn release(&self, permits: usize) {
        // Unlocked before anybody is notified: whoever is woken would only run into the lock.
        *F::lock(&self.count) += permits;
    }
}

impl<F: Family> Permits for Monitor<F> {
    const NAME: &'static str = F::NAME;

    fn new(permits: usize) -> Self {
        Monitor { count: F::mutex(permits), more: F::condvar() }
    }

    fn with_one(&self, work: impl FnOnce()) {
        self.acquire(1);
        work();
        self.release(1);
        F::notify_one(&self.more);
    }
}

/// A [`Monitor`] that also gives several permits at once. It wakes all who wait: to wake one of them might wake one that
/// wants more than there is, and leave one asleep that wants less.
pub struct Herd<F: Family>(Monitor<F>);

impl<F: Family> Permits for Herd<F> {
    const NAME: &'static str = F::NAME;

    fn new(permits: usize) -> Self {
        Herd(Monitor::new(permits))
    }

    fn with_one(&self, work: impl FnOnce()) {
        self.with_many(1, work);
    }
}

impl<F: Family> ManyPermits for Herd<F> {
    fn with_many(&self, permits: usize, work: impl FnOnce()) {
        self.0.acquire(permits);
        work();
        self.0.release(permits);
        F::notify_all(&self.0.more);
    }
}

impl Permits for tokio::sync::Semaphore {
    const NAME: &'static str = "tokio";

    fn new(permits: usize) -> Self {
        tokio::sync::Semaphore::new(permits)
    }

    fn with_one(&self, work: impl FnOnce()) {
        let _permit = pollster::block_on(self.acquire()).expect("nobody closes it");
        work();
    }
}

impl ManyPermits for tokio::sync::Semaphore {
    fn with_many(&self, permits: usize, work: impl FnOnce()) {
        let permits = permits.try_into().expect("tokio counts what is asked for in 32 bits");
        let _permits = pollster::block_on(self.acquire_many(permits)).expect("nobody closes it");
        work();
    }
}

impl Permits for async_lock::Semaphore {
    const NAME: &'static str = "async-lock";

    fn new(permits: usize) -> Self {
        async_lock::Semaphore::new(permits)
    }

    fn with_one(&self, work: impl FnOnce()) {
        let _permit = self.acquire_blocking();
        work();
    }
}

impl Permits for std_semaphore::Semaphore {
    const NAME: &'static str = "std-semaphore";

    fn new(permits: usize) -> Self {
        std_semaphore::Semaphore::new(permits.try_into().expect("std-semaphore counts with a sign"))
    }

    fn with_one(&self, work: impl FnOnce()) {
        let _permit = self.access();
        work();
    }
}
