//! The public face of the checker, the same in both worlds.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use crate::world;

/// Runs `program` through every schedule (under `--cfg loom`) or many times with real threads (in an ordinary build).
///
/// Short for [`Check::new`] and [`Check::run`].
///
/// # Panics
///
/// If a schedule fails; under the model with a picture of one that has as few preemptions as can be.
#[track_caller]
pub fn check(program: impl Fn() + Send + Sync + 'static) {
    Check::new().run(program);
}

/// Runs `program` as [`check`] does and returns all results that it can have.
///
/// In an ordinary build these are only the results that were seen.
///
/// # Panics
///
/// If a schedule fails.
///
/// ```
/// use model::sync::atomic::{AtomicU32, Ordering::Relaxed};
///
/// let outcomes = model::outcomes(|| {
///     let count = AtomicU32::new(0);
///     model::thread::scope(|scope| {
///         for name in ["left", "right"] {
///             scope.spawn(name, || {
///                 let seen = count.load(Relaxed);
///                 count.store(seen + 1, Relaxed);
///             });
///         }
///     });
///     count.load(Relaxed)
/// });
/// assert!(outcomes.results().iter().all(|sum| [1, 2].contains(sum)));
/// ```
#[track_caller]
pub fn outcomes<T>(program: impl Fn() -> T + Send + Sync + 'static) -> Outcomes<T>
where
    T: Ord + Clone + fmt::Debug + Send + 'static,
{
    Check::new().outcomes(program)
}

/// A check with bounds.
///
/// ```
/// model::Check::new().preemptions(3).run(|| {});
/// ```
#[derive(Clone, Debug)]
#[must_use = "a check does nothing until it is run"]
pub struct Check {
    pub(crate) preemptions: Option<u8>,
    pub(crate) surprises: usize,
    pub(crate) decisions: usize,
    pub(crate) time: Option<Duration>,
    pub(crate) runs: usize,
}

impl Check {
    /// A check of every schedule, with up to one surprise in each.
    pub const fn new() -> Check {
        Check { preemptions: None, surprises: 1, decisions: 1_000, time: None, runs: 200 }
    }

    /// Looks only at schedules in which at most `bound` times a thread is stopped although it could have gone on.
    ///
    /// Most bugs show with two. The bound tames programs of three threads and more.
    pub const fn preemptions(mut self, bound: u8) -> Check {
        self.preemptions = Some(bound);
        self
    }

    /// Looks at schedules with up to `bound` surprises: waits that end for no reason or because their time ran out, and
    /// weak compare-exchanges that fail although the values agree. The default is one.
    pub const fn surprises(mut self, bound: usize) -> Check {
        self.surprises = bound;
        self
    }

    /// Gives a schedule up as too long after `limit` decisions. A load takes three, most other operations take two. The
    /// default is 1,000.
    pub const fn decisions(mut self, limit: usize) -> Check {
        self.decisions = limit;
        self
    }

    /// Stops looking after `limit`; the [`Pass`] then says that the search was cut short.
    pub const fn time(mut self, limit: Duration) -> Check {
        self.time = Some(limit);
        self
    }

    /// How often an ordinary build runs the program with real threads. The default is 200.
    pub const fn runs(mut self, runs: usize) -> Check {
        self.runs = runs;
        self
    }

    /// Runs `program` through its schedules.
    ///
    /// # Panics
    ///
    /// If a schedule fails, with a picture of it; in an ordinary build also if the runs have not ended after ten seconds for each 200.
    #[track_caller]
    pub fn run(&self, program: impl Fn() + Send + Sync + 'static) -> Pass {
        world::search::run(self, program)
    }

    /// Runs `program` through its schedules and returns one that fails, with as few preemptions as can be.
    #[cfg(loom)]
    #[track_caller]
    pub fn counterexample(&self, program: impl Fn() + Send + Sync + 'static) -> Option<schedule::Schedule> {
        world::search::counterexample(self, program)
    }

    /// Runs `program` through its schedules and returns all results that it can have.
    ///
    /// # Panics
    ///
    /// As [`Check::run`].
    #[track_caller]
    pub fn outcomes<T>(&self, program: impl Fn() -> T + Send + Sync + 'static) -> Outcomes<T>
    where
        T: Ord + Clone + fmt::Debug + Send + 'static,
    {
        world::search::outcomes(self, program)
    }
}

impl Default for Check {
    fn default() -> Check {
        Check::new()
    }
}

/// How a check that passed was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// How many schedules were run.
    pub schedules: usize,
    /// Whether that was all of them.
    pub completeness: Completeness,
    /// How many [surprises](Check::surprises) there were at most, if more would have been possible.
    pub surprises: Option<usize>,
}

/// Whether a check has seen every schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Every schedule.
    Exhaustive,
    /// Every schedule with at most so many preemptions.
    Preemptions(u8),
    /// The time ran out first.
    CutShort,
    /// Real threads ran as the system happened to schedule them.
    Sampled,
}

