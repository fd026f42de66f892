//! Threads that count together.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ::mutex::Mutex;

use crate::crew::Apart;

/// What threads share that count together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// All lock one mutex for each step.
    Lock,
    /// All add to one atomic word.
    Word,
    /// Each adds to a word of its own, and the words are neighbours in memory: they lie on a cache line or two.
    Line,
    /// There are eight mutexes, and each thread goes round.
    Shards,
    /// Each adds to a word of its own, far from the others, and the words are added up in the end.
    Nothing,
}

/// A divided count has so many parts.
const SHARDS: usize = 8;

impl Sharing {
    /// All of them.
    pub const ALL: [Sharing; 5] = [Sharing::Nothing, Sharing::Shards, Sharing::Line, Sharing::Word, Sharing::Lock];

    /// As it is called in a table.
    pub const fn name(self) -> &'static str {
        match self {
            Sharing::Lock => "one lock",
            Sharing::Word => "one word",
            Sharing::Line => "one cache line",
            Sharing::Shards => "eight locks",
            Sharing::Nothing => "nothing shared",
        }
    }

    /// Lets so many threads count to `steps` each, all at once. Returns what they have come to together, and how long it
    /// took from the start of the first to the end of the last.
    ///
    /// # Panics
    ///
    /// If the system cannot start so many threads.
    pub fn count(self, threads: usize, steps: u64) -> (u64, Duration) {
        match self {
            Sharing::Lock => {
                let sum = Mutex::new(0);
                let elapsed = at_once(threads, steps, |_, _| *sum.lock() += 1);
                (sum.into_inner(), elapsed)
            }
            Sharing::Word => {
                let sum = AtomicU64::new(0);
                // ORDERING: Relaxed, here and below; a count publishes nothing, and the ends of the threads order it.
                let elapsed = at_once(threads, steps, |_, _| _ = sum.fetch_add(1, Ordering::Relaxed));
                (sum.into_inner(), elapsed)
            }
            Sharing::Line => {
                let sums: Vec<AtomicU64> = (0..threads).map(|_| AtomicU64::new(0)).collect();
                let elapsed = at_once(threads, steps, |thread, _| _ = sums[thread].fetch_add(1, Ordering::Relaxed));
                (sums.into_iter().map(AtomicU64::into_inner).sum(), elapsed)
            }
            Sharing::Shards => {
                let sums: [Apart<Mutex<u64>>; SHARDS] = std::array::from_fn(|_| Apart(Mutex::new(0)));
                let elapsed =
                    at_once(threads, steps, |thread, step| *sums[(thread + step as usize) % SHARDS].0.lock() += 1);
                (sums.into_iter().map(|sum| sum.0.into_inner()).sum(), elapsed)
            }
            Sharing::Nothing => {
                let sums: Vec<Apart<AtomicU64>> = (0..threads).map(|_| Apart(AtomicU64::new(0))).collect();
                let elapsed = at_once(threads, steps, |thread, _| _ = sums[thread].0.fetch_add(1, Ordering::Relaxed));
                (sums.into_iter().map(|sum| sum.0.into_inner()).sum(), elapsed)
            }
        }
    }
}

/// Lets so many threads do all `steps`, each told its number and the step's.
fn at_once(threads: usize, steps: u64, step: impl Fn(usize, u64) + Sync) -> Duration {
    let gate = Barrier::new(threads);
    let run = |thread| {
        gate.wait();
        let start = Instant::now();
        (0..steps).for_each(|number| step(thread, number));
        (start, Instant::now())
    };
    let times: Vec<(Instant, Instant)> = thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = (0..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("counting does not panic")).collect()
    });
    let first = times.iter().map(|(start, _)| *start).min();
    let last = times.iter().map(|(_, end)| *end).max();
    first.zip(last).map_or(Duration::ZERO, |(first, last)| last - first)
}
