//! Condition variables, each with the mutex of the same make.
//!
//! # Scenarios
//!
//! Alone: `notify_one` and `notify_all` with nobody waiting, which is what most notifications meet.
//!
//! Together: `broadcast` and `broadcast_locked` wake a number of waiters, once after unlocking, once while holding the
//! lock. All of them need it: they can only return one after the other, and if all are woken at once, most of them run
//! into the lock and sleep again. `ping_pong` is the shortest of conversations.

use std::hint::black_box;

use crate::crew::{Apart, Crew};
use crate::parts::{Family, Locksmith, ParkingLot, Std, Usync};
use crate::timing::timed;
use crate::{Concept, Contender, Repeat, Run, Scenario, Setting, contenders};

/// Everybody who runs `$scenario`, ours first.
macro_rules! families {
    ($scenario:ident) => {
        contenders!(Family, Run::Repeat, $scenario: Locksmith, Std, ParkingLot, Usync)
    };
}

const CONCEPT: Concept = Concept("condvar");

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    let mut scenarios = vec![
        CONCEPT.alone("notify_one", "notify one, nobody waits", families!(notify_one)),
        CONCEPT.alone("notify_all", "notify all, nobody waits", families!(notify_all)),
        CONCEPT.together("ping_pong", "there and back between two threads", 2, families!(ping_pong)),
    ];
    for waiters in [4, 8, 16] {
        let about = "unlock and notify all, until the last one has locked and unlocked";
        scenarios.push(CONCEPT.together("broadcast", about, waiters, families!(broadcast)));
        let about = "notify all and unlock, until the last one has locked and unlocked";
        scenarios.push(CONCEPT.together("broadcast_locked", about, waiters, families!(broadcast_locked)));
    }
    scenarios
}

fn notify_one<F: Family>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let condvar = F::condvar();
    Box::new(move |operations| timed(operations, || F::notify_one(black_box(&condvar))))
}

fn notify_all<F: Family>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let condvar = F::condvar();
    Box::new(move |operations| timed(operations, || F::notify_all(black_box(&condvar))))
}

/// A caller, and waiters that answer each call.
///
/// Who answers keeps the lock until it waits again. So a caller that has the lock and finds nobody unanswered knows
/// that all waiters wait.
struct Broadcast<F: Family> {
    state: Apart<F::Mutex<Calls>>,
    called: Apart<F::Condvar>,
    answered: Apart<F::Condvar>,
}

struct Calls {
    /// How often the waiters were called.
    number: u64,
    /// How many of them have yet to answer the last call.
    unanswered: usize,
    over: bool,
}

impl<F: Family> Broadcast<F> {
    /// With a first call that so many `waiters` answer as soon as they are there.
    fn new(waiters: usize) -> Broadcast<F> {
        Broadcast {
            state: Apart(F::mutex(Calls { number: 1, unanswered: waiters, over: false })),
            called: Apart(F::condvar()),
            answered: Apart(F::condvar()),
        }
    }

    /// Returns, holding the lock, when all waiters wait.
    fn all_wait<'call>(&'call self, mut calls: F::Guard<'call, Calls>) -> F::Guard<'call, Calls> {
        while calls.unanswered > 0 {
            calls = F::wait(&self.answered.0, calls);
        }
        calls
    }

    fn call<'call>(&'call self, waiters: usize) -> F::Guard<'call, Calls> {
        let mut calls = F::lock(&self.state.0);
        calls.number += 1;
        calls.unanswered = waiters;
        calls
    }

    fn play(&self, waiters: usize) {
        drop(self.call(waiters));
        F::notify_all(&self.called.0);
        drop(self.all_wait(F::lock(&self.state.0)));
    }

    fn play_locked(&self, waiters: usize) {
        let calls = self.call(waiters);
        F::notify_all(&self.called.0);
        drop(self.all_wait(calls));
    }

    fn answer(&self) {
        let mut calls = F::lock(&self.state.0);
        for number in 1.. {
            while calls.number < number && !calls.over {
                calls = F::wait(&self.called.0, calls);
            }
            if calls.over {
                return;
            }
            calls.unanswered -= 1;
            if calls.unanswered == 0 {
                F::notify_one(&self.answered.0);
            }
        }
    }

    fn dismiss(&self) {
        F::lock(&self.state.0).over = true;
        F::notify_all(&self.called.0);
    }
}

/// A game that everybody has come to.
fn assembled<F: Family>(setting: &Setting) -> Crew<Broadcast<F>> {
    let game = Broadcast::new(setting.threads);
    let crew = Crew::start(setting, setting.threads, game, |game, _| game.answer(), Broadcast::dismiss);
    drop(crew.shared.all_wait(F::lock(&crew.shared.state.0)));
    crew
}

fn broadcast<F: Family>(setting: &Setting) -> Repeat {
    let waiters = setting.threads;
    let crew = assembled::<F>(setting);
    Box::new(move |operations| timed(operations, || crew.shared.play(waiters)))
}

fn broadcast_locked<F: Family>(setting: &Setting) -> Repeat {
    let waiters = setting.threads;
    let crew = assembled::<F>(setting);
    Box::new(move |operations| timed(operations, || crew.shared.play_locked(waiters)))
}

/// One ball, which either side has or waits for.
struct PingPong<F: Family> {
    ball: F::Mutex<Ball>,
    ping: F::Condvar,
    pong: F::Condvar,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ball {
    /// With the measuring thread.
    Here,
    There,
    /// Nowhere: the game is over.
    Lost,
}

impl<F: Family> PingPong<F> {
    fn new() -> PingPong<F> {
        PingPong { ball: F::mutex(Ball::Here), ping: F::condvar(), pong: F::condvar() }
    }

    fn play(&self) {
        let mut ball = F::lock(&self.ball);
        *ball = Ball::There;
        F::notify_one(&self.ping);
        while *ball == Ball::There {
            ball = F::wait(&self.pong, ball);
        }
    }

    fn answer(&self) {
        let mut ball = F::lock(&self.ball);
        loop {
            while *ball == Ball::Here {
                ball = F::wait(&self.ping, ball);
            }
            if *ball == Ball::Lost {
                return;
            }
            *ball = Ball::Here;
            F::notify_one(&self.pong);
        }
    }

    fn dismiss(&self) {
        *F::lock(&self.ball) = Ball::Lost;
        F::notify_one(&self.ping);
    }
}

fn ping_pong<F: Family>(setting: &Setting) -> Repeat {
    let crew = Crew::start(setting, 1, PingPong::<F>::new(), |game, _| game.answer(), PingPong::dismiss);
    Box::new(move |operations| timed(operations, || crew.shared.play()))
}
