//! Wrong: one counter, far from all others, on which all threads count. The total is right, and now they share not just a line but
//! the number in it.

use model::sync::atomic::AtomicU64;
use model::sync::atomic::Ordering::Relaxed;

/// A counter for each of some threads.
#[derive(Debug)]
#[repr(align(128))]
pub struct Counters {
    threads: usize,
    counter: AtomicU64,
}

impl Counters {
    /// Counters for so many threads, at zero.
    pub fn new(threads: usize) -> Counters {
        Counters { threads, counter: AtomicU64::new(0) }
    }

    /// The counter of the thread with this number. No other thread writes to it, nor to what lies within 128 bytes of it.
    ///
    /// # Panics
    ///
    /// If there is no such thread.
    pub fn of(&self, thread: usize) -> &AtomicU64 {
        assert!(thread < self.threads, "there is no such thread");
        &self.counter
    }

    /// What all threads have counted.
    pub fn total(&self) -> u64 {
        self.counter.load(Relaxed)
    }
}
