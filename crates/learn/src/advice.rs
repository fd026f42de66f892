//! Where in a counterexample to look: one sentence for each way to fail.

use std::collections::BTreeSet;
use std::path::Path;

use schedule::{Failure, Operation, Schedule, WaitsFor};

use crate::course::{Exercise, FailureKind, Kind};
use crate::judge::Failed;

/// A few sentences that say what to look at, for somebody who has just been shown how `exercise` has failed.
///
/// Steps are counted from 1, as the picture counts them.
pub fn advice(exercise: &Exercise, failed: &Failed) -> String {
    advice_on(&exercise.sources(), exercise, failed)
}

fn advice_on(sources: &[String], exercise: &Exercise, failed: &Failed) -> String {
    let watched = sources.iter().filter(|_| exercise.manifest().has_model());
    let unseen = watched.flat_map(|source| unseen(source)).collect::<BTreeSet<_>>();
    let usual = || where_to_look(exercise, failed);
    match &failed.counterexample {
        _ if failed.kind == FailureKind::CompileError || unseen.is_empty() => usual(),
        Some(schedule) if comes_by(schedule, exercise) => format!("{}\n\n{}", about(&unseen), usual()),
        _ => about(&unseen),
    }
}

/// What comes before all other advice: the model does not know of these.
fn about(unseen: &BTreeSet<&str>) -> String {
    let names = unseen.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut text = format!("Your file takes {names} from std, and the model sees nothing of that.");
    if unseen.iter().any(|name| *name != "sleep") {
        text += " It knows what is done through `model` and `futex`, and what is made of them: `mutex`, `condvar`, and so on.";
    }
    if unseen.contains("sleep") {
        text += " A sleep rules out no schedule: it makes some rarer.";
    }
    text
}

/// Locks and threads of std's that the model would have to see. The atomics are told by how their names begin.
const UNSEEN_OF_STD: [&str; 14] = [
    "Barrier",
    "Condvar",
    "LazyLock",
    "Mutex",
    "Once",
    "OnceLock",
    "RwLock",
    "fence",
    "mpsc",
    "park",
    "scope",
    "sleep",
    "spawn",
    "yield_now",
];

/// What `source` takes from std that the model would have to see.
///
/// It looks at the paths in the text, and may miss some. It decides nothing but what is said first.
fn unseen(source: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for code in source.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code)) {
        for rest in code.split("std::").skip(1) {
            let end = rest.find(|letter: char| !letter.is_alphanumeric() && !"_:{}, ".contains(letter));
            let path = &rest[..end.unwrap_or(rest.len())];
            let of_path = path.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            names.extend(of_path.filter(|name| UNSEEN_OF_STD.contains(name) || name.starts_with("Atomic")));
        }
        // The model's threads do not sleep by the clock.
        names.extend(code.contains("thread::sleep").then_some("sleep"));
        names.extend(code.contains("use std::thread;").then_some("thread"));
    }
    names
}

fn where_to_look(exercise: &Exercise, failed: &Failed) -> String {
    let kind = exercise.manifest().kind;
    match &failed.counterexample {
        Some(schedule) if kind == Kind::Break => {
            let where_to_look = schedule.failure.as_ref().map(|failure| for_failure(schedule, failure));
            format!("{} {}", in_order(exercise), where_to_look.unwrap_or_default())
        }
        Some(schedule) if matches!(kind, Kind::Fix | Kind::Build) && !comes_by(schedule, exercise) => {
            UNSEEN.to_owned()
        }
        Some(schedule) => match &schedule.failure {
            Some(failure) => for_failure(schedule, failure),
            None => format!(
                "Your list lacks {}. Read this schedule from the top: at which step does it leave what you had in mind?",
                schedule.outcome.as_deref().unwrap_or("this outcome")
            ),
        },
        None => match failed.kind {
            FailureKind::CompileError => "Begin with the first error: those below it may follow from it.".to_owned(),
            FailureKind::TimeLimit if !exercise.manifest().has_model() => {
                "Something never came to an end: does a loop of yours go on when nothing more can come?".to_owned()
            }
            _ if failed.kind != FailureKind::Crash && !failed.unfinished.is_empty() && exercise.manifest().has_model() => {
                "Something never came to an end: does a loop of yours wait for a change without sleeping, or sleep where \
                 nobody wakes it?"
                    .to_owned()
            }
            FailureKind::WrongPrediction => {
                "Write down what you had in mind, a line for each step. Which line does not hold?".to_owned()
            }
            FailureKind::Escape => "Which promise does the broken one not keep? Who has to do what, and when, for that to matter? Write \
                 a program in which it can happen."
                .to_owned(),
            FailureKind::NoGuess => "Write down what you expect before you know it. A guess that does not come true passes as well as one that \
                 does: what lies between them is what there is to learn."
                .to_owned(),
            FailureKind::Panic if kind == Kind::Break => in_order(exercise),
            FailureKind::Crash => "The test program itself came to an end: look at what it printed last.".to_owned(),
            _ => "Look at the line of the test that failed: which promise does it hold you to?".to_owned(),
        },
    }
}

