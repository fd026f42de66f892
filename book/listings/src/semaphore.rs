//! From a count that can be waited for to one that knows whether anyone waits. The second is wrong.

use std::collections::VecDeque;

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use model::thread;
use mutex::Mutex;
use semaphore::Semaphore;

/// So many permits, for whoever comes.
pub trait Permits {
    /// Takes a permit as soon as there is one.
    fn acquire(&self);

    /// Gives a permit.
    fn release(&self);
}

/// So many run, and no more than two of them have a line at a time. Returns how many lines are free at the end.
// ANCHOR: lines
pub fn downloads(names: &[&str]) -> usize {
    let lines = Semaphore::new(2);
    thread::scope(|scope| {
        for name in names {
            scope.spawn(name, || {
                let _line = lines.acquire();
                // download
            });
        }
    });
    lines.available_permits()
}
// ANCHOR_END: lines

/// A shelf with so many places: one semaphore counts the places, another what is there.
// ANCHOR: shelf
#[derive(Debug)]
pub struct Shelf<T> {
    places: Semaphore,
    filled: Semaphore,
    loaves: Mutex<VecDeque<T>>,
}

impl<T> Shelf<T> {
    /// Puts one there, as soon as there is a place.
    pub fn put(&self, loaf: T) {
        self.places.acquire().forget();
        self.loaves.lock().push_back(loaf);
        self.filled.release(1);
    }

    /// Takes the oldest, as soon as there is one.
    pub fn take(&self) -> T {
        self.filled.acquire().forget();
        let loaf = self.loaves.lock().pop_front();
        self.places.release(1);
        loaf.expect("a permit stands for a loaf")
    }
}
// ANCHOR_END: shelf

/// Sleeps while there is no permit. Whoever gives one enters the system each time, for it does not know whether anyone
/// sleeps.
#[derive(Debug)]
pub struct Waking {
    permits: AtomicU32,
}

// ANCHOR: waking
impl Permits for Waking {
    fn acquire(&self) {
        let one_less = |permits: u32| permits.checked_sub(1);
        while self.permits.fetch_update(Acquire, Relaxed, one_less).is_err() {
            futex::wait(&self.permits, 0);
        }
    }

    fn release(&self) {
        let permits: *const AtomicU32 = &self.permits;
        self.permits.fetch_add(1, Release);
        futex::wake_one(permits);
    }
}
// ANCHOR_END: waking

/// Somebody may sleep. There is no permit then.
const ASLEEP: u32 = 1;
/// One permit: they are counted above that bit.
const ONE: u32 = 2;

/// Writes into the word that it sleeps. Wrong: whoever gives a permit takes that down for all who sleep.
#[derive(Debug)]
pub struct Forgetting {
    permits: AtomicU32,
}

// ANCHOR: forgetting
impl Permits for Forgetting {
    fn acquire(&self) {
        let one_less = |permits| Some(if permits < ONE { ASLEEP } else { permits - ONE });
        while let Ok(0 | ASLEEP) = self.permits.fetch_update(Acquire, Relaxed, one_less) {
            futex::wait(&self.permits, ASLEEP);
        }
    }

    fn release(&self) {
        let permits: *const AtomicU32 = &self.permits;
        let one_more = |permits| Some((permits & !ASLEEP) + ONE);
        if self.permits.fetch_update(Release, Relaxed, one_more) == Ok(ASLEEP) {
            futex::wake_one(permits);
        }
    }
}
// ANCHOR_END: forgetting

/// Two come for a permit each, and main gives two.
// ANCHOR: two_come
pub fn two_come(semaphore: impl Permits + Sync) {
    thread::scope(|scope| {
        for name in ["Alice", "Bob"] {
            scope.spawn(name, || semaphore.acquire());
        }
        semaphore.release();
        semaphore.release();
    });
}
// ANCHOR_END: two_come

impl Permits for Semaphore {
    fn acquire(&self) {
        Semaphore::acquire(self).forget();
    }

    fn release(&self) {
        Semaphore::release(self, 1);
    }
}

impl<T> Shelf<T> {
    /// A shelf with so many places.
    pub fn new(places: usize) -> Shelf<T> {
        Shelf { places: Semaphore::new(places), filled: Semaphore::new(0), loaves: Mutex::new(VecDeque::new()) }
    }
}

impl Waking {
    model::const_fn! {
        /// A semaphore without permits.
        pub const fn new() -> Waking {
            Waking { permits: AtomicU32::new(0) }
        }
    }
}

impl Forgetting {
    model::const_fn! {
        /// A semaphore without permits.
        pub const fn new() -> Forgetting {
            Forgetting { permits: AtomicU32::new(0) }
        }
    }
}

impl Default for Waking {
    fn default() -> Waking {
        Waking::new()
    }
}

impl Default for Forgetting {
    fn default() -> Forgetting {
        Forgetting::new()
    }
}
