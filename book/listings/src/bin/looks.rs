//! A thread watches a held lock before it sleeps. How long should it pause between two looks?

use std::hint::spin_loop;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};

const FREE: u32 = 0;
const LOCKED: u32 = 1;
const CONTENDED: u32 = 2;

/// How many hints a thread gives altogether before it sleeps, however often it looks.
const HINTS: u32 = 128;
const ROUNDS: usize = 25;
const ROUND: Duration = Duration::from_millis(20);

/// Knows whether anyone sleeps, and watches before it sleeps.
struct Watching {
    state: AtomicU32,
    /// How many hints it gives between two looks.
    pause: u32,
}

impl Watching {
    fn lock(&self) {
        self.watch();
        if self.state.compare_exchange(FREE, LOCKED, Acquire, Relaxed).is_ok() {
            return;
        }
        while self.state.swap(CONTENDED, Acquire) != FREE {
            futex::wait(&self.state, CONTENDED);
            self.watch();
        }
    }

    fn unlock(&self) {
        let state: *const AtomicU32 = &self.state;
        if self.state.swap(FREE, Release) == CONTENDED {
            futex::wake_one(state);
        }
    }

    // ANCHOR: watch
    fn watch(&self) {
        for _ in 0..HINTS / self.pause {
            if self.state.load(Relaxed) != LOCKED {
                return;
            }
            (0..self.pause).for_each(|_| spin_loop());
        }
    }
    // ANCHOR_END: watch
}

/// How many millions of turns two threads have in a second that do nothing else, if each turn takes so many hints.
fn turns(pause: u32, inside: u32) -> f64 {
    let (lock, start) = (Watching { state: AtomicU32::new(FREE), pause }, Barrier::new(2));
    let work = || {
        start.wait();
        let begin = Instant::now();
        let mut turns = 0;
        while begin.elapsed() < ROUND {
            for _ in 0..10 {
                lock.lock();
                (0..inside).for_each(|_| spin_loop());
                lock.unlock();
            }
            turns += 10;
        }
        turns
    };
    let turns: u32 = thread::scope(|scope| {
        let other = scope.spawn(work);
        work() + other.join().expect("no thread panics")
    });
    f64::from(turns) / ROUND.as_secs_f64() / 1e6
}

fn main() {
    let pauses = [1, 2, 4, 8, 16, 32, 64];
    let mut measured = pauses.map(|_| [const { Vec::new() }; 2]);
    // In turns, so that a machine that is slow for a while is slow for all of them.
    for _ in 0..ROUNDS {
        for (pause, [short, long]) in pauses.into_iter().zip(&mut measured) {
            short.push(turns(pause, 0));
            long.push(turns(pause, 60));
        }
    }
    println!("hints   short    long");
    for (pause, [short, long]) in pauses.into_iter().zip(measured) {
        println!("{pause:>5}{:>8.1}{:>8.3}", median(short), median(long));
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
