//! Interleaved rounds, and what follows from them.

use std::time::{Duration, Instant};

use benches::{Contender, Placement, Run, Scenario, Setting, processor_time};
use serde::Serialize;

/// How to measure.
pub(crate) struct Plan {
    pub(crate) rounds: u32,
    pub(crate) time: Duration,
    pub(crate) placement: Placement,
}

/// What the contenders of one scenario did.
#[derive(Serialize)]
pub(crate) struct Comparison {
    pub(crate) id: String,
    pub(crate) about: &'static str,
    /// Ours comes first.
    pub(crate) contenders: Vec<Measured>,
}

/// What one contender did. Times are in nanoseconds for one operation.
#[derive(Serialize)]
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    /// The mean of each round.
    pub(crate) elapsed: Vec<f64>,
    /// The mean of each round, of all threads together; empty where the system does not tell.
    pub(crate) processor: Vec<f64>,
    /// Operations that were timed one by one, if the scenario's threads sleep.
    pub(crate) single: Option<Quartiles>,
    /// How many times as long as ours it took, if it is a peer.
    pub(crate) ratio: Option<Ratio>,
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
pub(crate) fn compare(scenario: &Scenario, plan: &Plan) -> Comparison {
    let setting = Setting { threads: scenario.threads, placement: plan.placement.clone() };
    let mut entrants: Vec<Entrant> = scenario.contenders.iter().map(|contender| Entrant::new(*contender)).collect();
    for round in 0..plan.rounds as usize {
        // Each round starts with another one, so that nobody always follows the same neighbour's heat.
        let start = round % entrants.len();
        let (later, first) = entrants.split_at_mut(start);
        for entrant in first.iter_mut().chain(later) {
            entrant.round(&setting, plan.time, scenario.sleeps);
        }
    }

    let ours = entrants[0].elapsed.clone();
    let measured = |(number, entrant): (usize, Entrant)| Measured {
        name: entrant.contender.name,
        ratio: (number > 0).then(|| ratio(&entrant.elapsed, &ours)),
        single: (!entrant.single.is_empty()).then(|| quartiles(&entrant.single)),
        elapsed: entrant.elapsed,
        processor: entrant.processor,
    };
    let contenders = entrants.into_iter().enumerate().map(measured).collect();
    Comparison { id: scenario.id(), about: scenario.about, contenders }
}

/// A contender on its way through the rounds.
struct Entrant {
    contender: Contender,
    elapsed: Vec<f64>,
    processor: Vec<f64>,
    single: Vec<f64>,
}

impl Entrant {
    fn new(contender: Contender) -> Entrant {
        Entrant { contender, elapsed: Vec::new(), processor: Vec::new(), single: Vec::new() }
    }

    /// One round, with threads of its own: where the system happens to put them is luck that should not last.
    fn round(&mut self, setting: &Setting, time: Duration, sleeps: bool) {
        let mut run = (self.contender.prepare)(setting);
        let chunk = operations_in(&mut run, time / 20);
        let mut operations = 0;
        let mut elapsed = Duration::ZERO;
        let processor = processor_time();
        // By the clock and not by the count, for an operation may suddenly take a hundred times as long.
        while elapsed < time {
            elapsed += run(chunk);
            operations += chunk;
        }
        let each = |time: Duration| time.as_secs_f64() * 1e9 / operations as f64;
        if let (Some(before), Some(after)) = (processor, processor_time()) {
            self.processor.push(each(after.saturating_sub(before)));
        }
        self.elapsed.push(each(elapsed));

        if sleeps {
            let start = Instant::now();
            while start.elapsed() < time / 4 {
                self.single.push(run(1).as_secs_f64() * 1e9);
            }
        }
    }
}

/// About how many operations fit into `time`. Trying that out also warms everything up.
fn operations_in(run: &mut Run, time: Duration) -> u64 {
    let mut operations = 1;
    loop {
        let elapsed = run(operations);
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
        Measured { name, elapsed: elapsed.to_vec(), processor: Vec::new(), single: None, ratio }
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
        let comparison = Comparison { id: String::new(), about: "", contenders };
        assert_eq!(comparison.best_peer().map(|peer| peer.name), Some("steady"));
    }

    #[test]
    fn every_contender_runs_once_in_every_round() {
        let mut scenario = benches::scenarios().swap_remove(0);
        scenario.contenders.truncate(3);
        let plan = Plan { rounds: 4, time: Duration::from_micros(100), placement: Placement::anywhere() };
        let comparison = compare(&scenario, &plan);
        for (contender, expected) in comparison.contenders.iter().zip(&scenario.contenders) {
            assert_eq!(contender.name, expected.name);
            assert_eq!(contender.elapsed.len(), 4);
        }
        assert!(comparison.contenders[0].ratio.is_none());
        assert!(comparison.contenders[1..].iter().all(|peer| peer.ratio.is_some()));
    }
}
