//! How long a sum takes: of one thread, and of pools with up to as many workers as there are processors.
//!
//! `cargo run --release -p slower-sum --example add`

use std::hint::black_box;
use std::iter;
use std::thread::available_parallelism;
use std::time::Instant;

use pool::ThreadPool;

fn main() {
    let numbers: Vec<u32> = (0..4_000_000).collect();
    let alone = time(|| numbers.iter().copied().map(u64::from).sum());
    println!("one thread    {alone:>9.2} ms");
    let processors = available_parallelism().map_or(1, usize::from);
    for workers in iter::successors(Some(1), |workers| Some(2 * workers)).take_while(|workers| *workers <= processors) {
        let pool = ThreadPool::new(workers);
        println!("{workers:>2} workers    {:>9.2} ms", time(|| slower_sum::sum(&pool, &numbers)));
    }
}

/// How many milliseconds `sum` takes: the middle one of five times.
fn time(sum: impl Fn() -> u64) -> f64 {
    let mut times = [(); 5].map(|()| {
        let start = Instant::now();
        black_box(sum());
        start.elapsed()
    });
    times.sort_unstable();
    times[2].as_secs_f64() * 1e3
}
