//! A cell that is filled by whoever asks first. With the wrong orderings, who asks later may find it filled and empty.

use model::sync::atomic::Ordering::Relaxed;
use model::sync::atomic::{AtomicU32, Ordering};
use model::thread;
use mutex::Mutex;

/// A rate that is looked up once. How it looks before it locks, and how it says that it has made the rate, is to be tried.
#[derive(Debug)]
pub struct Rate {
    made: AtomicU32,
    making: Mutex<()>,
    rate: AtomicU32,
}

impl Rate {
    // ANCHOR: get
    /// The rate, which is looked up if nobody has done it yet.
    pub fn get(&self, look: Ordering, tell: Ordering) -> u32 {
        if self.made.load(look) == 0 {
            let _making = self.making.lock();
            if self.made.load(Relaxed) == 0 {
                self.rate.store(42, Relaxed);
                self.made.store(1, tell);
            }
        }
        self.rate.load(Relaxed)
    }
    // ANCHOR_END: get

    model::const_fn! {
        /// A rate that nobody has looked up.
        pub const fn new() -> Rate {
            Rate { made: AtomicU32::new(0), making: Mutex::new(()), rate: AtomicU32::new(0) }
        }
    }
}

impl Default for Rate {
    fn default() -> Rate {
        Rate::new()
    }
}

/// Alice and main both ask. Returns what main is told.
// ANCHOR: both_ask
pub fn both_ask(look: Ordering, tell: Ordering) -> u32 {
    let rate = Rate::new();
    thread::scope(|scope| {
        scope.spawn("Alice", || rate.get(look, tell));
        rate.get(look, tell)
    })
}
// ANCHOR_END: both_ask