impl fmt::Display for Pass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let some = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let schedules = some(self.schedules, "schedule");
        let surprises = self.surprises.map(|bound| some(bound, "surprise"));
        match (self.completeness, surprises) {
            (Completeness::Exhaustive, None) => write!(formatter, "exhaustive, {schedules}"),
            (Completeness::Exhaustive, Some(surprises)) => {
                write!(formatter, "exhaustive up to {surprises}, {schedules}")
            }
            (Completeness::Preemptions(bound), surprises) => {
                write!(formatter, "up to {}", some(bound.into(), "preemption"))?;
                if let Some(surprises) = surprises {
                    write!(formatter, " and {surprises}")?;
                }
                write!(formatter, ", {schedules}")
            }
            (Completeness::CutShort, _) => write!(formatter, "cut short, {schedules}"),
            (Completeness::Sampled, _) => {
                write!(formatter, "sampled, {} with real threads", some(self.schedules, "run"))
            }
        }
    }
}

/// All results of a program, from [`outcomes`].
#[derive(Clone, Debug)]
pub struct Outcomes<T> {
    pub(crate) results: BTreeSet<T>,
    pub(crate) pass: Pass,
    #[cfg(loom)]
    pub(crate) witnesses: Vec<(T, schedule::Schedule)>,
}

impl<T: Ord> Outcomes<T> {
    /// The results.
    pub fn results(&self) -> &BTreeSet<T> {
        &self.results
    }

    /// How they were found.
    pub fn pass(&self) -> Pass {
        self.pass
    }

    /// Holds a prediction against the results: every one of them is to be in `predicted`, and nothing else.
    ///
    /// In an ordinary build some results may not have been seen, so there nothing is called impossible.
    ///
    /// # Panics
    ///
    /// If the prediction is wrong; if it lacks a result, under the model with a picture of a schedule that has it.
    ///
    /// ```
    /// model::outcomes(|| 1 + 1).assert_predicted(&[2]);
    /// ```
    #[track_caller]
    pub fn assert_predicted(&self, predicted: &[T])
    where
        T: fmt::Debug,
    {
        if let Some(missing) = self.results.iter().find(|result| !predicted.contains(result)) {
            world::search::missing(self, missing);
        }
        let impossible = predicted.iter().find(|result| !self.results.contains(result));
        if let (true, Some(impossible)) = (crate::MODELLED, impossible) {
            panic!("no schedule ends with {impossible:?}, and you predicted that one does ({})", self.pass);
        }
    }

    /// A schedule that has `result`: one in which threads merely take turns, if there is such a one with few preemptions.
    #[cfg(loom)]
    pub fn witness(&self, result: &T) -> Option<&schedule::Schedule> {
        self.witnesses.iter().find(|(seen, _)| seen == result).map(|(_, schedule)| schedule)
    }
}
