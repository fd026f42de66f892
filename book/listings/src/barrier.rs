//! Meetings: at a barrier that works once, and at one that can be used again.

use latch::WaitGroup;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use model::thread;

/// Where two meet.
pub trait Meeting {
    /// Returns when both have come.
    fn wait(&self);
}

/// Waits until the number of those who have come is zero again. Wrong: by then it may be another.
#[derive(Debug)]
pub struct Counting {
    arrived: AtomicU32,
}

// ANCHOR: counting
impl Meeting for Counting {
    fn wait(&self) {
        if self.arrived.fetch_add(1, AcqRel) == 1 {
            self.arrived.swap(0, AcqRel); // All are here. For the next meeting nobody is.
            futex::wake_all(&self.arrived);
        } else {
            while self.arrived.load(Acquire) != 0 {
                futex::wait(&self.arrived, 1);
            }
        }
    }
}
// ANCHOR_END: counting

/// Waits until the meeting to which one has come is over.
#[derive(Debug)]
pub struct Rounds {
    arrived: AtomicU32,
    round: AtomicU32,
}

// ANCHOR: rounds
impl Meeting for Rounds {
    fn wait(&self) {
        let came = self.round.load(Relaxed);
        if self.arrived.fetch_add(1, AcqRel) == 1 {
            self.arrived.swap(0, Relaxed);
            self.round.fetch_add(1, Release);
            futex::wake_all(&self.round);
        } else {
            while self.round.load(Acquire) == came {
                futex::wait(&self.round, came);
            }
        }
    }
}
// ANCHOR_END: rounds

/// Alice and main meet, and meet again.
// ANCHOR: twice
pub fn meet_twice(hut: impl Meeting + Sync) {
    thread::scope(|scope| {
        scope.spawn("Alice", || {
            hut.wait();
            hut.wait();
        });
        hut.wait();
        hut.wait();
    });
}
// ANCHOR_END: twice

/// Two count what is in their halves, and main waits for both. Returns the sum.
// ANCHOR: fan_out
pub fn sum_of(halves: [u32; 2]) -> u32 {
    let (sum, parts) = (AtomicU32::new(0), WaitGroup::new());
    thread::scope(|scope| {
        for half in &halves {
            parts.add(1); // Before the thread begins.
            scope.spawn("part", || {
                sum.fetch_add(*half, Relaxed);
                parts.done();
            });
        }
        parts.wait();
        sum.load(Relaxed)
    })
}
// ANCHOR_END: fan_out

impl Counting {
    model::const_fn! {
        /// A barrier to which nobody has come.
        pub const fn new() -> Counting {
            Counting { arrived: AtomicU32::new(0) }
        }
    }
}

impl Rounds {
    model::const_fn! {
        /// A barrier to which nobody has come.
        pub const fn new() -> Rounds {
            Rounds { arrived: AtomicU32::new(0), round: AtomicU32::new(0) }
        }
    }
}

impl Default for Counting {
    fn default() -> Counting {
        Counting::new()
    }
}

impl Default for Rounds {
    fn default() -> Rounds {
        Rounds::new()
    }
}
