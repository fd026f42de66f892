//! Barriers.
//!
//! # Peers
//!
//! What the scenario asks of a contender is the [`Meeting`] contract. Std's barrier is a mutex and a condition variable;
//! parking_lot has none, so its contender is what one would build from its parts, a [`Monitor`]. usync has one, but it
//! serves for one round only, and most of what people do with barriers takes many.
//!
//! # Scenario
//!
//! `round`: all come and go on, with nothing between. Whoever waits awake takes processors from those who have yet to
//! come, which shows as soon as there are more threads than processors.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::crew::{Apart, Crew};
use crate::parts::ParkingLot;
use crate::timing::timed;
use crate::{Concept, Contender, Repeat, Run, Scenario, Setting, contenders};

pub use peers::Monitor;

mod peers;

/// Where so many threads wait until all of them have come, over and over.
///
/// Each arrival synchronizes before each departure of the same round.
pub trait Meeting: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// For so many `parties`.
    fn new(parties: usize) -> Self;

    /// Blocks until all have come.
    fn wait(&self);
}

const CONCEPT: Concept = Concept("barrier");

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    let meetings =
        contenders!(Meeting, Run::Repeat, round: ::barrier::Barrier, std::sync::Barrier, Monitor<ParkingLot>);
    let about = "come, and go on when all have come";
    [2, 4, 8, 16].map(|threads| CONCEPT.together("round", about, threads, meetings.clone())).into()
}

/// A meeting, to which all come round after round.
struct Rounds<M> {
    meeting: Apart<M>,
    /// How many rounds are over, as the measuring thread counts them.
    over: AtomicU64,
    /// The number of the round after which all go home.
    last: Apart<AtomicU64>,
}

impl<M: Meeting> Rounds<M> {
    fn new(parties: usize) -> Rounds<M> {
        Rounds { meeting: Apart(M::new(parties)), over: AtomicU64::new(0), last: Apart(AtomicU64::new(u64::MAX)) }
    }

    /// One round, as the measuring thread sees it.
    fn play(&self) {
        self.meeting.0.wait();
        // ORDERING: Relaxed; only the measuring thread uses it.
        self.over.fetch_add(1, Ordering::Relaxed);
    }

    /// What the others do.
    fn attend(&self) {
        for round in 1.. {
            self.meeting.0.wait();
            // ORDERING: Relaxed; whoever leaves the last round sees what was written before it, by the meeting's contract.
            // Who is late to leave an earlier one may see that already, and therefore compares numbers.
            if self.last.0.load(Ordering::Relaxed) == round {
                return;
            }
        }
    }

    fn dismiss(&self) {
        // ORDERING: Relaxed; as above.
        self.last.0.store(self.over.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.meeting.0.wait();
    }
}

fn round<M: Meeting>(setting: &Setting) -> Repeat {
    let rounds = Rounds::<M>::new(setting.threads);
    let crew = Crew::start(setting, setting.threads - 1, rounds, |rounds, _| rounds.attend(), Rounds::dismiss);
    Box::new(move |operations| timed(operations, || crew.shared.play()))
}
