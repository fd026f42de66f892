//! Interleaved rounds, and what follows from them.

use std::panic::resume_unwind;
use std::thread;
use std::time::{Duration, Instant};

use benches::{Contender, Placement, Repeat, Run, Scenario, Setting, Standing, processor_time};
use serde::Serialize;

use crate::Pin;

/// How to measure.
pub(crate) struct Plan {
    pub(crate) rounds: u32,
    /// How long operations are repeated in each round.
    pub(crate) time: Duration,
    /// How long a contest lasts in each round.
    pub(crate) contest: Duration,
    pub(crate) pin: Pin,
    pub(crate) placement: Placement,
}

/// What the contenders of one scenario did.
#[derive(Serialize)]
pub(crate) struct Comparison {
    pub(crate) id: String,
    pub(crate) about: &'static str,
    pub(crate) pin: Pin,
    /// Ours comes first.
    pub(crate) contenders: Vec<Measured>,
}

/// What one contender did. Times are in nanoseconds for one operation.
#[derive(Serialize)]
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    /// The mean of each round. In a contest all threads' operations count.
    pub(crate) elapsed: Vec<f64>,
    /// The mean of each round, of all threads together; empty where the system does not tell.
    pub(crate) processor: Vec<f64>,
    /// Operations that were timed one by one, if the scenario's threads sleep.
    pub(crate) single: Option<Quartiles>,
    /// How even the contests were, if the scenario is one.
    pub(crate) fairness: Option<Fairness>,
    /// How many times as long as ours it took, if it is a peer.
    pub(crate) ratio: Option<Ratio>,
}

/// What the threads got out of each round's contest, as shares of what each would have got if all had got the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Fairness {
    /// Of the thread that got least.
    pub(crate) least: Vec<f64>,
    /// Of the thread that got most.
    pub(crate) most: Vec<f64>,
    /// Of the first thread, which in some scenarios does something else than the others.
    pub(crate) first: Vec<f64>,
}

/// Of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Quartiles {
    pub(crate) lower: f64,
    pub(crate) median: f64,
    pub(crate) upper: f64,
}

/// Of a peer's time to our time, over the rounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Ratio {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Comparison {
    /// The peer with the shortest median time.
    pub(crate) fn best_peer(&self) -> Option<&Measured> {
        let peers = self.contenders.iter().filter(|contender| contender.ratio.is_some());
        peers.min_by(|left, right| median(&left.elapsed).total_cmp(&median(&right.elapsed)))
    }
}

/// Runs every contender of `scenario` once in each round.
///
/// It does so on a thread of its own: the thread that measures takes part, and where it was put once it stays, and so do
/// the threads that it starts.
pub(crate) fn compare(scenario: &Scenario, plan: &Plan) -> Comparison {
    let measured = thread::scope(|scope| scope.spawn(|| compare_here(scenario, plan)).join());
    measured.unwrap_or_else(|panic| resume_unwind(panic))
}

fn compare_here(scenario: &Scenario, plan: &Plan) -> Comparison {
    let setting = Setting { threads: scenario.threads, placement: plan.placement.clone() };
    let mut entrants: Vec<Entrant> = scenario.contenders.iter().map(|contender| Entrant::new(*contender)).collect();
    for round in 0..plan.rounds as usize {
        // Each round starts with another one, so that nobody always follows the same neighbour's heat.
        let start = round % entrants.len();
        let (later, first) = entrants.split_at_mut(start);
        for entrant in first.iter_mut().chain(later) {
            entrant.round(&setting, plan, scenario.sleeps);
        }
    }

    let ours = entrants[0].elapsed.clone();
    let measured = |(number, entrant): (usize, Entrant)| Measured {
        name: entrant.contender.name,
        ratio: (number > 0).then(|| ratio(&entrant.elapsed, &ours)),
        single: (!entrant.single.is_empty()).then(|| quartiles(&entrant.single)),
        fairness: matches!(entrant.contender.run, Run::Contest(_)).then_some(entrant.fairness),
        elapsed: entrant.elapsed,
        processor: entrant.processor,
    };
    let contenders = entrants.into_iter().enumerate().map(measured).collect();
    Comparison { id: scenario.id(), about: scenario.about, pin: plan.pin, contenders }
}

/// A contender on its way through the rounds.
struct Entrant {
    contender: Contender,
    elapsed: Vec<f64>,
    processor: Vec<f64>,
    single: Vec<f64>,
    fairness: Fairness,
}

impl Entrant {
    fn new(contender: Contender) -> Entrant {
        Entrant {
            contender,
            elapsed: Vec::new(),
            processor: Vec::new(),
            single: Vec::new(),
            fairness: Fairness::default(),
        }
    }

    /// One round, with threads of its own: where the system happens to put them is luck that should not last.
    fn round(&mut self, setting: &Setting, plan: &Plan, sleeps: bool) {
        match self.contender.run {
            Run::Repeat(set_up) => {
                let mut repeat = set_up(setting);
                let chunk = operations_in(&mut repeat, plan.time / 20);
                self.measure(|| {
                    let mut operations = 0;
                    let mut elapsed = Duration::ZERO;
                    // By the clock and not by the count, for an operation may suddenly take a hundred times as long.
                    while elapsed < plan.time {
                        elapsed += repeat(chunk);
                        operations += chunk;
                    }
                    Standing { elapsed, done: vec![operations] }
                });
                if sleeps {
                    let start = Instant::now();
                    while start.elapsed() < plan.time / 4 {
                        self.single.push(repeat(1).as_secs_f64() * 1e9);
                    }
                }
            }
            Run::Contest(set_up) => {
                let mut contest = set_up(setting);
                // Warms everything up, and lets the system spread the threads.
                contest(plan.contest / 20);
                let standing = self.measure(|| contest(plan.contest));
                self.fairness.least.push(standing.least());
                self.fairness.most.push(standing.most());
                self.fairness.first.push(standing.first());
            }
        }
    }

