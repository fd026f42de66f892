//! What the outcome of a run means for the learner: which test to look at, and what there is to read about it.

use runner::Outcome;
use schedule::{Failure, Report, Schedule};

use crate::course::{FailureKind, Kind};
use crate::judge::{End, Failed};

/// A compiler that refuses.
pub(crate) fn does_not_compile(outcome: &Outcome) -> End {
    let (kind, message) = match outcome.verdict {
        runner::Verdict::DoesNotCompile => (FailureKind::CompileError, outcome.output.clone()),
        verdict => (FailureKind::TimeLimit, format!("the compiler {verdict}\n{}", outcome.output)),
    };
    let (failed, unfinished, tests) = (0, Vec::new(), 0);
    let message = plain_paths(&message);
    End::Failed(Box::new(Failed { kind, test: None, failed, unfinished, tests, message, counterexample: None }))
}

/// What the tests with real threads came to, in an exercise of the given kind.
pub(crate) fn tests_end(outcome: &Outcome, kind: Kind) -> End {
    match outcome.verdict {
        runner::Verdict::Passed => End::Passed { summary: count(outcome.tests(), "test"), bounded: false },
        runner::Verdict::Cancelled => stopped(outcome),
        _ if tests_failed(outcome) => {
            let kind = match kind {
                Kind::Predict => FailureKind::WrongPrediction,
                Kind::Measure => FailureKind::NoGuess,
                Kind::Fix | Kind::Build | Kind::Break => FailureKind::Panic,
            };
            failed_test(outcome, kind, first_message(outcome), None)
        }
        verdict => violent_end(outcome, verdict),
    }
}

/// What the tests under the model came to, in an exercise of the given kind.
pub(crate) fn model_end(outcome: &Outcome, kind: Kind) -> End {
    match outcome.verdict {
        runner::Verdict::Passed => End::Passed { summary: coverage(outcome), bounded: bounded(outcome) > 0 },
        runner::Verdict::Cancelled => stopped(outcome),
        verdict => match first_counterexample(outcome) {
            Some((report, schedule)) => {
                let kind = schedule.failure.as_ref().map_or(FailureKind::WrongPrediction, FailureKind::from);
                let shown = Some((&*report.test, message(&outcome.output, &report.test)));
                failed_test(outcome, kind, shown, Some(schedule.clone()))
            }
            None if tests_failed(outcome) => failed_test(outcome, assertion(kind), first_message(outcome), None),
            None => violent_end(outcome, verdict),
        },
    }
}

/// Whether there are failed tests to talk about: all have ended, or the time was over when some had failed.
fn tests_failed(outcome: &Outcome) -> bool {
    match outcome.verdict {
        runner::Verdict::TestsFailed => true,
        runner::Verdict::TimedOut => !outcome.failed.is_empty(),
        _ => false,
    }
}

/// The first test that failed, and what it said.
///
/// The order of the source is the order of difficulty: contracts begin with the simplest claim.
fn first_message(outcome: &Outcome) -> Option<(&str, String)> {
    let failed = outcome.failed.iter().map(|test| (&*test.name, message(&outcome.output, &test.name)));
    failed.min_by_key(|(_, message)| place(message))
}

/// What it means that a test under the model failed, and no schedule shows why.
fn assertion(kind: Kind) -> FailureKind {
    match kind {
        Kind::Predict => FailureKind::WrongPrediction,
        Kind::Break => FailureKind::Escape,
        Kind::Measure => FailureKind::NoGuess,
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
    pictures.min_by_key(|(report, schedule)| (&report.place, schedule.steps.len()))
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
        unfinished: outcome.unfinished.iter().map(|test| test.name.clone()).collect(),
        tests: outcome.tests() + outcome.unfinished.len(),
        message: message.unwrap_or_default(),
        counterexample,
    }))
}

/// The tests did not come to an end by themselves.
fn violent_end(outcome: &Outcome, verdict: runner::Verdict) -> End {
    let kind = if verdict == runner::Verdict::TimedOut { FailureKind::TimeLimit } else { FailureKind::Crash };
    let printed = if kind == FailureKind::Crash { outcome.output.trim_end() } else { "" };
    let message = plain_paths(format!("the test program {verdict}\n{printed}").trim_end());
    let test = outcome.unfinished.first().map(|test| (&*test.name, message));
    failed_test(outcome, kind, test, None)
}

/// What the test called `name` printed before it failed, out of the output of all.
fn message(output: &str, name: &str) -> String {
    let heading = format!("---- {name} stdout ----\n");
    let Some((_, rest)) = output.split_once(&heading) else { return String::new() };
    let end = ["\n---- ", "\nfailures:\n"].iter().filter_map(|next| rest.find(next)).min().unwrap_or(rest.len());
    let lines = rest[..end].trim().lines().filter(|line| !line.starts_with("note: run with `RUST_BACKTRACE="));
    plain_paths(&lines.collect::<Vec<_>>().join("\n"))
}

/// `text` without detours in its paths: `a/tests/../../b.rs` is `b.rs`. An exercise that has a reference's tests gets to them
/// by such a detour.
fn plain_paths(text: &str) -> String {
    const DETOUR: &str = "/../";
    let mut plain = text.to_owned();
    let mut from = 0;
    while let Some(at) = plain[from..].find(DETOUR).map(|at| from + at) {
        let before = plain[..at].char_indices().rev();
        let other = before.into_iter().find(|(_, sign)| !(sign.is_alphanumeric() || "._-".contains(*sign)));
        let folder = other.map_or(0, |(at, sign)| at + sign.len_utf8());
        if matches!(&plain[folder..at], "" | "." | "..") {
            from = at + DETOUR.len() - 1;
        } else {
            plain.replace_range(folder..at + DETOUR.len(), "");
            from = plain[..folder].rfind('/').unwrap_or(folder);
        }
    }
    plain
}

