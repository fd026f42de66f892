//! Events: a flag that threads wait for.
//!
//! # Peers
//!
//! What the scenarios ask of a contender is the [`Flag`] contract, which all of them keep. Beyond it they promise
//! different things: only ours releases everybody who was waiting when a `set` is followed at once by a `clear`. No
//! scenario relies on that.
//!
//! # Scenarios
//!
//! `set` with nobody waiting comes three times, because "nobody waits" says nothing about the flag:
//!
//! - `set`: the flag was down. Each operation meets another of 256 flags; they are lowered between,
//!   off the clock (but `compare` cannot take that out of the processor time).
//! - `set_when_set`: the flag was up already.
//! - `set_and_clear`: up and down again on one flag, as a program does that uses a flag over and over.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::{Contender, Run, Scenario, Setting};

pub use peers::{Listeners, ParkingLot, RsEvents, Std};

mod peers;

/// A flag that threads wait for.
///
/// A `set` synchronizes before every return of `wait` and every `true` of `is_set` that it causes.
pub trait Flag: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// A flag that is down.
    fn new() -> Self;

    /// Raises the flag. Whoever waits goes on, provided that the flag stays up until they have.
    fn set(&self);

    /// Lowers the flag.
    fn clear(&self);

    /// Whether the flag is up.
    fn is_set(&self) -> bool;

    /// Blocks until the flag is up.
    ///
    /// It may also return for no reason while another thread raises or lowers the flag. One peer does, rarely, and
    /// [`scenarios`] that would go wrong over it look again.
    fn wait(&self);
}

/// Calls `$scenario` for each contender, ours first.
macro_rules! contenders {
    ($scenario:ident) => {
        contenders!($scenario: ::event::Event, Std, ParkingLot, Listeners, RsEvents)
    };
    ($scenario:ident: $($flag:ty),*) => {
        vec![$(Contender { name: <$flag as Flag>::NAME, prepare: $scenario::<$flag> }),*]
    };
}

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    let alone =
        |name, about, contenders| Scenario { concept: "event", name, about, threads: 1, sleeps: false, contenders };
    let together = |name, about, threads, contenders| Scenario {
        concept: "event",
        name,
        about,
        threads,
        sleeps: true,
        contenders,
    };
    vec![
        alone("is_set", "look at a flag that is down", contenders!(is_set)),
        alone("wait_when_set", "wait for a flag that is up", contenders!(wait_when_set)),
        alone("set", "set a flag that is down, nobody waits", contenders!(set)),
        alone("set_when_set", "set a flag that is up", contenders!(set_when_set)),
        alone("set_and_clear", "set a flag and clear it, nobody waits", contenders!(set_and_clear)),
        together("wake", "set a flag for a waiter, wait for the answer", 1, contenders!(wake)),
        together("wake", "set a flag for 4 waiters, wait for the last one's answer", 4, contenders!(wake)),
        together("wake", "set a flag for 16 waiters, wait for the last one's answer", 16, contenders!(wake)),
        together("ping_pong", "there and back between two threads", 2, contenders!(ping_pong)),
    ]
}

/// How many flags [`set`] goes through between two looks at the clock: so many that reading the clock costs a fraction
/// of a nanosecond each, and so few that they stay in the caches next to the processor.
const FRESH: usize = 256;

/// How many operations stand in a row. An operation of a cycle or two costs one more or one less depending on where the
/// compiler happens to put the loop around it; a dozen in each turn drown that.
const ROW: u64 = 16;

fn timed(operations: u64, mut operation: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..operations / ROW {
        for _ in 0..ROW {
            operation();
        }
    }
    for _ in 0..operations % ROW {
        operation();
    }
    start.elapsed()
}

