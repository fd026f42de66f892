//! Five kinds of work, done in five ways.

use std::hint::black_box;
use std::num::NonZero;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pool::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

const TASKS: usize = 64;
const ROUNDS: usize = if cfg!(debug_assertions) { 1 } else { 9 };
/// Enough for a task to take some milliseconds. Without optimization, which is for tests, little will do.
const STEPS: usize = if cfg!(debug_assertions) { 1_000 } else { 4_000_000 };
const NUMBERS: usize = if cfg!(debug_assertions) { 1 << 10 } else { 1 << 23 };

static MOUNTAIN: LazyLock<Vec<usize>> = LazyLock::new(|| vec![1; NUMBERS]);
static LOCK: Mutex<()> = Mutex::new(());

// ANCHOR: works
fn compute() {
    for step in 0..STEPS {
        black_box(step);
    }
}

fn wait() {
    thread::sleep(Duration::from_millis(2));
}

fn compute_and_wait() {
    for step in 0..STEPS / 2 {
        black_box(step);
    }
    thread::sleep(Duration::from_millis(1));
}

/// Goes through 64 MiB, of which the caches hold but a part.
fn add_up() {
    black_box(black_box(&*MOUNTAIN).iter().sum::<usize>());
}

fn compute_locked() {
    let _turn = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    compute();
}
// ANCHOR_END: works

const WORKS: [(&str, fn()); 5] = [
    ("computes", compute),
    ("waits", wait),
    ("half, half", compute_and_wait),
    ("adds up", add_up),
    ("one lock", compute_locked),
];

const WAYS: [&str; 5] = ["in sequence", "pool, small", "pool of 32", "a thread each", "rayon"];

// ANCHOR: ways
/// Has `work` done so many times, in one of the ways.
fn perform(way: &str, work: fn(), [small, large]: [&ThreadPool; 2]) {
    match way {
        "in sequence" => (0..TASKS).for_each(|_| work()),
        "pool, small" => small.scope(|scope| (0..TASKS).for_each(|_| scope.spawn(work))),
        "pool of 32" => large.scope(|scope| (0..TASKS).for_each(|_| scope.spawn(work))),
        "a thread each" => thread::scope(|scope| {
            for _ in 0..TASKS {
                scope.spawn(work);
            }
        }),
        "rayon" => (0..TASKS).into_par_iter().for_each(|_| work()),
        other => unreachable!("no way is called {other}"),
    }
}
// ANCHOR_END: ways

fn main() {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let (small, large) = (ThreadPool::new(processors), ThreadPool::new(32));
    let mut times = WAYS.map(|_| WORKS.map(|_| Vec::new()));
    // In turns, so that a bad moment of the machine spoils one round of all of them, and not all rounds of one.
    for _ in 0..ROUNDS {
        for (way, times) in WAYS.iter().zip(&mut times) {
            for ((_, work), times) in WORKS.iter().zip(times) {
                let start = Instant::now();
                perform(way, *work, [&small, &large]);
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    print!("{:16}", "ms");
    WORKS.iter().for_each(|(name, _)| print!("{name:>12}"));
    println!();
    for (way, times) in WAYS.iter().zip(&mut times) {
        print!("{way:16}");
        times.iter_mut().for_each(|times| print!("{:>12.0}", median(times)));
        println!();
    }
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
