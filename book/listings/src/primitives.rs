//! The primitives beside each other: what each remembers, and each made of others.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use condvar::Condvar;
use event::Event;
use model::thread;
use mutex::Mutex;
use semaphore::{Permit, Semaphore};

use crate::condvar::{Bench, Early};
use crate::lock::Lock;
use crate::mutex::Knowing;
use crate::semaphore::Permits;

/// Two signal, and nobody waits yet. Then three come: how many of them get through a condition, a semaphore, an event?
// ANCHOR: remembered
pub fn remembered() -> [usize; 3] {
    let (lock, condition) = (Mutex::new(()), Condvar::new());
    let (semaphore, event) = (Semaphore::new(0), Event::new());
    for _ in 0..2 {
        condition.notify_one();
        semaphore.release(1);
        event.set();
    }
    [
        through(|| condition.wait_timeout(&mut lock.lock(), Duration::ZERO)),
        through(|| semaphore.try_acquire().map(Permit::forget).is_some()),
        through(|| event.wait_timeout(Duration::ZERO)),
    ]
}

fn through(come: impl Fn() -> bool) -> usize {
    (0..3).filter(|_| come()).count()
}
// ANCHOR_END: remembered

/// Main calls, and Alice waits to be called. Wrong: a call is not remembered.
// ANCHOR: by_call
pub fn by_call() {
    let (lock, bench) = (Knowing::new(), Early::new());
    thread::scope(|scope| {
        scope.spawn("Alice", || {
            lock.lock();
            bench.wait(&lock);
            lock.unlock();
        });
        bench.call();
    });
}
// ANCHOR_END: by_call

/// Main gives a permit, and Alice waits for one.
// ANCHOR: by_permit
pub fn by_permit() {
    let called = Semaphore::new(0);
    thread::scope(|scope| {
        scope.spawn("Alice", || called.acquire().forget());
        called.release(1);
    });
}
// ANCHOR_END: by_permit

/// A lock from a semaphore.
#[derive(Debug)]
pub struct OnePermit {
    permits: Semaphore,
}

// ANCHOR: one_permit
impl Lock for OnePermit {
    fn lock(&self) {
        self.permits.acquire().forget();
    }

    fn unlock(&self) {
        self.permits.release(1);
    }
}
// ANCHOR_END: one_permit

/// A semaphore from a lock and a condition.
// ANCHOR: counted
#[derive(Debug)]
pub struct Counted {
    permits: Mutex<usize>,
    given: Condvar,
}

impl Permits for Counted {
    fn acquire(&self) {
        let mut permits = self.permits.lock();
        self.given.wait_while(&mut permits, |permits| *permits == 0);
        *permits -= 1;
    }

    fn release(&self) {
        let mut permits = self.permits.lock();
        *permits += 1;
        self.given.notify_one();
    }
}
// ANCHOR_END: counted

/// A condition from semaphores: one for each that waits.
// ANCHOR: called
#[derive(Debug)]
pub struct Called {
    waiting: Mutex<VecDeque<Arc<Semaphore>>>,
}

impl Bench for Called {
    fn wait(&self, lock: &impl Lock) {
        let call = Arc::new(Semaphore::new(0));
        self.waiting.lock().push_back(Arc::clone(&call));
        lock.unlock();
        call.acquire().forget();
        lock.lock();
    }

    fn call(&self) {
        let first = self.waiting.lock().pop_front();
        if let Some(call) = first {
            call.release(1);
        }
    }
}
// ANCHOR_END: called

/// A latch from a semaphore: whoever waits goes on when all parts are done.
// ANCHOR: parts
#[derive(Debug)]
pub struct Parts {
    parts: usize,
    done: Semaphore,
}

impl Parts {
    /// Says that one part is done.
    pub fn done(&self) {
        self.done.release(1);
    }

    /// Returns when all are.
    pub fn wait(&self) {
        drop(self.done.acquire_many(self.parts));
    }
}
// ANCHOR_END: parts

impl OnePermit {
    model::const_fn! {
        /// A lock that is free.
        pub const fn new() -> OnePermit {
            OnePermit { permits: Semaphore::new(1) }
        }
    }
}

impl Counted {
    model::const_fn! {
        /// A semaphore with so many permits.
        pub const fn new(permits: usize) -> Counted {
            Counted { permits: Mutex::new(permits), given: Condvar::new() }
        }
    }
}

impl Called {
    model::const_fn! {
        /// A bench on which nobody sits.
        pub const fn new() -> Called {
            Called { waiting: Mutex::new(VecDeque::new()) }
        }
    }
}

impl Parts {
    model::const_fn! {
        /// A latch with so many parts to be done.
        pub const fn new(parts: usize) -> Parts {
            Parts { parts, done: Semaphore::new(0) }
        }
    }
}

impl Default for OnePermit {
    fn default() -> OnePermit {
        OnePermit::new()
    }
}

impl Default for Called {
    fn default() -> Called {
        Called::new()
    }
}
