//! Two threads count, each as far as the other: into one place, or into two, near or far.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

const ROUNDS: usize = if cfg!(debug_assertions) { 1 } else { 7 };
/// Enough for a round to take longer than the system lets a thread run at a stretch.
const STEPS: u64 = if cfg!(debug_assertions) { 1_000 } else { 40_000_000 };

// ANCHOR: places
/// On a cache line of its own, and on the one beside it, for processors like to fetch two.
#[repr(align(128))]
struct Apart(AtomicU64);

static ONE: AtomicU64 = AtomicU64::new(0);
static NEAR: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];
static FAR: [Apart; 2] = [const { Apart(AtomicU64::new(0)) }; 2];
static LOCKED: Mutex<u64> = Mutex::new(0);

fn one_lock(_: usize) {
    *LOCKED.lock().unwrap_or_else(PoisonError::into_inner) += 1;
}

fn one_number(_: usize) {
    ONE.fetch_add(1, Ordering::Relaxed);
}

fn two_near(thread: usize) {
    NEAR[thread].fetch_add(1, Ordering::Relaxed);
}

fn two_apart(thread: usize) {
    FAR[thread].0.fetch_add(1, Ordering::Relaxed);
}
// ANCHOR_END: places

/// What the thread of this number does to count on by one.
type Step = fn(usize);

const PLACES: [(&str, Step); 4] =
    [("one lock", one_lock), ("one number", one_number), ("two, near", two_near), ("two, apart", two_apart)];

fn main() {
    let mut times = PLACES.map(|_| [Vec::new(), Vec::new()]);
    for _ in 0..ROUNDS {
        for ((_, step), [alone, together]) in PLACES.iter().zip(&mut times) {
            alone.push(nanoseconds(1, *step));
            together.push(nanoseconds(2, *step));
        }
    }
    // Nobody is fast who has not counted.
    let counted = LOCKED.lock().map_or(0, |number| *number);
    let near = NEAR.each_ref().map(|number| number.load(Ordering::Relaxed));
    let far = FAR.each_ref().map(|Apart(number)| number.load(Ordering::Relaxed));
    let sums = [counted, ONE.load(Ordering::Relaxed), near.iter().sum(), far.iter().sum()];
    assert_eq!(sums, [3 * STEPS * ROUNDS as u64; 4], "one thread and two, in each round");
    println!("ns for a step   one thread   two threads");
    for ((name, _), times) in PLACES.iter().zip(&mut times) {
        let [alone, together] = times.each_mut().map(|times| median(times));
        println!("{name:13}{alone:>13.1}{together:>14.1}");
    }
}

/// How long it takes until each of so many threads has made a step. If they do not disturb each other, that is no longer
/// with two.
fn nanoseconds(threads: usize, step: Step) -> f64 {
    let all_there = Barrier::new(threads + 1);
    let start = thread::scope(|scope| {
        for thread in 0..threads {
            let all_there = &all_there;
            scope.spawn(move || {
                all_there.wait();
                for _ in 0..STEPS {
                    black_box(step)(thread);
                }
            });
        }
        all_there.wait();
        Instant::now()
    });
    start.elapsed().as_secs_f64() * 1e9 / STEPS as f64
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
