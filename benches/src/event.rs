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
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::crew::{Apart, Crew};
use crate::parts::{ParkingLot, Std};
use crate::timing::{FRESH, timed};
use crate::{Concept, Contender, Repeat, Run, Scenario, Setting, contenders};

pub use peers::{Listeners, Monitor, RsEvents};

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

/// Everybody who runs `$scenario`, ours first.
macro_rules! flags {
    ($scenario:ident) => {
        contenders!(
            Flag, Run::Repeat, $scenario: ::event::Event, Monitor<Std>, Monitor<ParkingLot>, Listeners, RsEvents
        )
    };
}

const CONCEPT: Concept = Concept("event");

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    vec![
        CONCEPT.alone("is_set", "look at a flag that is down", flags!(is_set)),
        CONCEPT.alone("wait_when_set", "wait for a flag that is up", flags!(wait_when_set)),
        CONCEPT.alone("set", "set a flag that is down, nobody waits", flags!(set)),
        CONCEPT.alone("set_when_set", "set a flag that is up", flags!(set_when_set)),
        CONCEPT.alone("set_and_clear", "set a flag and clear it, nobody waits", flags!(set_and_clear)),
        CONCEPT.together("wake", "set a flag for a waiter, wait for the answer", 1, flags!(wake)),
        CONCEPT.together("wake", "set a flag for 4 waiters, wait for the last one's answer", 4, flags!(wake)),
        CONCEPT.together("wake", "set a flag for 16 waiters, wait for the last one's answer", 16, flags!(wake)),
        CONCEPT.together("ping_pong", "there and back between two threads", 2, flags!(ping_pong)),
    ]
}

fn is_set<F: Flag>(setting: &Setting) -> Repeat {
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

fn wait_when_set<F: Flag>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let flag = F::new();
    flag.set();
    Box::new(move |operations| timed(operations, || black_box(&flag).wait()))
}

fn set<F: Flag>(setting: &Setting) -> Repeat {
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

fn set_when_set<F: Flag>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let flag = F::new();
    flag.set();
    Box::new(move |operations| timed(operations, || black_box(&flag).set()))
}

fn set_and_clear<F: Flag>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let flag = F::new();
    Box::new(move |operations| {
        timed(operations, || {
            black_box(&flag).set();
            black_box(&flag).clear();
        })
    })
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

fn wake<F: Flag>(setting: &Setting) -> Repeat {
    let waiters = setting.threads;
    let crew = Crew::start(setting, waiters, Wake::<F>::new(), |wake, _| wake.answer(), Wake::dismiss);
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

fn ping_pong<F: Flag>(setting: &Setting) -> Repeat {
    let crew = Crew::start(setting, 1, PingPong::<F>::new(), |game, _| game.answer(), PingPong::dismiss);
    Box::new(move |operations| timed(operations, || crew.shared.play()))
}
