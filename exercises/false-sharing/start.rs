//! Counters for several threads: each has its own, and no thread waits for another. Or so it seems.

use model::sync::atomic::AtomicU64;
use model::sync::atomic::Ordering::Relaxed;

/// A counter for each of some threads.
#[derive(Debug)]
pub struct Counters {
    counters: Box<[AtomicU64]>,
}

impl Counters {
    /// Counters for so many threads, at zero.
    pub fn new(threads: usize) -> Counters {
        Counters { counters: (0..threads).map(|_| AtomicU64::new(0)).collect() }
    }

    /// The counter of the thread with this number. No other thread writes to it, nor to what lies within 128 bytes of it.
    ///
    /// # Panics
    ///
    /// If there is no such thread.
    pub fn of(&self, thread: usize) -> &AtomicU64 {
        &self.counters[thread]
    }

    /// What all threads have counted.
    pub fn total(&self) -> u64 {
        self.counters.iter().map(|counter| counter.load(Relaxed)).sum()
    }
}
