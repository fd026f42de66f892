//! What the outcome of a run means for the learner: which test to look at, and what there is to read about it.

use std::path::Path;

use runner::Outcome;
use schedule::{Failure, Place, Report, Schedule};

use crate::course::{FailureKind, Kind};
use crate::judge::{End, Failed};

/// A compiler that refuses.
pub(crate) fn does_not_compile(outcome: &Outcome) -> End {
    let (kind, message) = match outcome.verdict {
        runner::Verdict::DoesNotCompile => (FailureKind::CompileError, outcome.output.clone()),
        verdict => (FailureKind::TimeLimit, format!("the compiler {verdict}\n{}", outcome.output)),
    };
    End::Failed(Box::new(Failed { kind, test: None, failed: 0, tests: 0, message, counterexample: None }))
}

/// What the tests with real threads came to, in an exercise of the given kind.
pub(crate) fn tests_end(outcome: &Outcome, kind: Kind) -> End {
    match outcome.verdict {
        runner::Verdict::Passed => End::Passed { summary: count(outcome.tests(), "test") },
        runner::Verdict::Cancelled => stopped(outcome),
        runner::Verdict::TestsFailed => {
            // The order of the source is the order of difficulty: contracts begin with the simplest claim.
            let failed = outcome.failed.iter().map(|test| (&*test.name, message(&outcome.output, &test.name)));
            let first = failed.min_by_key(|(_, message)| place(message));
            let kind = if kind == Kind::Predict { FailureKind::WrongPrediction } else { FailureKind::Panic };
            failed_test(outcome, kind, first, None)
        }
        verdict => violent_end(outcome, verdict),
    }
}

/// What the tests under the model came to, in an exercise of the given kind.
pub(crate) fn model_end(outcome: &Outcome, kind: Kind) -> End {
    match outcome.verdict {
        runner::Verdict::Passed => End::Passed { summary: coverage(outcome) },
        runner::Verdict::Cancelled => stopped(outcome),
        verdict => match first_counterexample(outcome) {
            Some((report, schedule)) => {
                let kind = schedule.failure.as_ref().map_or(FailureKind::WrongPrediction, FailureKind::from);
                let shown = Some((&*report.test, message(&outcome.output, &report.test)));
                failed_test(outcome, kind, shown, Some(schedule.clone()))
            }
            None if verdict == runner::Verdict::TestsFailed => {
                let failed = outcome.failed.iter().map(|test| (&*test.name, message(&outcome.output, &test.name)));
                failed_test(outcome, assertion(kind), failed.min_by_key(|(_, message)| place(message)), None)
            }
            None => violent_end(outcome, verdict),
        },
    }
}

/// What it means that a test under the model failed, and no schedule shows why.
fn assertion(kind: Kind) -> FailureKind {
    match kind {
        Kind::Predict => FailureKind::WrongPrediction,
        Kind::Break => FailureKind::Escape,
        Kind::Fix | Kind::Build => FailureKind::Panic,
    }
}

/// The counterexample of the first test that fails, in the order of the source, as above.
///
/// A test that passed may have one too: it looked for it.
fn first_counterexample(outcome: &Outcome) -> Option<(&Report, &Schedule)> {
    let failed = |report: &&Report| outcome.passed.iter().all(|test| test.name != report.test);
    let reports = outcome.reports.iter().filter(failed);
    let pictures = reports.filter_map(|report| Some((report, report.counterexample.as_ref()?)));
    pictures.min_by_key(|(report, schedule)| {
        (place_in_test(schedule), place(&message(&outcome.output, &report.test)), schedule.steps.len())
    })
}

/// The first place in a test file that the schedule comes by.
fn place_in_test(schedule: &Schedule) -> Option<&Place> {
    let panic = schedule.failure.as_ref().and_then(|failure| match failure {
        Failure::Panic { place, .. } => Some(place),
        _ => None,
    });
    let places = schedule.steps.iter().map(|step| &step.place).chain(panic);
    places.filter(|place| Path::new(&place.file).components().any(|part| part.as_os_str() == "tests")).min()
}

fn stopped(outcome: &Outcome) -> End {
    End::Stopped { failed: outcome.failed.len() }
}

fn failed_test(
    outcome: &Outcome,
    kind: FailureKind,
    shown: Option<(&str, String)>,
    counterexample: Option<Schedule>,
) -> End {
    let (test, message) = shown.map(|(test, message)| (test.to_owned(), message)).unzip();
    End::Failed(Box::new(Failed {
        kind,
        test,
        failed: outcome.failed.len() + outcome.unfinished.len(),
        tests: outcome.tests() + outcome.unfinished.len(),
        message: message.unwrap_or_default(),
        counterexample,
    }))
}

/// The tests did not come to an end by themselves.
fn violent_end(outcome: &Outcome, verdict: runner::Verdict) -> End {
    let kind = if verdict == runner::Verdict::TimedOut { FailureKind::TimeLimit } else { FailureKind::Crash };
    let unfinished = outcome.unfinished.iter().map(|test| format!("\n    {}", test.name)).collect::<String>();
    let printed = if kind == FailureKind::Crash { outcome.output.trim_end() } else { "" };
    let message = format!("the test program {verdict}; in it these tests had not ended:{unfinished}\n{printed}");
    let test = outcome.unfinished.first().map(|test| (&*test.name, message));
    failed_test(outcome, kind, test, None)
}

/// What the test called `name` printed before it failed, out of the output of all.
fn message(output: &str, name: &str) -> String {
    let heading = format!("---- {name} stdout ----\n");
    let Some((_, rest)) = output.split_once(&heading) else { return String::new() };
    let end = ["\n---- ", "\nfailures:\n"].iter().filter_map(|next| rest.find(next)).min().unwrap_or(rest.len());
    let lines = rest[..end].trim().lines().filter(|line| !line.starts_with("note: run with `RUST_BACKTRACE="));
    lines.collect::<Vec<_>>().join("\n")
}

/// The first line number in `message`: where the test failed. What names no place comes last.
fn place(message: &str) -> u32 {
    let line = message.split_once(".rs:").map(|(_, rest)| rest.split(':').next().unwrap_or(rest));
    line.and_then(|line| line.parse().ok()).unwrap_or(u32::MAX)
}

/// How much the model has seen, in words.
fn coverage(outcome: &Outcome) -> String {
    let schedules = outcome.reports.iter().map(|report| report.schedules).sum();
    // A search for a schedule that fails is over when it has found one.
    let searches = outcome.reports.iter().filter(|report| report.counterexample.is_none());
    let bounded = searches.filter(|report| !report.summary.starts_with("exhaustive")).count();
    let extent = if bounded == 0 { "all there are" } else { "some of them bounded" };
    format!("{}, {}, {extent}", count(outcome.tests(), "test"), count(schedules, "schedule"))
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

impl From<&Failure> for FailureKind {
    fn from(failure: &Failure) -> FailureKind {
        match failure {
            Failure::Panic { .. } => FailureKind::Panic,
            Failure::DataRace { .. } => FailureKind::DataRace,
            Failure::Deadlock { .. } => FailureKind::Deadlock,
            Failure::TooLong { .. } => FailureKind::TooLong,
            Failure::Leak { .. } => FailureKind::Leak,
            Failure::UseAfterFree { .. } => FailureKind::UseAfterFree,
            Failure::TooManyThreads { .. } => FailureKind::TooManyThreads,
        }
    }
}
