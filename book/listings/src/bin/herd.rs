//! Sixteen threads wait for one call. How often does each of them lie down until it is through?
//!
//! Linux only: it reads from `/proc` how often a thread has given up its processor.

use std::fs;
use std::sync;
use std::thread;

use condvar::Condvar;
use mutex::Mutex;

const WAITERS: u32 = 16;
const ROUNDS: u32 = 200;

/// How many threads wait in which round.
#[derive(Debug, Default)]
struct State {
    waiting: u32,
    round: u32,
}

impl State {
    /// Begins the next round if everybody waits in this one.
    fn turn(&mut self) -> bool {
        let all = self.waiting == WAITERS;
        if all {
            *self = State { waiting: 0, round: self.round + 1 };
        }
        all
    }
}

// ANCHOR: herd
fn with_std() -> f64 {
    let (state, turned) = (sync::Mutex::new(State::default()), sync::Condvar::new());
    let wait = |round| {
        let mut state = state.lock().unwrap();
        state.waiting += 1;
        drop(turned.wait_while(state, |state| state.round == round).unwrap());
    };
    naps(wait, || {
        let mut state = state.lock().unwrap();
        let all = state.turn();
        if all {
            turned.notify_all();
        }
        all
    })
}

fn with_ours() -> f64 {
    let (state, turned) = (Mutex::new(State::default()), Condvar::new());
    let wait = |round| {
        let mut state = state.lock();
        state.waiting += 1;
        turned.wait_while(&mut state, |state| state.round == round);
    };
    naps(wait, || {
        let mut state = state.lock();
        let all = state.turn();
        if all {
            turned.notify_all();
        }
        all
    })
}
// ANCHOR_END: herd

fn main() {
    println!("std:  {:.2}", with_std());
    println!("ours: {:.2}", with_ours());
}

/// How often a waiter lies down for each call, on average. `wait` waits out a round; `call` ends it, if everybody waits.
fn naps(wait: impl Fn(u32) + Sync, call: impl Fn() -> bool) -> f64 {
    let work = || {
        let before = times_given_up();
        (0..ROUNDS).for_each(&wait);
        times_given_up() - before
    };
    let naps: u64 = thread::scope(|scope| {
        let waiters = Vec::from_iter((0..WAITERS).map(|_| scope.spawn(work)));
        for _ in 0..ROUNDS {
            while !call() {
                thread::yield_now();
            }
        }
        waiters.into_iter().map(|waiter| waiter.join().expect("no waiter panics")).sum()
    });
    naps as f64 / f64::from(WAITERS * ROUNDS)
}

/// How often the calling thread has given up its processor of its own accord.
fn times_given_up() -> u64 {
    let status = fs::read_to_string("/proc/thread-self/status").expect("Linux shows a thread to itself");
    let number = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    number.and_then(|number| number.trim().parse().ok()).expect("Linux counts it")
}