/// The first line number in `message`: where the test failed. What names no place comes last.
fn place(message: &str) -> u32 {
    let line = message.split_once(".rs:").map(|(_, rest)| rest.split(':').next().unwrap_or(rest));
    line.and_then(|line| line.parse().ok()).unwrap_or(u32::MAX)
}

/// How much the model has seen, in words.
fn coverage(outcome: &Outcome) -> String {
    let schedules = outcome.reports.iter().map(|report| report.schedules).sum();
    let extent = if bounded(outcome) == 0 { "all there are" } else { "some of them bounded" };
    format!("{}, {}, {extent}", count(outcome.tests(), "test"), count(schedules, "schedule"))
}

/// How many searches have left schedules out.
fn bounded(outcome: &Outcome) -> usize {
    // A search for a schedule that fails is over when it has found one.
    let searches = outcome.reports.iter().filter(|report| report.counterexample.is_none());
    searches.filter(|report| !report.summary.starts_with("exhaustive,")).count()
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use runner::{Target, TestId};
    use schedule::{Operation, Place};

    use super::*;

    fn ids(names: &[&str]) -> Vec<TestId> {
        let target = Target::Test("contract".to_owned());
        names.iter().map(|name| TestId { target: target.clone(), name: (*name).to_owned() }).collect()
    }

    /// Tests of which some failed, and some had not ended when the time was over.
    fn outcome(failed: &[&str], unfinished: &[&str], output: &str) -> Outcome {
        Outcome {
            verdict: runner::Verdict::TimedOut,
            output: output.to_owned(),
            reports: Vec::new(),
            passed: ids(&["floats"]),
            failed: ids(failed),
            unfinished: ids(unfinished),
            ignored: 0,
            compile_time: Duration::ZERO,
            test_time: Duration::ZERO,
        }
    }

    fn failed(end: End) -> Failed {
        let End::Failed(failed) = end else { panic!("{end:?}") };
        *failed
    }

    #[test]
    fn what_failed_before_the_time_was_over_is_shown_and_who_had_not_ended_is_listed() {
        let output = "---- leaks stdout ----\nat a.rs:9:1\n\n---- sinks stdout ----\nat a.rs:7:1\n\n\nfailures:\n";
        let failed = failed(tests_end(&outcome(&["leaks", "sinks"], &["hangs", "spins"], output), Kind::Build));
        assert_eq!(failed.kind, FailureKind::Panic);
        assert_eq!((failed.test.as_deref(), &*failed.message), (Some("sinks"), "at a.rs:7:1"));
        assert_eq!((failed.failed, failed.tests), (4, 5));
        assert_eq!(failed.unfinished, ["hangs", "spins"]);
    }

    #[test]
    fn where_none_failed_the_time_is_what_is_told() {
        let failed = failed(model_end(&outcome(&[], &["hangs"], ""), Kind::Build));
        assert_eq!((failed.kind, failed.test.as_deref()), (FailureKind::TimeLimit, Some("hangs")));
        assert_eq!(failed.unfinished, ["hangs"]);
    }

    /// The report of a test that stands at `line`, and fails with a schedule of so many steps.
    fn report(test: &str, line: u32, steps: usize) -> Report {
        let place = Place { file: "tests/contract.rs".to_owned(), line, column: 1 };
        let step = schedule::Step { thread: 0, operation: Operation::Finish, place: place.clone() };
        let counterexample = Schedule {
            format: schedule::FORMAT,
            title: test.to_owned(),
            threads: vec![schedule::Thread { name: "main".to_owned() }],
            steps: vec![step; steps],
            failure: Some(Failure::Deadlock { waiting: Vec::new() }),
            outcome: None,
            preemptions: None,
            explored: 1,
        };
        Report {
            format: schedule::FORMAT,
            package: "guinea".to_owned(),
            test: test.to_owned(),
            place,
            schedules: 1,
            summary: String::new(),
            seconds: 0.0,
            counterexample: Some(counterexample),
        }
    }

    #[test]
    fn the_first_test_of_the_source_is_shown_with_its_shortest_schedule() {
        let mut outcome = outcome(&["easy", "hard"], &[], "");
        outcome.reports = vec![report("hard", 20, 1), report("easy", 10, 3), report("easy", 10, 2)];
        let failed = failed(model_end(&outcome, Kind::Build));
        assert_eq!(failed.test.as_deref(), Some("easy"));
        assert_eq!(failed.counterexample.map(|schedule| schedule.steps.len()), Some(2));
    }

    #[test]
    fn a_path_is_shown_without_its_detours() {
        let plain =
            plain_paths("panicked at exercises/build-event/tests/../../../crates/event/tests/contract.rs:90:9:\n../a");
        assert_eq!(plain, "panicked at crates/event/tests/contract.rs:90:9:\n../a");
        assert_eq!(plain_paths("“a/../b” ../../c ./../d /../e"), "“b” ../../c ./../d /../e");
    }

    #[test]
    fn who_looks_only_at_some_schedules_says_so() {
        let mut outcome = outcome(&[], &[], "");
        outcome.verdict = runner::Verdict::Passed;
        for (summary, bounds) in
            [("exhaustive, 3 schedules", false), ("exhaustive up to 1 surprise, 3 schedules", true)]
        {
            let report = Report { summary: summary.to_owned(), counterexample: None, ..report("floats", 1, 1) };
            outcome.reports = vec![report];
            let End::Passed { bounded, .. } = model_end(&outcome, Kind::Build) else { panic!("it passes") };
            assert_eq!(bounded, bounds, "{summary}");
        }
    }
}
