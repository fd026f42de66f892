//! Two locks that spin, and an account to try them on. The first lock is wrong.

use model::hint::spin_loop;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use model::sync::atomic::{AtomicBool, AtomicU32};
use model::thread;

/// What both locks do.
pub trait Lock {
    /// Returns once the caller holds the lock.
    fn lock(&self);

    /// Gives the lock back.
    fn unlock(&self);
}

/// Waits until nobody is inside, and then goes in. Wrong: those are two steps.
#[derive(Debug)]
pub struct Polite {
    taken: AtomicBool,
}

// ANCHOR: polite
impl Lock for Polite {
    fn lock(&self) {
        while self.taken.load(Acquire) {
            spin_loop();
        }
        self.taken.store(true, Relaxed);
    }

    fn unlock(&self) {
        self.taken.store(false, Release);
    }
}
// ANCHOR_END: polite

impl Polite {
    model::const_fn! {
        /// A lock that is free.
        pub const fn new() -> Polite {
            Polite { taken: AtomicBool::new(false) }
        }
    }
}

impl Default for Polite {
    fn default() -> Polite {
        Polite::new()
    }
}

/// Goes in, and learns in the same step whether somebody was inside.
#[derive(Debug)]
pub struct Swapping {
    taken: AtomicBool,
}

// ANCHOR: swapping
impl Lock for Swapping {
    fn lock(&self) {
        while self.taken.swap(true, Acquire) {
            spin_loop();
        }
    }

    fn unlock(&self) {
        self.taken.store(false, Release);
    }
}
// ANCHOR_END: swapping

impl Swapping {
    model::const_fn! {
        /// A lock that is free.
        pub const fn new() -> Swapping {
            Swapping { taken: AtomicBool::new(false) }
        }
    }
}

impl Default for Swapping {
    fn default() -> Swapping {
        Swapping::new()
    }
}

/// Two people share an account with 100 in it, and each of them buys shoes for 60 if there is enough.
///
/// Returns how many pairs they have bought.
// ANCHOR: shoes
pub fn pairs_bought(lock: impl Lock + Sync) -> u32 {
    let balance = AtomicU32::new(100);
    let buy = || {
        lock.lock();
        let there = balance.load(Relaxed);
        let enough = there >= 60;
        if enough {
            balance.store(there - 60, Relaxed);
        }
        lock.unlock();
        u32::from(enough)
    };
    thread::scope(|scope| {
        let alice = scope.spawn("Alice", buy);
        let bob = scope.spawn("Bob", buy);
        alice.join() + bob.join()
    })
}
// ANCHOR_END: shoes