/// Only with what is in order can a program fail: that it breaks what is broken is as it should be.
fn in_order(exercise: &Exercise) -> String {
    let concept = &exercise.manifest().concept;
    format!(
        "The {concept} in this test is the correct one, and your program fails with it. So the program asks for more than the \
         {concept} promises, or does something wrong itself."
    )
}

const UNSEEN: &str = "No step of this schedule lies in your file. The model sees only what is done through `model` and `futex`: if you \
                      have used an atomic, a lock or a thread of std's, it sees nothing of that, and cannot check it. If you have \
                      not, your file has done nothing here that another thread could see.";

/// Whether a step of `schedule` lies in a file that the learner edits, or in a primitive, which they may have called.
fn comes_by(schedule: &Schedule, exercise: &Exercise) -> bool {
    let files = exercise.files().collect::<Vec<_>>();
    schedule.steps.iter().map(|step| Path::new(&step.place.file)).any(|place| {
        let is_primitive = place.starts_with("crates") && place.iter().nth(2).is_some_and(|folder| folder == "src");
        is_primitive || files.iter().any(|file| file == place)
    })
}

fn for_failure(schedule: &Schedule, failure: &Failure) -> String {
    let name = |thread: usize| schedule.threads.get(thread).map_or("?", |thread| &thread.name);
    match failure {
        Failure::Deadlock { waiting } => {
            let asleep = waiting.iter().find_map(|waiting| match &waiting.waits_for {
                WaitsFor::Word { location, written, .. } => {
                    Some((waiting.thread, location, *written, last_sleep(schedule, waiting.thread)?))
                }
                WaitsFor::Thread { .. } => None,
            });
            match asleep {
                Some((thread, location, Some(written), slept)) if written > slept => format!(
                    "Look at step {}: it changes {location} while {} sleeps. Who has to be woken after that, and is \
                     everybody?",
                    written + 1,
                    name(thread)
                ),
                Some((thread, _, _, slept)) => format!(
                    "Look at step {}, where {} falls asleep for good: what had it looked at when it decided to, and what \
                     has changed since?",
                    slept + 1,
                    name(thread)
                ),
                None => "Look at who waits for whom: the threads wait in a circle.".to_owned(),
            }
        }
        Failure::Panic { thread, .. } => match last_stale(schedule) {
            Some(step) => format!(
                "Look at step {}: that read returned an old value. What would have made the newer one visible there?",
                step + 1
            ),
            None => format!(
                "Read upwards from the end: which step of {} should have had another result, and who should have seen to \
                 that?",
                name(*thread)
            ),
        },
        Failure::DataRace { location, first, second } => format!(
            "Steps {} and {} both access {location}, and nothing that the model knows makes the first happen before the \
             second. What does the one thread write with Release after its access, that the other reads with Acquire before \
             its own?",
            first + 1,
            second + 1
        ),
        Failure::TooLong { .. } if schedule.threads.len() == 1 => {
            "It waits for what nobody here will bring about, and looks on and on. Who waits for long has to sleep, until \
             somebody wakes it."
                .to_owned()
        }
        Failure::TooLong { .. } => {
            "Look at one turn of what repeats: what does it wait for, and which step ought to have \
                                    brought that about?"
                .to_owned()
        }
        Failure::Leak { location, .. } => format!("Ask of {location}: whose duty is it to give it back?"),
        Failure::UseAfterFree { freed, thread, .. } => format!(
            "Look at step {}: how does whoever frees the memory there know that {} is done with it?",
            freed + 1,
            name(*thread)
        ),
        Failure::TooManyThreads { limit, .. } => format!("The model holds {limit} threads, the main one included."),
    }
}

fn last_sleep(schedule: &Schedule, thread: usize) -> Option<usize> {
    schedule.steps.iter().rposition(|step| step.thread == thread && matches!(step.operation, Operation::Sleep { .. }))
}

fn last_stale(schedule: &Schedule) -> Option<usize> {
    schedule.steps.iter().rposition(|step| matches!(step.operation, Operation::Load { newest: Some(_), .. }))
}

#[cfg(test)]
mod tests {
    use schedule::Schedule;

