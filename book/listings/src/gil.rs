//! An interpreter lock that is given back on request, and no more than that.

use std::time::Duration;

use ::gil::Gil;
use futex::Deadline;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use model::sync::atomic::{AtomicBool, AtomicU32};
use model::thread;

/// How long a thread waits before it asks.
const INTERVAL: Duration = Duration::from_millis(5);

// ANCHOR: hasty
/// A thread that is asked gives the lock back, and takes it again.
pub struct Hasty {
    /// 0: the lock is free. 1: it is taken.
    taken: AtomicU32,
    request: AtomicBool,
}

impl Hasty {
    /// Blocks until the lock is free. Asks for it after each interval.
    pub fn take(&self) {
        while self.taken.swap(1, Acquire) == 1 {
            if futex::wait_until(&self.taken, 1, Deadline::after(INTERVAL)).is_err() {
                self.request.store(true, Relaxed);
            }
        }
        self.request.store(false, Relaxed);
    }

    /// Gives the lock back.
    pub fn give(&self) {
        let taken: *const AtomicU32 = &self.taken;
        self.taken.swap(0, Release);
        futex::wake_one(taken);
    }

    /// Steps aside if somebody has asked, and says whether somebody had.
    pub fn checkpoint(&self) -> bool {
        let asked = self.request.load(Relaxed);
        if asked {
            self.give();
            self.take();
        }
        asked
    }
}
// ANCHOR_END: hasty

impl Hasty {
    model::const_fn! {
        /// A lock that nobody has taken.
        pub const fn new() -> Hasty {
            Hasty { taken: AtomicU32::new(0), request: AtomicBool::new(false) }
        }
    }
}

impl Default for Hasty {
    fn default() -> Hasty {
        Hasty::new()
    }
}

// ANCHOR: one_asks
/// Main computes, and Bob wants a turn. How many has he had when main has stepped aside for him?
pub fn one_asks(lock: &Hasty) -> Option<u32> {
    let turns = AtomicU32::new(0);
    lock.take();
    thread::scope(|scope| {
        scope.spawn("Bob", || {
            lock.take();
            turns.fetch_add(1, Relaxed);
            lock.give();
        });
        let asked = lock.checkpoint();
        let had = turns.load(Relaxed);
        lock.give();
        asked.then_some(had)
    })
}
// ANCHOR_END: one_asks

// ANCHOR: one_asks_ours
/// The same, with the real lock.
pub fn one_asks_ours(gil: &Gil) -> Option<u32> {
    let turns = AtomicU32::new(0);
    thread::scope(|scope| {
        gil.run(|token| {
            scope.spawn("Bob", || gil.run(|_| turns.fetch_add(1, Relaxed)));
            let asked = token.checkpoint();
            asked.then_some(turns.load(Relaxed))
        })
    })
}
// ANCHOR_END: one_asks_ours
