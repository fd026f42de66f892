//! The search: every plan of surprises, and under each of them every schedule.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::fmt::Debug;
use std::fs;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, process};

use schedule::{FORMAT, Report, Schedule, Style};

use super::naming;
use super::recorder::{self, Failure, Finding, LastWords, Log, Place, Restriction, Verdict};
use super::surprise::{self, Plan};
use super::threads;
use crate::{Check, Completeness, Outcomes, Pass};

/// How hard a schedule is to follow: one for each preemption and two for each load of an old value. Up to this, schedules are
/// looked through in that order.
const HARD: u8 = 6;

/// The width of a counterexample, in columns: that of a terminal that nobody has made wider.
const WIDTH: usize = 80;

type Program = Arc<dyn Fn() + Send + Sync>;

/// How often it is looked whether a search has come to a standstill.
const LOOK: Duration = Duration::from_millis(100);

/// After how many looks in a row that find no new operation of the program it has. Looks are counted, and not seconds: while
/// the whole process is stopped nobody looks.
const STANDSTILL: u32 = 30;

/// How long the search for a counterexample with fewer preemptions may take.
const SIMPLIFYING: Duration = Duration::from_secs(5);

#[track_caller]
pub(crate) fn run(check: &Check, program: impl Fn() + Send + Sync + 'static) -> Pass {
    let search = Search::new(check, Arc::new(program));
    search.conclude(search.search())
}

#[track_caller]
pub(crate) fn counterexample(check: &Check, program: impl Fn() + Send + Sync + 'static) -> Option<Schedule> {
    let search = Search::new(check, Arc::new(program));
    let found = search.search();
    search.report(&found);
    found.err().map(|schedule| *schedule)
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
        let pass = search.search();
        let found = take();
        if pass.is_err() || search.mixed.borrow().len() == known {
            break (search.conclude(pass), found);
        }
        // A search that was begun anew has left results behind that are not to be trusted.
    };
    let results: BTreeSet<T> = found.keys().cloned().collect();

    let mut witnesses: BTreeMap<T, (Log, Option<u8>)> = BTreeMap::new();
    let deadline = Some(Instant::now() + SIMPLIFYING);
    let mut executions = None;
    for (old_values, bound) in simple_first(check) {
        let restriction = Restriction { preemptions: Some(bound), old_values, deadline, ..Restriction::default() };
        let finding = search.explore(&restriction);
        for (result, log) in take() {
            witnesses.entry(result).or_insert((log, Some(bound)));
        }
        // Once a higher bound brings no more schedules, what is still missing takes a surprise.
        let saturated = old_values.is_none() && executions.replace(finding.executions) == Some(finding.executions);
        if saturated || witnesses.len() == results.len() || matches!(finding.verdict, Verdict::CutShort) {
            break;
        }
    }
    for (result, log) in found {
        witnesses.entry(result).or_insert((log, None));
    }
    let witnesses = witnesses.into_iter().map(|(result, (log, preemptions))| {
        let mut schedule = naming::schedule(&log, &search.title, pass.schedules);
        schedule.outcome = Some(format!("{result:?}"));
        schedule.preemptions = preemptions.map(usize::from);
        (result, schedule)
    });
    Outcomes { results, pass, witnesses: witnesses.collect() }
}

