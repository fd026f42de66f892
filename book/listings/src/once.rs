//! A cell that is filled by whoever asks first. With the wrong orderings, who asks later may find it filled and empty.

use model::sync::atomic::Ordering::Relaxed;
use model::sync::atomic::{AtomicU32, Ordering};
use model::thread;
use mutex::Mutex;
use once::OnceLock;

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

/// Alice and main both ask a cell. Returns what main is told, and how often it was looked up.
// ANCHOR: cell
pub fn both_ask_a_cell() -> (u32, u32) {
    let (rate, looked_up) = (OnceLock::new(), AtomicU32::new(0));
    let look_up = || {
        looked_up.fetch_add(1, Relaxed);
        42
    };
    let told = thread::scope(|scope| {
        scope.spawn("Alice", || *rate.get_or_init(look_up));
        *rate.get_or_init(look_up)
    });
    (told, looked_up.load(Relaxed))
}
// ANCHOR_END: cell
