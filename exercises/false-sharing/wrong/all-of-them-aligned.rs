//! Wrong: what is aligned is the structure that holds a pointer to the counters. They lie elsewhere, side by side as before.

use model::sync::atomic::AtomicU64;
use model::sync::atomic::Ordering::Relaxed;

/// A counter for each of some threads.
#[derive(Debug)]
#[repr(align(128))]
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
