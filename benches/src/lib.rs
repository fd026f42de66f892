//! Each primitive beside its peers.
//!
//! A *peer* is another crate's primitive of the same kind, or one built from std's parts as its users would build it. A
//! *scenario* is one thing that people do with such a primitive, written once, generically, so that every *contender*
//! (ours and the peers) runs the same code. Each concept is a module of this crate; it brings a trait, an adapter for
//! each peer, and its scenarios. Peers that are built from a mutex and a condition variable are written once, for all
//! makes of these: see [`parts`].
//!
//! Two programs run the scenarios:
//!
//! - `cargo bench -- event/set` measures time with criterion: precise for one contender, and good at telling whether
//!   something changed since a saved baseline (`--save-baseline NAME`, later `--baseline NAME`).
//! - `cargo run --release -p benches --bin compare -- event` measures the contenders in turns, A B C A B C, so that a
//!   machine that slows down for a while slows all of them. It prints ratios with their spread, processor time beside
//!   elapsed time, for threads that wake each other the quartiles of single operations, and for threads that compete
//!   what the luckiest and the unluckiest got. With `--json FILE` it writes everything down.
//!
//! A third one, `servers`, is about whole servers under clients, in processes of their own: there something is varied, such
//! as the number of workers, and something else is watched.
//!
//! A fourth, `experiments`, asks other questions in the same way: when do threads help, when do processes, and how many?
//! [`work`](mod@work) is what it has done, and by whom.
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
//!
//! Where threads compete (a *contest*), they do so for a given time, and all their operations count together. A lock
//! that is passed on rarely does well there, and one that serves the same thread all the time would do best of all, so
//! look at the shares too. They mean something over a time in which the system lets each thread run often: a contest of
//! `compare` lasts a second. For a first look at the times `--contest 100 --rounds 3` is enough.

use std::time::Duration;

pub mod barrier;
pub mod condvar;
mod crew;
pub mod event;
pub mod framing;
pub mod latch;
mod machine;
pub mod mutex;
pub mod once;
pub mod parts;
pub mod pool;
pub mod queue;
pub mod rwlock;
pub mod semaphore;
mod timing;
pub mod work;

pub use machine::{Placement, Usage, processor_time, usage, usage_of_children};
pub use timing::{HALF_A_MICROSECOND, work};

/// Every scenario of every concept.
pub fn scenarios() -> Vec<Scenario> {
    let concepts = [
        event::scenarios,
        mutex::scenarios,
        condvar::scenarios,
        semaphore::scenarios,
        rwlock::scenarios,
        barrier::scenarios,
        latch::scenarios,
        once::scenarios,
        queue::scenarios,
        framing::scenarios,
        pool::scenarios,
        work::scenarios,
    ];
    concepts.iter().flat_map(|scenarios| scenarios()).collect()
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

/// The name of a concept, on which its scenarios are founded.
#[derive(Clone, Copy)]
pub(crate) struct Concept(pub(crate) &'static str);

impl Concept {
    /// What one thread does alone.
    pub(crate) fn alone(self, name: &'static str, about: &'static str, contenders: Vec<Contender>) -> Scenario {
        Scenario { concept: self.0, name, about, threads: 1, sleeps: false, contenders }
    }

    /// What threads do who wait for each other.
    pub(crate) fn together(
        self,
        name: &'static str,
        about: &'static str,
        threads: usize,
        contenders: Vec<Contender>,
    ) -> Scenario {
        Scenario { concept: self.0, name, about, threads, sleeps: true, contenders }
    }

    /// A contest between so many threads.
    pub(crate) fn contest(
        self,
        name: &'static str,
        about: &'static str,
        threads: usize,
        contenders: Vec<Contender>,
    ) -> Scenario {
        Scenario { concept: self.0, name, about, threads, sleeps: false, contenders }
    }
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
    pub run: Run,
}

/// Who runs `$scenario`, a function that is generic over implementations of `$contract` and sets up a `$kind` of
/// [`Run`].
macro_rules! contenders {
    ($contract:ident, $kind:path, $scenario:ident: $($contender:ty),*) => {
        vec![$(Contender { name: <$contender as $contract>::NAME, run: $kind($scenario::<$contender>) }),*]
    };
}
pub(crate) use contenders;

/// Sets a scenario up.
///
/// The threads that it needs live until what it hands out is dropped, so that no thread is started while time is taken.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Operations are done one after the other.
    Repeat(fn(&Setting) -> Repeat),
    /// Threads do all they can, against each other.
    Contest(fn(&Setting) -> Contest),
}

/// Does so many operations, and says how long they took.
pub type Repeat = Box<dyn FnMut(u64) -> Duration>;

/// Lets the threads compete for so long, and says how they stand.
pub type Contest = Box<dyn FnMut(Duration) -> Standing>;

/// How a contest has ended.
#[derive(Clone, Debug)]
pub struct Standing {
    /// How long it lasted.
    pub elapsed: Duration,
    /// How many operations each thread has done.
    pub done: Vec<u64>,
}

impl Standing {
    /// How many operations all threads together have done.
    pub fn operations(&self) -> u64 {
        self.done.iter().sum()
    }

    /// What the thread got that got least, as a share of what each would have got if all had got the same.
    pub fn least(&self) -> f64 {
        self.share(self.done.iter().min())
    }

    /// The same of the thread that got most.
    pub fn most(&self) -> f64 {
        self.share(self.done.iter().max())
    }

    /// The same of the first thread, which in some scenarios does something else than the others.
    pub fn first(&self) -> f64 {
        self.share(self.done.first())
    }

    fn share(&self, done: Option<&u64>) -> f64 {
        let even = self.operations() as f64 / self.done.len() as f64;
        done.map_or(0.0, |&done| done as f64) / even
    }
}

/// What a scenario is told when it is set up.
#[derive(Clone, Debug)]
pub struct Setting {
    /// As [`Scenario::threads`].
    pub threads: usize,
    /// Which processors its threads run on.
    pub placement: Placement,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_compared_with_an_even_one() {
        let standing = Standing { elapsed: Duration::from_secs(1), done: vec![200, 300, 100] };
        assert_eq!(standing.operations(), 600);
        assert_eq!((standing.least(), standing.most(), standing.first()), (0.5, 1.5, 1.0));
    }
}
