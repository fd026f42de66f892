//! Right: bytes that nobody uses keep each counter away from the next, wherever the first one lies.

use model::sync::atomic::AtomicU64;
use model::sync::atomic::Ordering::Relaxed;

/// A counter for each of some threads.
#[derive(Debug)]
pub struct Counters {
    counters: Box<[Apart]>,
}

/// A counter, and as much space as there has to be up to the next one.
#[derive(Debug)]
struct Apart(AtomicU64, #[expect(dead_code, reason = "it is there to be in the way")] [u8; 120]);

impl Counters {
    /// Counters for so many threads, at zero.
    pub fn new(threads: usize) -> Counters {
        Counters { counters: (0..threads).map(|_| Apart(AtomicU64::new(0), [0; 120])).collect() }
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
        self.counters.iter().map(|Apart(counter, _)| counter.load(Relaxed)).sum()
    }
}
