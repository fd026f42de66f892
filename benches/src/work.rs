//! Work that computes, work that waits, and ways of having it done.
//!
//! A [`Task`] is a piece of work that says what has to come out of it, so that nobody is fast who does something else. A
//! [`Strategy`] has many of them done: one after the other, by a thread each, by a pool, by processes, by threads that
//! share an interpreter lock. The program `experiments` measures the ones with the others.
//!
//! What is here for criterion and `compare` are two kinds of tasks, 64 at a time, done by so many threads: ours is the
//! pool, `stealing` our other pool, std starts a thread for each task, and `interpreter` is our pool again, with one lock
//! for whoever computes.
//!
//! # Scenarios
//!
//! - `hash`: tasks that compute for some 50 microseconds.
//! - `wait`: tasks that sleep for a millisecond.
//!
//! The threads run wherever the system likes, however `compare` is told to pin them.

use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::timing::HALF_A_MICROSECOND;
use crate::{Concept, Contender, Repeat, Run, Scenario};

mod processes;
mod responder;
mod sharing;
mod strategy;
mod task;

pub use processes::{Processes, work};
pub use responder::{Responder, respond};
pub use sharing::Sharing;
pub use strategy::{Batch, Outcome, Strategy, Team};
pub use task::{Manner, Scratch, TEXT, Task, Undisturbed, Work};

/// Everybody who does what `$work` says.
macro_rules! contenders {
    ($work:ident) => {
        vec![
            Contender { name: "locksmith", run: Run::Repeat(|setting| repeat(Strategy::Pool(setting.threads), $work)) },
            Contender {
                name: "stealing",
                run: Run::Repeat(|setting| repeat(Strategy::Stealing(setting.threads), $work)),
            },
            Contender { name: "std", run: Run::Repeat(|_| repeat(Strategy::ThreadEach, $work)) },
            Contender { name: "rayon", run: Run::Repeat(|setting| repeat(Strategy::Rayon(setting.threads), $work)) },
            Contender {
                name: "interpreter",
                run: Run::Repeat(|setting| repeat(Strategy::Interpreter(setting.threads), $work)),
            },
            Contender { name: "alone", run: Run::Repeat(|_| repeat(Strategy::Sequence, $work)) },
        ]
    };
}

const CONCEPT: Concept = Concept("work");

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    let scenarios = [
        ("hash", "have a task done that computes for some 50 microseconds, among 64", contenders!(HASH)),
        ("wait", "have a task done that sleeps for a millisecond, among 64", contenders!(WAIT)),
    ];
    let all = scenarios.into_iter().flat_map(|(name, about, contenders)| {
        [2, 8].map(|threads| Scenario { sleeps: false, ..CONCEPT.together(name, about, threads, contenders.clone()) })
    });
    all.collect()
}

/// Fifty microseconds, at three gigahertz.
const HASH: Work = Work::Hash { steps: 100 * HALF_A_MICROSECOND };

const WAIT: Work = Work::Sleep { micros: 1000 };

/// How many tasks are there to be done at once.
const TASKS: usize = 64;

/// Has tasks of `work` done by `strategy`, which needs no processes. An operation is one task.
fn repeat(strategy: Strategy, work: Work) -> Repeat {
    let team = strategy.team(Path::new("")).and_then(|team| Ok((team, Batch::new(Task::several(work, TASKS))?)));
    let (mut team, batch) = team.unwrap_or_else(|error| panic!("{error}"));
    Box::new(move |operations| {
        let mut run = |batch: &Batch| team.run(batch).unwrap_or_else(|error| panic!("{error}")).elapsed;
        let rest = batch.first((operations % TASKS as u64) as usize);
        (0..operations / TASKS as u64).map(|_| run(&batch)).sum::<Duration>() + run(&rest)
    })
}

/// Tasks were not done, or not as they had to be.
#[derive(Debug)]
pub enum Error {
    /// The system did not let us.
    Io {
        /// What was to be done.
        doing: &'static str,
        /// Why it was not.
        error: io::Error,
    },
    /// Something else has come out than has to.
    Wrong {
        /// Of this task.
        task: Task,
        /// What has to come out.
        expected: u64,
        /// What did.
        result: u64,
    },
    /// Nobody has done it.
    LeftOut {
        /// This task.
        task: Task,
    },
    /// A process could not do its task, and lives.
    Refused {
        /// The number by which the system knows it.
        process: u32,
        /// What it could not do.
        task: Task,
    },
    /// A process has ended, or hung up, before its tasks were done.
    Died {
        /// The number by which the system knew it.
        process: u32,
        /// How it ended.
        ended: String,
    },
}

impl Error {
    /// It could not do something, because of `error`.
    pub const fn io(doing: &'static str, error: io::Error) -> Error {
        Error::Io { doing, error }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io { doing, error } => write!(formatter, "cannot {doing}: {error}"),
            Error::Wrong { task, expected, result } => {
                write!(formatter, "{task:?} has come to {result:#x}, and not to {expected:#x}")
            }
            Error::LeftOut { task } => write!(formatter, "nobody has done {task:?}"),
            Error::Refused { process, task } => write!(formatter, "worker process {process} could not do {task:?}"),
            Error::Died { process, ended } => {
                write!(formatter, "worker process {process} ended before its tasks were done: {ended}")
            }
        }
    }
}

impl std::error::Error for Error {}