fn is_set<F: Flag>(setting: &Setting) -> Run {
    setting.placement.place(0);
    let flag = F::new();
    Box::new(move |operations| {
        timed(operations, || {
            // A branch, because that is what people do with the answer; asking for it as a value costs an
            // instruction more where the flag is one bit among others.
            if black_box(&flag).is_set() {
                black_box(());
            }
        })
    })
}

fn wait_when_set<F: Flag>(setting: &Setting) -> Run {
    setting.placement.place(0);
    let flag = F::new();
    flag.set();
    Box::new(move |operations| timed(operations, || black_box(&flag).wait()))
}

fn set<F: Flag>(setting: &Setting) -> Run {
    setting.placement.place(0);
    let flags: Vec<F> = (0..FRESH).map(|_| F::new()).collect();
    Box::new(move |operations| {
        let mut time = Duration::ZERO;
        let mut left = operations;
        while left > 0 {
            let batch = &flags[..usize::try_from(left).unwrap_or(FRESH).min(FRESH)];
            batch.iter().for_each(F::clear);
            let start = Instant::now();
            batch.iter().for_each(|flag| black_box(flag).set());
            time += start.elapsed();
            left -= batch.len() as u64;
        }
        time
    })
}

fn set_when_set<F: Flag>(setting: &Setting) -> Run {
    setting.placement.place(0);
    let flag = F::new();
    flag.set();
    Box::new(move |operations| timed(operations, || black_box(&flag).set()))
}

fn set_and_clear<F: Flag>(setting: &Setting) -> Run {
    setting.placement.place(0);
    let flag = F::new();
    Box::new(move |operations| {
        timed(operations, || {
            black_box(&flag).set();
            black_box(&flag).clear();
        })
    })
}

/// Keeps its content on cache lines of its own. (Two of 64 bytes: processors fetch them in pairs.)
#[repr(align(128))]
struct Apart<T>(T);

/// Threads that help the measuring thread and live as long as the scenario is set up.
struct Crew<S> {
    shared: Arc<S>,
    threads: Vec<JoinHandle<()>>,
    dismiss: fn(&S),
}

impl<S: Send + Sync + 'static> Crew<S> {
    /// Starts `size` threads that do `work` until `dismiss` has told them to stop.
    fn start(setting: &Setting, size: usize, shared: S, work: fn(&S), dismiss: fn(&S)) -> Crew<S> {
        setting.placement.place(0);
        let shared = Arc::new(shared);
        let start = |number| {
            let shared = Arc::clone(&shared);
            let placement = setting.placement.clone();
            thread::spawn(move || {
                placement.place(number);
                work(&shared);
            })
        };
        let threads = (1..=size).map(start).collect();
        Crew { shared, threads, dismiss }
    }
}

impl<S> Drop for Crew<S> {
    fn drop(&mut self) {
        (self.dismiss)(&self.shared);
        for thread in self.threads.drain(..) {
            // A helper that panicked has said so already, and a second panic here would abort.
            let _ = thread.join();
        }
    }
}

/// The value of [`Wake::round`] that sends the waiters home.
const OVER: u64 = u64::MAX;

/// A setter and its waiters.
///
/// In each round everybody waits for the same flag, the setter raises it, and the last waiter to come back raises
/// `done`. Odd rounds use one flag and even rounds the other, so that the setter can lower a flag when nobody is at it.
///
/// Both sides look again after each wait, because with one peer (rsevents) a wait may end for the sake of an earlier
/// `set`:
///
/// 1. S, about to sleep, announces itself.
/// 2. W sets the flag, sees the announcement, and is stopped before it wakes those who sleep.
/// 3. S finds the flag up after all, goes on, clears it, and a round later waits again. Now it sleeps.
/// 4. W goes on and wakes S.
struct Wake<F> {
    flags: [Apart<F>; 2],
    done: Apart<F>,
    round: Apart<AtomicU64>,
    unanswered: Apart<AtomicUsize>,
}

