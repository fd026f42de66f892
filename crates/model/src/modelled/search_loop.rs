//! The search: every plan of surprises, and under each of them every schedule.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::fmt::Debug;
use std::fs;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, process};

use schedule::{FORMAT, Report, Schedule};

use super::naming;
use super::recorder::{self, Failure, Finding, Log, Place, Restriction, Verdict};
use super::surprise::{self, Plan};
use super::threads;
use crate::{Check, Completeness, Outcomes, Pass};

/// A counterexample without old values is easier to follow than one with them, up to so many preemptions.
const FEW_PREEMPTIONS: usize = 3;

/// The width of a counterexample, in columns: that of a terminal that nobody has made wider.
const WIDTH: usize = 80;

type Program = Arc<dyn Fn() + Send + Sync>;

/// How long the search for a counterexample with fewer preemptions may take.
const SIMPLIFYING: Duration = Duration::from_secs(5);

#[track_caller]
pub(crate) fn run(check: &Check, program: impl Fn() + Send + Sync + 'static) -> Pass {
    Search::new(check, Arc::new(program)).run()
}

#[track_caller]
pub(crate) fn counterexample(check: &Check, program: impl Fn() + Send + Sync + 'static) -> Option<Schedule> {
    let search = Search::new(check, Arc::new(program));
    match search.search() {
        Ok(pass) => {
            search.report(pass.schedules, pass.to_string(), None);
            None
        }
        Err(schedule) => {
            search.report(schedule.explored, failed(schedule.explored), Some(&schedule));
            Some(*schedule)
        }
    }
}

/// The summary of a search that found a schedule that fails.
fn failed(explored: usize) -> String {
    format!("one of {explored} schedule{} fails", if explored == 1 { "" } else { "s" })
}

