//! What does it take to have something done: by a call, by a pool, by a thread of its own? And what is a thread made of?
//!
//! Linux only: it reads from `/proc` how often a thread has given up its processor, and what memory there is.

use std::fs;
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use pool::ThreadPool;

const ROUNDS: u32 = 20;
const TURNS: u32 = 100;
const THREADS: usize = 400;

fn main() {
    println!("                          µs  naps");
    let pool = ThreadPool::new(1);
    row("call it", work);
    row("hand it to a pool", || submit(&pool));
    row("start a thread", spawn);
    println!("                         KiB");
    let (before, with_threads) = (memory(), among_threads(memory));
    for (name, (before, after)) in MEMORY.iter().zip(before.iter().zip(with_threads)) {
        println!("{name:22} {:5.0}", (after - before) / THREADS as f64);
    }
}

// ANCHOR: turns
/// Next to nothing.
fn work() -> u32 {
    black_box(1)
}

fn submit(pool: &ThreadPool) -> u32 {
    let job = pool.submit(work).expect("the pool is open");
    job.join().expect("the job does not panic")
}

fn spawn() -> u32 {
    let thread = thread::spawn(work);
    thread.join().expect("the thread does not panic")
}
// ANCHOR_END: turns

/// Prints how many microseconds a turn takes, in the best of some rounds, and how often this thread lies down in one.
fn row<R>(name: &str, turn: impl Fn() -> R) {
    let round = |_| {
        let start = Instant::now();
        for _ in 0..TURNS {
            black_box(turn());
        }
        start.elapsed().as_secs_f64() * 1e6 / f64::from(TURNS)
    };
    let before = number("/proc/thread-self/status", "voluntary_ctxt_switches:");
    let best = (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min);
    let naps = number("/proc/thread-self/status", "voluntary_ctxt_switches:") - before;
    println!("{name:22} {best:5.1} {:5.2}", naps / f64::from(ROUNDS * TURNS));
}

/// What [`memory`] tells.
const MEMORY: [&str; 3] = ["reserved", "in use", "in the kernel"];

/// KiB that are reserved and in use in this process, and of stacks in the kernel, which are those of all processes.
fn memory() -> [f64; 3] {
    [
        number("/proc/self/status", "VmSize:"),
        number("/proc/self/status", "VmRSS:"),
        number("/proc/meminfo", "KernelStack:"),
    ]
}

/// What `look` returns while so many threads are there, and sleep.
fn among_threads<R>(look: impl Fn() -> R) -> R {
    let (all_there, all_seen) = (Barrier::new(THREADS + 1), Barrier::new(THREADS + 1));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                all_there.wait();
                all_seen.wait();
            });
        }
        all_there.wait();
        let seen = look();
        all_seen.wait();
        seen
    })
}

/// The number behind `name` in one of the system's files.
fn number(file: &str, name: &str) -> f64 {
    let text = fs::read_to_string(file).expect("Linux has such a file");
    let number = text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).expect("Linux counts it")
}