impl<F: Flag> Wake<F> {
    fn new() -> Wake<F> {
        Wake {
            flags: [Apart(F::new()), Apart(F::new())],
            done: Apart(F::new()),
            round: Apart(AtomicU64::new(0)),
            unanswered: Apart(AtomicUsize::new(0)),
        }
    }

    fn flag(&self, round: u64) -> &F {
        &self.flags[usize::from(round % 2 == 1)].0
    }

    /// The round after the last one. Only the setter asks.
    fn next(&self) -> u64 {
        // ORDERING: Relaxed; the setter reads what it has written itself.
        self.round.0.load(Ordering::Relaxed) + 1
    }

    /// One round, as the setter sees it.
    fn play(&self, waiters: usize) {
        let round = self.next();
        self.done.0.clear();
        self.flag(round + 1).clear();
        // ORDERING: Relaxed; published by the store to `round`, and nobody counts down before seeing that.
        self.unanswered.0.store(waiters, Ordering::Relaxed);
        // ORDERING: Release pairs with the Acquire load in `answer`.
        self.round.0.store(round, Ordering::Release);
        self.flag(round).set();
        loop {
            self.done.0.wait();
            // ORDERING: Acquire pairs with the Release decrements in `answer`: everybody has left this round's flag.
            if self.unanswered.0.load(Ordering::Acquire) == 0 {
                return;
            }
        }
    }

    /// What a waiter does.
    fn answer(&self) {
        for round in 1.. {
            loop {
                self.flag(round).wait();
                // ORDERING: Acquire pairs with the Release store in `play`: the count is the one of this round.
                match self.round.0.load(Ordering::Acquire) {
                    OVER => return,
                    current if current == round => break,
                    _ => {}
                }
            }
            // ORDERING: Release pairs with the Acquire load in `play`.
            if self.unanswered.0.fetch_sub(1, Ordering::Release) == 1 {
                self.done.0.set();
            }
        }
    }

    fn dismiss(&self) {
        let round = self.next();
        // ORDERING: Release pairs with the Acquire load in `answer`.
        self.round.0.store(OVER, Ordering::Release);
        self.flag(round).set();
    }
}

fn wake<F: Flag>(setting: &Setting) -> Run {
    let waiters = setting.threads;
    let crew = Crew::start(setting, waiters, Wake::<F>::new(), Wake::answer, Wake::dismiss);
    Box::new(move |operations| timed(operations, || crew.shared.play(waiters)))
}

/// Two threads and a flag in each direction.
///
/// A wait that ends early (see [`Wake`]) makes one exchange shorter and nothing worse: each side raises the other's
/// flag after it has lowered its own, so that they never both wait.
struct PingPong<F> {
    ping: Apart<F>,
    pong: Apart<F>,
    over: Apart<AtomicBool>,
}

impl<F: Flag> PingPong<F> {
    fn new() -> PingPong<F> {
        PingPong { ping: Apart(F::new()), pong: Apart(F::new()), over: Apart(AtomicBool::new(false)) }
    }

    fn play(&self) {
        self.ping.0.set();
        self.pong.0.wait();
        self.pong.0.clear();
    }

    fn answer(&self) {
        loop {
            self.ping.0.wait();
            self.ping.0.clear();
            // ORDERING: Acquire pairs with the Release store in `dismiss`. It comes after the `clear`, so that a
            // `clear` that wipes out the last `set` is followed by a look that ends the game.
            if self.over.0.load(Ordering::Acquire) {
                return;
            }
            self.pong.0.set();
        }
    }

    fn dismiss(&self) {
        // ORDERING: Release pairs with the Acquire load in `answer`.
        self.over.0.store(true, Ordering::Release);
        self.ping.0.set();
    }
}

fn ping_pong<F: Flag>(setting: &Setting) -> Run {
    let crew = Crew::start(setting, 1, PingPong::<F>::new(), PingPong::answer, PingPong::dismiss);
    Box::new(move |operations| timed(operations, || crew.shared.play()))
}
