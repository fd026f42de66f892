//! Where experiments are made: how large they are, and in which order their points are measured.

use std::path::PathBuf;

use benches::work::{Batch, Outcome, Strategy, Task, Work};
use results::{Axis, Point, Series};

use crate::Failure;

/// What an experiment is told.
pub(crate) struct Lab {
    /// How often each point is measured.
    pub(crate) rounds: u32,
    pub(crate) scale: Scale,
    /// This program, which worker processes are started from.
    pub(crate) program: PathBuf,
    /// How many there are.
    pub(crate) processors: usize,
}

/// How large the experiments are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// To see that everything runs.
    Miniature,
    /// For the impatient.
    Quick,
    /// As it is meant to be.
    Full,
}

/// What an experiment has seen.
pub(crate) struct Picture {
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) series: Vec<Series>,
    pub(crate) remarks: Vec<String>,
}

/// So many steps of hashing take a microsecond, at three gigahertz.
const STEPS_IN_A_MICROSECOND: u64 = 750;

/// Work that computes for about so long.
pub(crate) const fn hash(micros: u64) -> Work {
    Work::Hash { steps: micros * STEPS_IN_A_MICROSECOND }
}

/// Work that computes for about so long, and waits for a responder for so long.
pub(crate) const fn mixed(computing: u64, port: u16, waiting: u64) -> Work {
    Work::Mixed { steps: computing * STEPS_IN_A_MICROSECOND, port, micros: waiting }
}

/// A way of having tasks done, and the tasks.
pub(crate) type Cell<'batch> = (Strategy, &'batch Batch);

/// What one cell has come to, round by round.
pub(crate) type Rounds<T> = Vec<T>;

/// A way of having tasks done, with so many workers as it is told.
pub(crate) type Way = fn(usize) -> Strategy;

/// What a way has come to with each number of workers.
pub(crate) type Curve = Vec<Rounds<Outcome>>;

impl Lab {
    /// What suits the scale.
    pub(crate) fn choose<T>(&self, miniature: T, quick: T, full: T) -> T {
        match self.scale {
            Scale::Miniature => miniature,
            Scale::Quick => quick,
            Scale::Full => full,
        }
    }

    /// How many workers are tried.
    pub(crate) fn workers(&self) -> Vec<usize> {
        self.choose(vec![1, 3], vec![1, 2, 4, 8, 32], vec![1, 2, 4, 8, 16, 32])
    }

    /// So many tasks, fewer in miniature.
    pub(crate) fn batch(&self, work: Work, count: usize) -> Result<Batch, Failure> {
        Ok(Batch::new(Task::several(work, self.choose(count.min(4), count, count)))?)
    }

    /// Measures each of `cells` once in every round, and returns what each has come to.
    pub(crate) fn rounds<C, T>(
        &self,
        cells: &[C],
        mut measure: impl FnMut(&C) -> Result<T, Failure>,
    ) -> Result<Vec<Rounds<T>>, Failure> {
        let mut measured: Vec<Rounds<T>> = cells.iter().map(|_| Vec::new()).collect();
        for round in 0..self.rounds as usize {
            // Each round starts with another one, so that nobody always follows the same neighbour's heat.
            for place in 0..cells.len() {
                let cell = (round + place) % cells.len();
                measured[cell].push(measure(&cells[cell])?);
            }
        }
        Ok(measured)
    }

    /// The same of tasks: with new workers each time, for where the system happens to put them is luck that should not
    /// last. They have done something before time is taken.
    pub(crate) fn outcomes(&self, cells: &[Cell<'_>]) -> Result<Vec<Rounds<Outcome>>, Failure> {
        self.rounds(cells, |(strategy, batch)| {
            let mut team = strategy.team(&self.program)?;
            if !matches!(strategy, Strategy::Sequence | Strategy::ThreadEach | Strategy::ColdProcesses(_)) {
                // Touches the memory and the code that the tasks need. Whoever shares the work of a millisecond is awake.
                team.run(batch)?;
            }
            Ok(team.run(batch)?)
        })
    }

    /// How long `batch` takes in sequence, and each of `ways` with each of so many `workers`.
    pub(crate) fn curves(
        &self,
        batch: &Batch,
        ways: &[Way],
        workers: &[usize],
    ) -> Result<(Rounds<Outcome>, Vec<Curve>), Failure> {
        let mut cells = vec![(Strategy::Sequence, batch)];
        cells.extend(ways.iter().flat_map(|way| workers.iter().map(|&count| (way(count), batch))));
        let mut outcomes = self.outcomes(&cells)?.into_iter();
        let alone = outcomes.next().unwrap_or_default();
        let curves = ways.iter().map(|_| outcomes.by_ref().take(workers.len()).collect()).collect();
        Ok((alone, curves))
    }
}

/// How many times as fast as `alone`, round by round.
pub(crate) fn speed_up(alone: &[Outcome], outcomes: &[Outcome]) -> Vec<f64> {
    let pairs = alone.iter().zip(outcomes);
    pairs.map(|(alone, outcome)| alone.elapsed.as_secs_f64() / outcome.elapsed.as_secs_f64()).collect()
}

/// A series called `name` of what `samples` makes of the outcomes at each place.
pub(crate) fn series(
    name: &str,
    places: &[f64],
    outcomes: &[Rounds<Outcome>],
    samples: impl Fn(&[Outcome]) -> Vec<f64>,
) -> Series {
    Series::new(name, places.iter().zip(outcomes).map(|(&x, outcomes)| Point::at(x, samples(outcomes))).collect())
}

/// Counts as places.
pub(crate) fn places(counts: &[usize]) -> Vec<f64> {
    counts.iter().map(|&count| count as f64).collect()
}

/// The places of so many things that have names.
pub(crate) fn numbered(count: usize) -> Vec<f64> {
    (0..count).map(|number| number as f64).collect()
}
