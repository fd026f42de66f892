//! Counters for several threads: each has its own, on a piece of memory of its own.

use model::sync::atomic::AtomicU64;
use model::sync::atomic::Ordering::Relaxed;

/// A counter for each of some threads.
#[derive(Debug)]
pub struct Counters {
    counters: Box<[Apart]>,
}

/// A counter with nothing else in the lines of the cache that it lies in.
///
/// What is aligned to 128 bytes is also a multiple of 128 bytes long: the compiler fills it up, so that the next one in a row is
/// aligned as well.
#[derive(Debug)]
#[repr(align(128))]
struct Apart(AtomicU64);

impl Counters {
    /// Counters for so many threads, at zero.
    pub fn new(threads: usize) -> Counters {
        Counters { counters: (0..threads).map(|_| Apart(AtomicU64::new(0))).collect() }
    }

    /// The counter of the thread with this number. No other thread writes to it, nor to what lies within 128 bytes of it.
    ///
    /// # Panics
    ///
    /// If there is no such thread.
    pub fn of(&self, thread: usize) -> &AtomicU64 {
        &self.counters[thread].0
    }

    /// What all threads have counted.
    pub fn total(&self) -> u64 {
        self.counters.iter().map(|Apart(counter)| counter.load(Relaxed)).sum()
    }
}
