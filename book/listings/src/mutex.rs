//! From a lock that sleeps to one that knows whether anyone sleeps. The one in the middle is wrong.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use model::thread;
use mutex::Mutex;

use crate::lock::Lock;

/// Nobody holds the lock.
const FREE: u32 = 0;
/// Somebody holds the lock.
const LOCKED: u32 = 1;
/// Somebody holds the lock, and somebody may sleep.
const CONTENDED: u32 = 2;

/// Sleeps while the lock is held. Whoever unlocks enters the system each time, for it does not know whether anyone sleeps.
#[derive(Debug)]
pub struct Waking {
    taken: AtomicU32,
}

// ANCHOR: waking
impl Lock for Waking {
    fn lock(&self) {
        while self.taken.swap(1, Acquire) == 1 {
            futex::wait(&self.taken, 1);
        }
    }

    fn unlock(&self) {
        let taken: *const AtomicU32 = &self.taken;
        self.taken.swap(0, Release);
        futex::wake_one(taken);
    }
}
// ANCHOR_END: waking

/// Writes into the word that it sleeps. Wrong: whoever was woken forgets the others.
#[derive(Debug)]
pub struct Forgetting {
    state: AtomicU32,
}

// ANCHOR: forgetting
impl Lock for Forgetting {
    fn lock(&self) {
        while self.state.compare_exchange(FREE, LOCKED, Acquire, Relaxed).is_err() {
            if self.state.swap(CONTENDED, Acquire) == FREE {
                return; // It has become free meanwhile, and the swap has taken it.
            }
            futex::wait(&self.state, CONTENDED);
        }
    }

    fn unlock(&self) {
        let state: *const AtomicU32 = &self.state;
        if self.state.swap(FREE, Release) == CONTENDED {
            futex::wake_one(state);
        }
    }
}
// ANCHOR_END: forgetting

/// Writes into the word that it sleeps, and having slept, that others may.
#[derive(Debug)]
pub struct Knowing {
    state: AtomicU32,
}

impl Lock for Knowing {
    // ANCHOR: knowing
    fn lock(&self) {
        if self.state.compare_exchange(FREE, LOCKED, Acquire, Relaxed).is_ok() {
            return;
        }
        while self.state.swap(CONTENDED, Acquire) != FREE {
            futex::wait(&self.state, CONTENDED);
        }
    }
    // ANCHOR_END: knowing

    fn unlock(&self) {
        let state: *const AtomicU32 = &self.state;
        if self.state.swap(FREE, Release) == CONTENDED {
            futex::wake_one(state);
        }
    }
}

/// Two people share an account with 100 in it, which is inside of the lock. Returns how many pairs they have bought.
// ANCHOR: inside
pub fn pairs_from_account() -> u32 {
    struct Account {
        balance: u32,
        pairs: u32,
    }

    let account = Mutex::new(Account { balance: 100, pairs: 0 });
    thread::scope(|scope| {
        for name in ["Alice", "Bob"] {
            scope.spawn(name, || {
                let mut account = account.lock();
                if account.balance >= 60 {
                    account.balance -= 60;
                    account.pairs += 1;
                }
            });
        }
    });
    account.into_inner().pairs
}
// ANCHOR_END: inside

/// Sells what a shop has in stock, one piece after the other, and says for each whether the shop is closed meanwhile.
// ANCHOR: temporary
pub fn sell_all(stock: &Mutex<Vec<&'static str>>) -> Vec<(&'static str, bool)> {
    let mut sold = Vec::new();
    while let Some(piece) = stock.lock().pop() {
        sold.push((piece, stock.is_locked()));
    }
    sold
}
// ANCHOR_END: temporary

/// The same, with a name for what was taken out.
// ANCHOR: named
pub fn sell_each(stock: &Mutex<Vec<&'static str>>) -> Vec<(&'static str, bool)> {
    let mut sold = Vec::new();
    loop {
        let taken = stock.lock().pop();
        let Some(piece) = taken else { return sold };
        sold.push((piece, stock.is_locked()));
    }
}
// ANCHOR_END: named

/// Two people come to a lock that is held, and each wants in once.
// ANCHOR: two_come
pub fn two_come(lock: impl Lock + Sync) {
    thread::scope(|scope| {
        lock.lock();
        for name in ["Bob", "Carol"] {
            scope.spawn(name, || {
                lock.lock();
                lock.unlock();
            });
        }
        lock.unlock();
    });
}
// ANCHOR_END: two_come

impl Waking {
    model::const_fn! {
        /// A lock that is free.
        pub const fn new() -> Waking {
            Waking { taken: AtomicU32::new(0) }
        }
    }
}

impl Forgetting {
    model::const_fn! {
        /// A lock that is free.
        pub const fn new() -> Forgetting {
            Forgetting { state: AtomicU32::new(FREE) }
        }
    }
}

impl Knowing {
    model::const_fn! {
        /// A lock that is free.
        pub const fn new() -> Knowing {
            Knowing { state: AtomicU32::new(FREE) }
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

impl Default for Knowing {
    fn default() -> Knowing {
        Knowing::new()
    }
}
