//! Two threads read what a lock protects: for a moment, or for longer. Does a lock for readers and writers help them?

use std::hint::{black_box, spin_loop};
use std::sync;
use std::thread;
use std::time::{Duration, Instant};

use mutex::Mutex;
use rwlock::RwLock;

const READERS: u32 = 2;
const ROUNDS: u32 = 10;
const ROUND: Duration = Duration::from_millis(50);

fn main() {
    println!("                short   long   (reads in a microsecond)");
    row("ours, mutex", Mutex::new(1), |lock, inside| inside(*lock.lock()));
    row("ours", RwLock::new(1), |lock, inside| inside(*lock.read()));
    row("std", sync::RwLock::new(1), |lock, inside| inside(*lock.read().unwrap()));
    row("parking_lot", parking_lot::RwLock::new(1), |lock, inside| inside(*lock.read()));
}

fn row<L: Sync>(name: &str, lock: L, read: impl Fn(&L, &dyn Fn(u32)) + Sync) {
    let best = |inside: fn(u32)| (0..ROUNDS).map(|_| reads(|| read(&lock, &inside))).fold(0.0, f64::max);
    let (short, long) = (best(at_once), best(for_a_while));
    println!("{name:14} {short:>6.1} {long:>6.2}");
}

fn at_once(data: u32) {
    black_box(data);
}

/// Some microseconds.
fn for_a_while(data: u32) {
    for _ in 0..black_box(data) * 100 {
        spin_loop();
    }
}

/// How often all readers together read in a microsecond.
fn reads(read: impl Fn() + Sync) -> f64 {
    let start = Instant::now();
    let work = || {
        let mut turns = 0.0;
        while start.elapsed() < ROUND {
            for _ in 0..100 {
                read();
            }
            turns += 100.0;
        }
        turns
    };
    let turns: f64 = thread::scope(|scope| {
        let readers = Vec::from_iter((0..READERS).map(|_| scope.spawn(work)));
        readers.into_iter().map(|reader| reader.join().expect("no reader panics")).sum()
    });
    turns / start.elapsed().as_secs_f64() / 1e6
}
