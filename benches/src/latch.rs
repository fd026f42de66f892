//! Wait groups: a count of what is still to be done, which can be waited for.
//!
//! # Peers
//!
//! What the scenarios ask of a contender is the [`Group`] contract, which is cut to the measure of crossbeam's: that one
//! has no calls that count, its clones are counted, and each is dropped when something is done. It keeps its count in an
//! `Arc`. The others are put into one, as everybody does whose threads are not scoped, and their [`Ticket`]s are dropped
//! as crossbeam's clones are.
//!
//! # Scenarios
//!
//! Alone: `add_done_wait`, one of each, so that the wait finds nothing to be done. Crossbeam's makes a new group in each
//! wait, because that uses the group up; it allocates, and the others do not.
//!
//! Together: `fan_out` gives each of so many threads something to do, through a channel of its own, and waits for all.
//! Most of that time is the channels' and the kernel's, for all alike.

use std::hint::black_box;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::crew::Crew;
use crate::parts::{ParkingLot, Std};
use crate::timing::timed;
use crate::{Concept, Contender, Repeat, Run, Scenario, Setting, contenders};

pub use peers::{Counter, Monitor, Ticket};

mod peers;

/// A group of things to be done, each of which has a ticket.
///
/// The drop of a ticket synchronizes before the return of the wait for it.
pub trait Group: Send + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// What stands for one thing to be done: it is done when this is dropped.
    type Ticket: Send + 'static;

    /// With nothing to be done.
    fn new() -> Self;

    /// Adds one thing to be done.
    fn add(&self) -> Self::Ticket;

    /// Blocks until there is nothing to be done.
    fn wait(&mut self);
}

/// Everybody who runs `$scenario`, ours first.
macro_rules! groups {
    ($scenario:ident) => {
        contenders!(
            Group, Run::Repeat, $scenario:
                Arc<::latch::WaitGroup>, Arc<Monitor<Std>>, Arc<Monitor<ParkingLot>>, crossbeam_utils::sync::WaitGroup
        )
    };
}

const CONCEPT: Concept = Concept("latch");

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    let about = "give each thread something to do, wait until all is done";
    vec![
        CONCEPT.alone("add_done_wait", "add one, be done with it, wait", groups!(add_done_wait)),
        CONCEPT.together("fan_out", about, 4, groups!(fan_out)),
        CONCEPT.together("fan_out", about, 16, groups!(fan_out)),
    ]
}

fn add_done_wait<G: Group>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let mut group = G::new();
    Box::new(move |operations| {
        timed(operations, || {
            drop(black_box(&group).add());
            black_box(&mut group).wait();
        })
    })
}

/// Workers, and a channel to each of them.
struct FanOut<T> {
    /// Emptied when there will be nothing more to do.
    to: Mutex<Vec<Sender<T>>>,
    /// Each belongs to one worker, which keeps it locked.
    from: Vec<Mutex<Receiver<T>>>,
}

impl<T> FanOut<T> {
    fn new(workers: usize) -> FanOut<T> {
        let (to, from) = (0..workers).map(|_| channel()).unzip::<_, _, Vec<_>, Vec<_>>();
        FanOut { to: Mutex::new(to), from: from.into_iter().map(Mutex::new).collect() }
    }

    fn give_each(&self, mut task: impl FnMut() -> T) {
        for to in &*self.to.lock().unwrap_or_else(PoisonError::into_inner) {
            to.send(task()).unwrap_or_else(|_| panic!("a worker has gone"));
        }
    }

    /// What worker `number` does, counted from 1.
    fn work(&self, number: usize) {
        let from = self.from[number - 1].lock().unwrap_or_else(PoisonError::into_inner);
        from.iter().for_each(drop);
    }

    fn dismiss(&self) {
        self.to.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn fan_out<G: Group>(setting: &Setting) -> Repeat {
    let mut group = G::new();
    let fan = FanOut::<G::Ticket>::new(setting.threads);
    let crew = Crew::start(setting, setting.threads, fan, FanOut::work, FanOut::dismiss);
    Box::new(move |operations| {
        timed(operations, || {
            crew.shared.give_each(|| group.add());
            group.wait();
        })
    })
}
