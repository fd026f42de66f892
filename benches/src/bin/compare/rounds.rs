//! Interleaved rounds, and what follows from them.

use std::panic::resume_unwind;
use std::thread;
use std::time::{Duration, Instant};

use benches::{Contender, Placement, Repeat, Run, Scenario, Setting, Standing, processor_time};
use results::{Comparison, Fairness, Measured, Ratio, quartiles};

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
        name: entrant.contender.name.to_owned(),
        ratio: if number > 0 { Ratio::of(&entrant.elapsed, &ours) } else { None },
        single: quartiles(&entrant.single),
        fairness: matches!(entrant.contender.run, Run::Contest(_)).then_some(entrant.fairness),
        elapsed: entrant.elapsed,
        processor: entrant.processor,
    };
    let contenders = entrants.into_iter().enumerate().map(measured).collect();
    Comparison { id: scenario.id(), about: scenario.about.to_owned(), pin: plan.pin.name().to_owned(), contenders }
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

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(comparison.contenders.iter().map(|contender| contender.name.as_str()).eq(asked));
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
