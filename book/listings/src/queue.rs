//! A kitchen: orders on a rail, and when the kitchen may close.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use mutex::Mutex;
use queue::{PutError, Shutdown, WorkQueue};

use crate::condvar::{Bench, Early};
use crate::lock::Lock;
use crate::mutex::Knowing;

/// Two cooks work off the orders, and go home when all is done. Returns what was served.
// ANCHOR: kitchen
pub fn kitchen(dishes: &[&'static str]) -> Vec<&'static str> {
    let (orders, served) = (WorkQueue::bounded(8), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for name in ["Alice", "Bob"] {
            scope.spawn(name, || {
                while let Ok(dish) = orders.get_task() {
                    served.lock().push(*dish);
                } // The guard goes at the end of each turn: `task_done`.
            });
        }
        for dish in dishes {
            orders.put(*dish).expect("the kitchen is open");
        }
        orders.join();
        orders.shutdown(Shutdown::Drain);
        served.lock().clone()
    })
}
// ANCHOR_END: kitchen

/// How many orders hang there, a lock, a bench for who waits for one, and a bench for who waits until there is none.
// ANCHOR: rail
#[derive(Debug)]
pub struct Rail {
    lock: Knowing,
    slips: AtomicU32,
    filled: Early,
    emptied: Early,
}

impl Rail {
    /// Hangs up an order.
    pub fn put(&self) {
        self.lock.lock();
        self.slips.fetch_add(1, Relaxed);
        self.filled.call();
        self.lock.unlock();
    }

    /// Takes an order down, as soon as there is one.
    pub fn take(&self) {
        self.lock.lock();
        while self.slips.load(Relaxed) == 0 {
            self.filled.wait(&self.lock);
        }
        if self.slips.fetch_sub(1, Relaxed) == 1 {
            self.emptied.call();
        }
        self.lock.unlock();
    }

    /// Waits until no order is left.
    pub fn wait_until_empty(&self) {
        self.lock.lock();
        while self.slips.load(Relaxed) > 0 {
            self.emptied.wait(&self.lock);
        }
        self.lock.unlock();
    }
}
// ANCHOR_END: rail

/// A cook works off one order, and main waits until the rail is empty. Returns how many dishes have been served by then.
// ANCHOR: until_empty
pub fn until_empty(rail: &Rail) -> u32 {
    let served = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn("cook", || {
            rail.take();
            served.fetch_add(1, Relaxed); // The dish is cooked, and goes out.
        });
        rail.put();
        rail.wait_until_empty();
        served.load(Relaxed)
    })
}
// ANCHOR_END: until_empty

/// The same, but main waits until all is done.
// ANCHOR: until_done
pub fn until_done(orders: &WorkQueue<&'static str>) -> u32 {
    let served = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn("cook", || {
            let _soup = orders.get_task();
            served.fetch_add(1, Relaxed);
        });
        orders.put("soup").expect("the kitchen is open");
        orders.join();
        served.load(Relaxed)
    })
}
// ANCHOR_END: until_done

/// Takes an order if the rail has room, and tells the guest if not.
// ANCHOR: refuse
pub fn order(orders: &WorkQueue<&'static str>, dish: &'static str) -> String {
    match orders.try_put(dish) {
        Ok(()) => format!("{dish} will do"),
        Err(PutError::ShutDown(dish)) => format!("no {dish}: we are closed"),
        Err(full) => format!("no {} now: we are busy", full.into_inner()),
    }
}
// ANCHOR_END: refuse

impl Rail {
    model::const_fn! {
        /// A rail without orders.
        pub const fn new() -> Rail {
            Rail { lock: Knowing::new(), slips: AtomicU32::new(0), filled: Early::new(), emptied: Early::new() }
        }
    }
}

impl Default for Rail {
    fn default() -> Rail {
        Rail::new()
    }
}