/// The searches for a schedule that is easy to follow: how many loads may return an old value, and how many preemptions
/// there may be. Of those that are equally [hard](HARD), the ones with the fewest old values come first; last come any number of
/// old values and the fewest preemptions.
fn simple_first(check: &Check) -> impl Iterator<Item = (Option<usize>, u8)> {
    let bound = check.preemptions.unwrap_or(u8::MAX);
    let easy = (0..=HARD)
        .flat_map(|hard| (0..=hard / 2).map(move |old_values| (Some(usize::from(old_values)), hard - 2 * old_values)));
    let easy = easy.filter(move |&(_, preemptions)| preemptions <= bound);
    easy.chain((0..=bound).map(|preemptions| (None, preemptions)))
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

    /// Reports what was found, and panics if that is a schedule that fails.
    #[track_caller]
    fn conclude(&self, found: Result<Pass, Box<Schedule>>) -> Pass {
        self.report(&found);
        match found {
            Ok(pass) => {
                println!("{}: {pass}", self.title);
                pass
            }
            Err(schedule) => panic!("this schedule fails\n\n{}", schedule.to_text(Style::for_stderr(WIDTH))),
        }
    }

    /// Tries every plan, those with fewer surprises first.
    fn search(&self) -> Result<Pass, Box<Schedule>> {
        let deadline = self.check.time.and_then(|limit| self.started.checked_add(limit));
        let mut plans = VecDeque::from([Plan::new()]);
        let mut planned: HashSet<Plan> = plans.iter().cloned().collect();
        let mut schedules = 0;
        let mut surprises = None;
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
            for extended in surprise::extensions(&plan, &finding.sites) {
                if extended.len() > self.check.surprises {
                    surprises = Some(self.check.surprises);
                } else if planned.insert(extended.clone()) {
                    plans.push_back(extended);
                }
            }
        }
        Ok(Pass { schedules, completeness, surprises })
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
        builder.preemption_bound = restriction.preemptions.map(usize::from);
        builder.max_duration = None;
        builder.max_permutations = None;
        builder.checkpoint_file = None;
        // Loom's message about a data race then says which threads it is about.
        builder.location = true;
        let (caller, title) = (self.caller, self.title.clone());
        let operations = Arc::new(AtomicU64::new(0));
        let watched = Arc::clone(&operations);
        let last_words = self.last_words();
        let explorer = thread::Builder::new().name(title).spawn(move || {
            recorder::install(restriction, operations, sender, last_words);
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
                Ok(()) => recorder::pass(),
                // Loom itself found something, between two executions.
                Err(_) => recorder::stop_after_panic(),
            }
        });
        explorer.expect("the system can start one more thread");
        // ORDERING: Relaxed, here and below; pairs with the addition in `Access::record`, and the number is looked at only to
        // see whether it grows.
        let (mut seen, mut idle) = (watched.load(Ordering::Relaxed), 0);
        loop {
            match receiver.recv_timeout(LOOK) {
                Ok(finding) => return finding,
                Err(RecvTimeoutError::Disconnected) => unreachable!("an explorer delivers before it ends"),
                Err(RecvTimeoutError::Timeout) => {
                    let now = watched.load(Ordering::Relaxed);
                    idle = if now == seen { idle + 1 } else { 0 };
                    assert!(
                        idle < STANDSTILL,
                        "for {:?} the program has done nothing that the model knows: a loop without an atomic in it, or a lock of \
                         std's that is held while other threads run",
                        LOOK * STANDSTILL
                    );
                    seen = now;
                }
            }
        }
    }

    /// The counterexample to show, of those under `plan`.
    fn simplest(&self, plan: &Plan, (log, failure): (Log, Failure), explored: usize) -> Schedule {
        let deadline = Some(Instant::now() + SIMPLIFYING);
        let decisions = self.check.decisions;
        for (old_values, bound) in simple_first(self.check) {
            let preemptions = Some(bound);
            let restriction =
                Restriction { plan: plan.clone(), preemptions, old_values, deadline, ..Restriction::default() };
            match self.explore(&restriction).verdict {
                Verdict::Passed => {}
                Verdict::CutShort => break,
                Verdict::Failed(failed) => {
                    let (log, failure) = *failed;
                    let mut schedule = naming::failed_schedule(&log, &failure, &self.title, explored, decisions);
                    schedule.preemptions = preemptions.map(usize::from);
                    return schedule;
                }
            }
        }
        naming::failed_schedule(&log, &failure, &self.title, explored, decisions)
    }

    /// Tells of a failure in the last moment, past the test harness, which would keep what is printed until the test has
    /// ended.
    fn last_words(&self) -> LastWords {
        let (title, started, decisions) = (self.title.clone(), self.started, self.check.decisions);
        Box::new(move |log, failure, executions| {
            let schedule = naming::failed_schedule(log, failure, &title, executions, decisions);
            let text = schedule.to_text(Style::for_stderr(WIDTH));
            // Nobody is left to be told if this fails.
            let _ = writeln!(io::stderr(), "this schedule fails, and a destructor panics on top of it\n\n{text}");
            report_failure(started, &schedule);
        })
    }

    fn report(&self, found: &Result<Pass, Box<Schedule>>) {
        match found {
            Ok(pass) => report(&self.title, self.started.elapsed(), pass.schedules, pass.to_string(), None),
            Err(schedule) => report_failure(self.started, schedule),
        }
    }
}

/// Fails because a prediction lacks `result`, and shows a schedule that has it.
#[track_caller]
pub(crate) fn missing<T: Ord + Debug>(outcomes: &Outcomes<T>, result: &T) -> ! {
    let witness = outcomes.witness(result).expect("each result has a witness");
    let Pass { schedules, .. } = outcomes.pass;
    report(&witness.title, Duration::ZERO, schedules, outcomes.pass.to_string(), Some(witness));
    let text = witness.to_text(Style::for_stderr(WIDTH));
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

/// Leaves a report of a schedule that failed.
fn report_failure(started: Instant, schedule: &Schedule) {
    let explored = schedule.explored;
    let summary = format!("one of {explored} schedule{} fails", if explored == 1 { "" } else { "s" });
    report(&schedule.title, started.elapsed(), explored, summary, Some(schedule));
}
