//! A bakery: customers who wait until there is bread, on benches right and wrong.

use condvar::Condvar;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use mutex::Mutex;

use crate::lock::Lock;
use crate::mutex::Knowing;

/// A customer waits for bread, and main brings some. Returns what the customer got.
// ANCHOR: bakery
pub fn bakery() -> &'static str {
    let (shelf, filled) = (Mutex::new(Vec::new()), Condvar::new());
    thread::scope(|scope| {
        let customer = scope.spawn("customer", || {
            let mut shelf = shelf.lock();
            while shelf.is_empty() {
                filled.wait(&mut shelf);
            }
            shelf.pop().expect("it is not empty")
        });
        shelf.lock().push("rye");
        filled.notify_one();
        customer.join()
    })
}
// ANCHOR_END: bakery

/// Where threads wait until what a lock protects has changed.
pub trait Bench {
    /// Unlocks `lock`, waits to be called, and locks it again.
    fn wait(&self, lock: &impl Lock);

    /// Calls one who waits.
    fn call(&self);
}

/// Counts the calls, and sleeps on the count. Wrong: looks at it when others may already have called.
#[derive(Debug)]
pub struct Late {
    calls: AtomicU32,
}

// ANCHOR: late
impl Bench for Late {
    fn wait(&self, lock: &impl Lock) {
        lock.unlock();
        let seen = self.calls.load(Relaxed);
        futex::wait(&self.calls, seen);
        lock.lock();
    }

    fn call(&self) {
        self.calls.fetch_add(1, Relaxed);
        futex::wake_one(&self.calls);
    }
}
// ANCHOR_END: late

/// Counts the calls, and sleeps on the count as it was while the lock was held.
#[derive(Debug)]
pub struct Early {
    calls: AtomicU32,
}

impl Bench for Early {
    // ANCHOR: early
    fn wait(&self, lock: &impl Lock) {
        let seen = self.calls.load(Relaxed);
        lock.unlock();
        futex::wait(&self.calls, seen);
        lock.lock();
    }
    // ANCHOR_END: early

    fn call(&self) {
        self.calls.fetch_add(1, Relaxed);
        futex::wake_one(&self.calls);
    }
}

/// A shelf with a lock in front of it and a bench beside it.
#[derive(Debug)]
pub struct Bakery<B> {
    counter: Knowing,
    loaves: AtomicU32,
    bench: B,
}

// ANCHOR: sell
impl<B: Bench> Bakery<B> {
    /// Brings a loaf.
    pub fn bake(&self) {
        self.counter.lock();
        self.loaves.fetch_add(1, Relaxed);
        self.bench.call();
        self.counter.unlock();
    }

    /// Waits until there is a loaf, and takes it.
    pub fn buy(&self) {
        self.counter.lock();
        while self.loaves.load(Relaxed) == 0 {
            self.bench.wait(&self.counter);
        }
        self.loaves.fetch_sub(1, Relaxed);
        self.counter.unlock();
    }
    // ANCHOR_END: sell

    /// Waits until called, unless there is a loaf, and takes it. Wrong: it may be gone by then.
    // ANCHOR: trusting
    pub fn buy_trusting(&self) {
        self.counter.lock();
        if self.loaves.load(Relaxed) == 0 {
            self.bench.wait(&self.counter);
        }
        assert!(self.loaves.fetch_sub(1, Relaxed) > 0, "no bread");
        self.counter.unlock();
    }
    // ANCHOR_END: trusting
}

/// One comes for a loaf, and main bakes it.
// ANCHOR: one_comes
pub fn one_comes(bakery: Bakery<impl Bench + Sync>) {
    thread::scope(|scope| {
        scope.spawn("customer", || bakery.buy());
        bakery.bake();
    });
}
// ANCHOR_END: one_comes

/// Alice and Bob come for a loaf each, and main bakes two.
// ANCHOR: two_come
pub fn two_come<B: Bench + Sync>(bakery: Bakery<B>, buy: impl Fn(&Bakery<B>) + Sync) {
    thread::scope(|scope| {
        for name in ["Alice", "Bob"] {
            scope.spawn(name, || buy(&bakery));
        }
        bakery.bake();
        bakery.bake();
    });
}
// ANCHOR_END: two_come

impl<B> Bakery<B> {
    model::const_fn! {
        /// A bakery without bread.
        pub const fn new(bench: B) -> Bakery<B> {
            Bakery { counter: Knowing::new(), loaves: AtomicU32::new(0), bench }
        }
    }
}

impl Late {
    model::const_fn! {
        /// A bench on which nobody sits.
        pub const fn new() -> Late {
            Late { calls: AtomicU32::new(0) }
        }
    }
}

impl Early {
    model::const_fn! {
        /// A bench on which nobody sits.
        pub const fn new() -> Early {
            Early { calls: AtomicU32::new(0) }
        }
    }
}

impl Default for Late {
    fn default() -> Late {
        Late::new()
    }
}

impl Default for Early {
    fn default() -> Early {
        Early::new()
    }
}
