//! Each primitive beside its peers.
//!
//! A *peer* is another crate's primitive of the same kind, or one built from std's parts as its users would build it. A
//! *scenario* is one thing that people do with such a primitive, written once, generically, so that every *contender*
//! (ours and the peers) runs the same code. Each concept is a module of this crate; it brings a trait, an adapter for
//! each peer, and its scenarios.
//!
//! Two programs run the scenarios:
//!
//! - `cargo bench -- event/set` measures time with criterion: precise for one contender, and good at telling whether
//!   something changed since a saved baseline (`--save-baseline NAME`, later `--baseline NAME`).
//! - `cargo run --release -p benches --bin compare -- event` measures the contenders in turns, A B C A B C, so that a
//!   machine that slows down for a while slows all of them. It prints ratios with their spread, processor time beside
//!   elapsed time, and for threads that wake each other the quartiles of single operations.
//!
//! # Ids
//!
//! A row is called `concept/scenario/contender/threads`. The last part counts the threads that the scenario is about:
//! in `event/wake/std/16` one thread sets a flag and 16 wait for it.
//!
//! # Reading the numbers
//!
//! Handing a word from thread to thread takes some 0.1 µs if the other thread is awake and watches, and ten to a
//! hundred times as long if the kernel has to wake it. A contender that sometimes catches the one and sometimes the
//! other has two typical times, and a mean that never happens. Look at the quartiles before you trust such a row, and
//! at the processor time, with which a contender that spins pays for its speed.

use std::time::Duration;

pub mod event;
mod machine;

pub use machine::{Placement, processor_time};

/// Every scenario of every concept.
pub fn scenarios() -> Vec<Scenario> {
    event::scenarios()
}

/// One thing that people do with a primitive, ready to be run by each contender.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The concept, which is also the name of the module that the scenario comes from.
    pub concept: &'static str,
    /// What is done, in a word.
    pub name: &'static str,
    /// What one operation is, in a sentence.
    pub about: &'static str,
    /// How many threads the scenario is about.
    pub threads: usize,
    /// Whether its threads go to sleep and wake each other, so that single operations vary widely.
    pub sleeps: bool,
    /// Who runs it. Ours comes first.
    pub contenders: Vec<Contender>,
}

impl Scenario {
    /// The scenario's id without a contender: `concept/name/threads`.
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.concept, self.name, self.threads)
    }
}

/// One implementation in one [`Scenario`].
#[derive(Clone, Copy, Debug)]
pub struct Contender {
    /// The name of the implementation.
    pub name: &'static str,
    /// Sets the scenario up for this implementation.
    pub prepare: fn(&Setting) -> Run,
}

/// A scenario that is set up: does so many operations and says how long they took.
///
/// The threads that it needs live until it is dropped, so that no thread is started while time is taken.
pub type Run = Box<dyn FnMut(u64) -> Duration>;

/// What a scenario is told when it is set up.
#[derive(Clone, Debug)]
pub struct Setting {
    /// As [`Scenario::threads`].
    pub threads: usize,
    /// Which processors its threads run on.
    pub placement: Placement,
}