    /// Takes down what `run` has cost for each of its operations.
    fn measure(&mut self, run: impl FnOnce() -> Standing) -> Standing {
        let before = processor_time();
        let standing = run();
        let after = processor_time();
        let each = |time: Duration| time.as_secs_f64() * 1e9 / standing.operations() as f64;
        if let (Some(before), Some(after)) = (before, after) {
            self.processor.push(each(after.saturating_sub(before)));
        }
        self.elapsed.push(each(standing.elapsed));
        standing
    }
}

/// About how many operations fit into `time`. Trying that out also warms everything up.
fn operations_in(repeat: &mut Repeat, time: Duration) -> u64 {
    let mut operations = 1;
    loop {
        let elapsed = repeat(operations);
        if elapsed >= time {
            return operations;
        }
        operations *= 2;
    }
}

/// The ratios of `theirs` to `ours`, round by round.
fn ratio(theirs: &[f64], ours: &[f64]) -> Ratio {
    let ratios: Vec<f64> = theirs.iter().zip(ours).map(|(theirs, ours)| theirs / ours).collect();
    let sorted = sorted(&ratios);
    Ratio { median: quantile(&sorted, 0.5), min: quantile(&sorted, 0.0), max: quantile(&sorted, 1.0) }
}

fn quartiles(values: &[f64]) -> Quartiles {
    let sorted = sorted(values);
    Quartiles { lower: quantile(&sorted, 0.25), median: quantile(&sorted, 0.5), upper: quantile(&sorted, 0.75) }
}

/// The middle of `values`.
pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(&sorted(values), 0.5)
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}

/// The value below which the share `share` of `sorted` lies, between two neighbours in proportion.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let below = sorted[position.floor() as usize];
    let above = sorted[position.ceil() as usize];
    below + (above - below) * position.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(name: &'static str, elapsed: &[f64], ours: &[f64]) -> Measured {
        let ratio = (name != "ours").then(|| ratio(elapsed, ours));
        Measured { name, elapsed: elapsed.to_vec(), processor: Vec::new(), single: None, fairness: None, ratio }
    }

    #[test]
    fn quantiles_lie_between_neighbours_in_proportion() {
        assert_eq!(quartiles(&[4.0, 1.0, 3.0, 2.0]), Quartiles { lower: 1.75, median: 2.5, upper: 3.25 });
        assert_eq!(quartiles(&[7.0]), Quartiles { lower: 7.0, median: 7.0, upper: 7.0 });
    }

    #[test]
    fn a_ratio_compares_within_each_round_and_not_across_them() {
        // The machine was ten times slower in the last round, for both; a ratio of medians or of means would show it.
        let theirs = [2.0, 3.0, 40.0];
        let ours = [1.0, 2.0, 10.0];
        assert_eq!(ratio(&theirs, &ours), Ratio { median: 2.0, min: 1.5, max: 4.0 });
    }

    #[test]
    fn the_best_peer_has_the_shortest_median_and_is_not_ours() {
        let ours = [1.0, 1.0, 1.0];
        let contenders = vec![
            measured("ours", &ours, &ours),
            measured("one good round", &[0.1, 9.0, 9.0], &ours),
            measured("steady", &[2.0, 2.0, 50.0], &ours),
        ];
        let comparison = Comparison { id: String::new(), about: "", pin: Pin::None, contenders };
        assert_eq!(comparison.best_peer().map(|peer| peer.name), Some("steady"));
    }

    /// The comparison of the scenario `id`, in four short rounds.
    fn compared(id: &str) -> Comparison {
        compared_at(id, Pin::None)
    }

    fn compared_at(id: &str, pin: Pin) -> Comparison {
        let scenario = benches::scenarios().into_iter().find(|scenario| scenario.id() == id).unwrap();
        let moment = Duration::from_micros(100);
        let plan = Plan { rounds: 4, time: moment, contest: moment, pin, placement: pin.placement().unwrap() };
        let comparison = compare(&scenario, &plan);
        let asked = scenario.contenders.iter().map(|contender| contender.name);
        assert!(comparison.contenders.iter().map(|contender| contender.name).eq(asked));
        comparison
    }

    #[test]
    fn every_contender_runs_once_in_every_round() {
        for id in ["event/is_set/1", "event/wake/4", "mutex/contended/4"] {
            let comparison = compared(id);
            assert!(comparison.contenders.iter().all(|contender| contender.elapsed.len() == 4));
            assert!(comparison.contenders[0].ratio.is_none());
            assert!(comparison.contenders[1..].iter().all(|peer| peer.ratio.is_some()));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn who_measures_on_one_processor_goes_on_with_all() {
        let before = thread::available_parallelism().unwrap();
        compared_at("event/is_set/1", Pin::One);
        assert_eq!(thread::available_parallelism().unwrap(), before);
    }

    #[test]
    fn a_contest_tells_how_even_it_was() {
        assert!(compared("event/is_set/1").contenders.iter().all(|contender| contender.fairness.is_none()));
        for contender in compared("mutex/contended/4").contenders {
            let Fairness { least, most, first } = contender.fairness.unwrap();
            assert_eq!((least.len(), most.len(), first.len()), (4, 4, 4));
            assert!(least.iter().all(|least| (0.0..=1.0).contains(least)), "{least:?}");
            assert!(most.iter().all(|most| (1.0..=4.0).contains(most)), "{most:?}");
            let mut bounds = least.iter().zip(&most);
            assert!(
                first.iter().all(|first| bounds.next().is_some_and(|(least, most)| least <= first && first <= most))
            );
        }
    }
}
