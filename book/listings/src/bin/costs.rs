//! What the primitives cost if nobody else wants anything of them, and nobody has to sleep.

use std::hint::black_box;
use std::sync;
use std::time::Instant;

use condvar::Condvar;
use event::Event;
use latch::WaitGroup;
use mutex::{Mutex, ReentrantMutex};
use once::OnceLock;
use rwlock::RwLock;
use semaphore::Semaphore;

const ROUNDS: u32 = 20;
const TURNS: u32 = 100_000;

fn main() {
    println!("                      ours    std  parking_lot   (ns)");

    let (ours, std, parked) = (Mutex::new(0), sync::Mutex::new(0), parking_lot::Mutex::new(0));
    let std_lock = time(|| *std.lock().unwrap() += 1);
    row("mutex", time(|| *ours.lock() += 1), std_lock, time(|| *parked.lock() += 1));

    let (ours, parked) = (ReentrantMutex::new(0), parking_lot::ReentrantMutex::new(0));
    row("reentrant mutex", time(|| *ours.lock()), None, time(|| *parked.lock()));

    let (ours, std, parked) = (Condvar::new(), sync::Condvar::new(), parking_lot::Condvar::new());
    row("notify, nobody waits", time(|| ours.notify_one()), time(|| std.notify_one()), time(|| parked.notify_one()));

    let event = Event::new();
    event.set();
    row("wait for a set event", time(|| event.wait()), None, None);

    let semaphore = Semaphore::new(2);
    row("semaphore", time(|| drop(semaphore.acquire())), None, None);

    let (ours, std, parked) = (RwLock::new(0), sync::RwLock::new(0), parking_lot::RwLock::new(0));
    let std_read = time(|| *std.read().unwrap());
    let std_write = time(|| *std.write().unwrap() += 1);
    row("read lock", time(|| *ours.read()), std_read, time(|| *parked.read()));
    row("write lock", time(|| *ours.write() += 1), std_write, time(|| *parked.write() += 1));

    let (ours, std) = (OnceLock::new(), sync::OnceLock::new());
    row("get what is there", time(|| *ours.get_or_init(|| 1)), time(|| *std.get_or_init(|| 1)), None);

    let walks = WaitGroup::new();
    let one_walk = time(|| {
        walks.add(1);
        walks.done();
    });
    row("wait group, 1 thing", one_walk, None, None);
}

/// What one call takes, in nanoseconds, when nothing disturbs it: the best of some rounds.
fn time<R>(call: impl Fn() -> R) -> f64 {
    let round = |_| {
        let start = Instant::now();
        for _ in 0..TURNS {
            black_box(call());
        }
        start.elapsed().as_secs_f64() * 1e9 / f64::from(TURNS)
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

fn row(name: &str, ours: f64, std: impl Into<Option<f64>>, parking_lot: impl Into<Option<f64>>) {
    let nanoseconds = |time: Option<f64>| time.map_or_else(|| "–".to_owned(), |time| format!("{time:.1}"));
    println!("{name:21} {ours:>5.1} {:>6} {:>12}", nanoseconds(std.into()), nanoseconds(parking_lot.into()));
}