#[track_caller]
pub(crate) fn outcomes<T>(check: &Check, program: impl Fn() -> T + Send + Sync + 'static) -> Outcomes<T>
where
    T: Ord + Clone + Debug + Send + 'static,
{
    // The first log of each result.
    let seen: Arc<Mutex<BTreeMap<T, Log>>> = Arc::default();
    let note = Arc::clone(&seen);
    let program: Program = Arc::new(move || {
        let result = program();
        let mut seen = note.lock().unwrap_or_else(PoisonError::into_inner);
        seen.entry(result).or_insert_with(|| recorder::with(|recorder| recorder.log.clone()));
    });
    let search = Search::new(check, program);
    let take = || std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    let (pass, found) = loop {
        let known = search.mixed.borrow().len();
        let pass = search.run();
        let found = take();
        if search.mixed.borrow().len() == known {
            break (pass, found);
        }
        // A search that was begun anew has left results behind that are not to be trusted.
    };
    let results: BTreeSet<T> = found.keys().cloned().collect();

    let mut witnesses: BTreeMap<T, (Log, Option<usize>)> = BTreeMap::new();
    let deadline = Instant::now() + SIMPLIFYING;
    for (newest_only, bound) in simplest_first(check.preemptions.unwrap_or(pass.schedules)) {
        if witnesses.len() == results.len() || Instant::now() >= deadline {
            break;
        }
        let preemptions = Some(bound);
        search.explore(&Restriction { preemptions, newest_only, deadline: Some(deadline), ..Restriction::default() });
        for (result, log) in take() {
            witnesses.entry(result).or_insert((log, Some(bound)));
        }
    }
    for (result, log) in found {
        witnesses.entry(result).or_insert((log, None));
    }
    let witnesses = witnesses.into_iter().map(|(result, (log, preemptions))| {
        let mut schedule = naming::schedule(&log, &search.title, pass.schedules);
        schedule.outcome = Some(format!("{result:?}"));
        schedule.preemptions = preemptions;
        (result, schedule)
    });
    Outcomes { results, pass, witnesses: witnesses.collect() }
}

/// The restrictions under which to look for a schedule to show, those that make it easy to follow first: whether threads see
/// only the newest values, and how many preemptions there may be.
fn simplest_first(bound: usize) -> impl Iterator<Item = (bool, usize)> {
    let taking_turns = (0..=FEW_PREEMPTIONS.min(bound)).map(|preemptions| (true, preemptions));
    taking_turns.chain((0..=bound).map(|preemptions| (false, preemptions)))
}

/// Fails because a prediction lacks `result`, and shows a schedule that has it.
#[track_caller]
pub(crate) fn missing<T: Ord + Debug>(outcomes: &Outcomes<T>, result: &T) -> ! {
    let witness = outcomes.witness(result).expect("each result has a witness");
    let text = witness.to_text(schedule::Style::for_stderr(WIDTH));
    report(&witness.title, Duration::ZERO, outcomes.pass.schedules, outcomes.pass.to_string(), Some(witness));
    panic!("you did not predict {result:?}, and this schedule ends with it\n\n{text}");
}

/// Leaves a report for the program that runs the checks, if it asked for one.
fn report(title: &str, time: Duration, schedules: usize, summary: String, counterexample: Option<&Schedule>) {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let Some(directory) = env::var_os(Report::DIRECTORY) else { return };
    let package = env::var("CARGO_PKG_NAME").unwrap_or_default();
    let (test, seconds) = (title.to_owned(), time.as_secs_f64());
    let counterexample = counterexample.cloned();
    let report = Report { format: FORMAT, package, test, schedules, summary, seconds, counterexample };
    // ORDERING: Relaxed; the numbers have to differ, and nothing else hangs on them.
    let name = format!("{}-{}.json", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let path = PathBuf::from(directory).join(name);
    if let Err(error) = fs::write(&path, report.to_json()) {
        panic!("cannot write the report {}: {error}", path.display());
    }
}

struct Search<'check> {
    check: &'check Check,
    program: Program,
    title: String,
    caller: &'static Location<'static>,
    started: Instant,
    /// The places that construct atomics which are changed both by stores and by read-modify-writes, as far as they are known.
    mixed: RefCell<HashSet<Vec<Place>>>,
}

impl<'check> Search<'check> {
    #[track_caller]
    fn new(check: &'check Check, program: Program) -> Search<'check> {
        let title = thread::current().name().unwrap_or("main").to_owned();
        Search { check, program, title, caller: Location::caller(), started: Instant::now(), mixed: RefCell::default() }
    }

    #[track_caller]
    fn run(&self) -> Pass {
        match self.search() {
            Ok(pass) => {
                println!("{}: {pass}", self.title);
                self.report(pass.schedules, pass.to_string(), None);
                pass
            }
            Err(schedule) => {
                let text = schedule.to_text(schedule::Style::for_stderr(WIDTH));
                self.report(schedule.explored, failed(schedule.explored), Some(&schedule));
                panic!("this schedule fails\n\n{text}");
            }
        }
    }

    /// Tries every plan, those with fewer surprises first.
    fn search(&self) -> Result<Pass, Box<Schedule>> {
        let deadline = self.check.time.and_then(|limit| self.started.checked_add(limit));
        let mut plans = VecDeque::from([Plan::new()]);
        let mut planned: HashSet<Plan> = plans.iter().cloned().collect();
        let mut schedules = 0;
        let mut completeness = match self.check.preemptions {
            Some(bound) => Completeness::Preemptions(bound),
            None => Completeness::Exhaustive,
        };
        while let Some(plan) = plans.pop_front() {
            let preemptions = self.check.preemptions;
            let finding =
                self.explore(&Restriction { plan: plan.clone(), preemptions, deadline, ..Restriction::default() });
            schedules += finding.executions;
            match finding.verdict {
                Verdict::Passed => {}
                Verdict::CutShort => {
                    completeness = Completeness::CutShort;
                    break;
                }
                Verdict::Failed(failed) => {
                    return Err(Box::new(self.simplest(&plan, *failed, schedules)));
                }
            }
            if plan.len() < self.check.surprises {
                for extended in surprise::extensions(&plan, &finding.sites) {
                    if planned.insert(extended.clone()) {
                        plans.push_back(extended);
                    }
                }
            }
        }
        Ok(Pass { schedules, completeness })
    }

    /// Explores every schedule under the restriction.
    fn explore(&self, restriction: &Restriction) -> Finding {
        loop {
            let mixed = self.mixed.borrow().clone();
            let finding = self.explore_once(Restriction { mixed, ..restriction.clone() });
            if finding.mixed.is_empty() {
                return finding;
            }
            self.mixed.borrow_mut().extend(finding.mixed);
        }
    }

    /// Explores on a system thread of its own, which stays behind, parked, if a schedule fails.
    fn explore_once(&self, restriction: Restriction) -> Finding {
        let (sender, receiver) = channel();
        let program = Arc::clone(&self.program);
        let mut builder = loom::model::Builder::new();
        builder.max_threads = recorder::MAX_THREADS;
        builder.max_branches = self.check.decisions;
        builder.preemption_bound = restriction.preemptions;
        builder.max_duration = None;
        builder.max_permutations = None;
        // Loom's message about a data race then says which threads it is about.
        builder.location = true;
        let (caller, title) = (self.caller, self.title.clone());
        let explorer = thread::Builder::new().name(title).spawn(move || {
            recorder::install(restriction, sender);
            let explored = catch_unwind(AssertUnwindSafe(|| {
                builder.check(move || {
                    recorder::begin();
                    recorder::guard(|| {
                        program();
                        threads::finish(0, caller);
                    });
                });
            }));
            match explored {
                Ok(()) => recorder::with(|recorder| recorder.deliver(Verdict::Passed)),
                // Loom itself found something, between two executions.
                Err(_) => recorder::stop_after_panic(),
            }
        });
        explorer.expect("the system can start one more thread");
        receiver.recv().expect("an explorer delivers before it ends")
    }

    /// The counterexample to show: if threads that merely take turns can fail, with few preemptions, then such a one, and else
    /// the one with the fewest preemptions of all.
    fn simplest(&self, plan: &Plan, (log, failure): (Log, Failure), explored: usize) -> Schedule {
        let deadline = Some(Instant::now() + SIMPLIFYING);
        let decisions = self.check.decisions;
        let bound = self.check.preemptions.unwrap_or(usize::from(u8::MAX));
        for (newest_only, bound) in simplest_first(bound) {
            let preemptions = Some(bound);
            let restriction =
                Restriction { plan: plan.clone(), preemptions, newest_only, deadline, ..Restriction::default() };
            match self.explore(&restriction).verdict {
                Verdict::Passed => {}
                Verdict::CutShort => break,
                Verdict::Failed(failed) => {
                    let (log, failure) = *failed;
                    let mut schedule = naming::failed_schedule(&log, &failure, &self.title, explored, decisions);
                    schedule.preemptions = preemptions;
                    return schedule;
                }
            }
        }
        naming::failed_schedule(&log, &failure, &self.title, explored, decisions)
    }

    fn report(&self, schedules: usize, summary: String, counterexample: Option<&Schedule>) {
        report(&self.title, self.started.elapsed(), schedules, summary, counterexample);
    }
}