    use super::{advice_on, unseen};
    use crate::course::{Course, FailureKind};
    use crate::judge::Failed;

    /// What is said when `exercise` fails by a deadlock whose only step lies in `file`, and `source` is what was written.
    fn told(exercise: &str, file: &str, source: &str) -> String {
        let json = format!(
            r#"{{ "format": 1, "title": "t", "threads": [{{ "name": "main" }}],
                "steps": [{{ "thread": 0,
                    "operation": {{ "kind": "sleep", "location": "word", "value": 0, "timed": false }},
                    "place": {{ "file": "{file}", "line": 1, "column": 1 }} }}],
                "failure": {{ "kind": "deadlock", "waiting": [] }},
                "outcome": null, "preemptions": 0, "explored": 1 }}"#
        );
        let counterexample = Schedule::from_json(&json).expect("the schedule is well formed");
        let failed = Failed {
            kind: FailureKind::Deadlock,
            test: None,
            failed: 1,
            unfinished: Vec::new(),
            tests: 1,
            message: String::new(),
            counterexample: Some(counterexample),
        };
        let course = Course::find(env!("CARGO_MANIFEST_DIR").as_ref()).expect("there is a course");
        advice_on(&[source.to_owned()], course.exercise(exercise).expect("there is such an exercise"), &failed)
    }

    #[test]
    fn who_is_not_seen_is_told_what_the_model_sees() {
        let told_of_others = told("build-event", "crates/event/tests/contract.rs", "");
        assert!(told_of_others.contains("No step of this schedule lies in your file"), "{told_of_others}");
        let told_of_theirs = told("build-event", "exercises/build-event/src/lib.rs", "");
        assert!(told_of_theirs.contains("wait in a circle"), "{told_of_theirs}");
        let told_of_what_they_call = told("connection-pool", "crates/semaphore/src/lib.rs", "");
        assert!(told_of_what_they_call.contains("wait in a circle"), "{told_of_what_they_call}");
    }

    #[test]
    fn who_breaks_what_is_right_is_told_that_it_is_right() {
        let told = told("break-the-event", "exercises/break-the-event/src/programs.rs", "");
        assert!(told.contains("The event in this test is the correct one"), "{told}");
    }

    #[test]
    fn who_uses_what_is_not_seen_is_told_so_first() {
        let sleeps = told("build-event", "exercises/build-event/src/lib.rs", "std::thread::sleep(TICK);");
        assert!(sleeps.starts_with("Your file takes `sleep` from std"), "{sleeps}");
        assert!(sleeps.contains("rules out no schedule") && sleeps.contains("wait in a circle"), "{sleeps}");
        let locks = told("build-event", "crates/event/tests/contract.rs", "use std::sync::Mutex;");
        assert!(locks.starts_with("Your file takes `Mutex` from std"), "{locks}");
        assert!(!locks.contains("No step"), "{locks}");
    }

    #[test]
    fn where_there_are_no_threads_nobody_is_asked_who_sleeps() {
        let told = |kind, source: &str| {
            let failed = Failed {
                kind,
                test: None,
                failed: 1,
                unfinished: vec!["pieces_are_put_together".to_owned()],
                tests: 1,
                message: String::new(),
                counterexample: None,
            };
            let course = Course::find(env!("CARGO_MANIFEST_DIR").as_ref()).expect("there is a course");
            let exercise = course.exercise("read-exactly").expect("there is such an exercise");
            advice_on(&[source.to_owned()], exercise, &failed)
        };
        let endless = told(FailureKind::TimeLimit, "");
        assert!(endless.contains("when nothing more can come"), "{endless}");
        let panics = told(FailureKind::Panic, "use std::sync::Mutex;");
        assert!(panics.starts_with("Look at the line of the test"), "{panics}");
    }

    #[test]
    fn what_comes_from_std_is_seen_in_the_text() {
        let names = |source| unseen(source).into_iter().collect::<Vec<_>>();
        assert_eq!(names("use std::sync::{Arc, Mutex};"), ["Mutex"]);
        assert_eq!(names("use std::sync::atomic::{AtomicBool, Ordering};"), ["AtomicBool"]);
        assert_eq!(names("use std::thread;\nthread::sleep(TICK);"), ["sleep", "thread"]);
        assert_eq!(names("std::thread::sleep(std::time::Duration::ZERO);"), ["sleep"]);
        assert!(names("use std::sync::Arc;\nuse std::sync::atomic::Ordering::Relaxed;").is_empty());
        assert!(names("use model::thread;\nuse mutex::Mutex; // as std::sync::Mutex").is_empty());
        assert!(names("if std::thread::panicking() {").is_empty());
    }
}
