//! Where in a counterexample to look: one sentence for each way to fail.

use schedule::{Failure, Operation, Schedule, WaitsFor};

use crate::course::FailureKind;
use crate::judge::Failed;

/// A sentence that says what to look at, for somebody who has just been shown `failed`.
///
/// Steps are counted from 1, as the picture counts them.
pub fn advice(failed: &Failed) -> String {
    match &failed.counterexample {
        Some(schedule) => match &schedule.failure {
            Some(failure) => for_failure(schedule, failure),
            None => format!(
                "Your list lacks {}. Read this schedule from the top: at which step does it leave what you had in mind?",
                schedule.outcome.as_deref().unwrap_or("this outcome")
            ),
        },
        None => match failed.kind {
            FailureKind::CompileError => "Begin with the first error: those below it may follow from it.".to_owned(),
            FailureKind::TimeLimit => {
                "Something never came to an end: does a loop of yours wait for a change without sleeping, or sleep where \
                 nobody wakes it?"
                    .to_owned()
            }
            FailureKind::WrongPrediction => {
                "Write down the schedule that you had in mind, a line for each operation. Which line can the program not do?"
                    .to_owned()
            }
            FailureKind::Escape => "Which promise does the broken one not keep? Who has to do what, and when, for that to matter? Write \
                 a program in which it can happen."
                .to_owned(),
            FailureKind::Crash => "The test program itself came to an end: look at what it printed last.".to_owned(),
            _ => "Look at the line of the test that failed: which promise does it hold you to?".to_owned(),
        },
    }
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
            "Steps {} and {} both access {location}, and nothing orders them: which has to come first, and what that it \
             writes with Release does the other read with Acquire?",
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
