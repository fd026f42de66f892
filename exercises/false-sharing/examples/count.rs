//! How long it takes to count once, if one thread counts, and two, and so on, up to the number of processors.
//!
//! `cargo run --release -p false-sharing --example count`

use std::iter;
use std::thread::{self, available_parallelism};
use std::time::Instant;

use false_sharing::Counters;
use model::sync::atomic::Ordering::Relaxed;

/// So often each thread counts.
const TIMES: u64 = 20_000_000;

fn main() {
    let processors = available_parallelism().map_or(1, usize::from);
    println!("threads   ns to count once, each thread on its own counter");
    for threads in iter::successors(Some(1), |threads| Some(2 * threads)).take_while(|threads| *threads <= processors) {
        let counters = Counters::new(threads);
        let start = Instant::now();
        thread::scope(|scope| {
            for counter in (0..threads).map(|thread| counters.of(thread)) {
                scope.spawn(move || {
                    for _ in 0..TIMES {
                        counter.fetch_add(1, Relaxed);
                    }
                });
            }
        });
        let once = start.elapsed().as_secs_f64() * 1e9 / TIMES as f64;
        assert_eq!(counters.total(), TIMES * threads as u64, "nothing is lost");
        println!("{threads:>7}   {once:.1}");
    }
}
