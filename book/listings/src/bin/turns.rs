//! The same work twice: one by one, at once under one interpreter lock, and at once with a lock for each.

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use gil::Gil;

const ROUNDS: u32 = 20;
/// Enough for a hundred milliseconds. Without optimization, which is for tests, it would take a minute.
const WORK: u64 = if cfg!(debug_assertions) { 500_000 } else { 200_000_000 };

// ANCHOR: work
/// Counts down to zero, with a checkpoint at the end of each loop.
#[inline(never)] // The same instructions in all three ways.
fn work(gil: &Gil) {
    gil.run(|token| {
        for left in (0..WORK).rev() {
            black_box(left);
            token.checkpoint();
        }
    });
}
// ANCHOR_END: work

// ANCHOR: turns
fn main() {
    let (one, two) = (Gil::new(), Gil::new());
    let one_by_one = best(|| {
        work(&one);
        work(&one);
    });
    let one_lock = best(|| both(|| work(&one), || work(&one)));
    let a_lock_each = best(|| both(|| work(&one), || work(&two)));
    println!("one by one             {one_by_one:>4.0} ms");
    println!("at once, one lock      {one_lock:>4.0} ms");
    println!("at once, a lock each   {a_lock_each:>4.0} ms");
}
// ANCHOR_END: turns

fn both(first: impl FnOnce() + Send, second: impl FnOnce()) {
    thread::scope(|scope| {
        scope.spawn(first);
        second();
    });
}

/// What it takes in milliseconds when nothing disturbs it: the best of some rounds.
fn best(work: impl Fn()) -> f64 {
    let round = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}
