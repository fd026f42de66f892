//! Schedules and reports as JSON.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{FORMAT, Failure, Operation, Report, Schedule, WaitsFor};

/// Why a text is not a [`Schedule`] or a [`Report`].
#[derive(Debug)]
pub enum ReadError {
    /// It is not JSON, or a field is missing or has the wrong type.
    Json(serde_json::Error),
    /// It was written in a version of the format that this crate does not know.
    Format {
        /// The version that it claims.
        found: u32,
    },
    /// It mentions a thread that is not there.
    NoSuchThread {
        /// The thread's number.
        thread: usize,
        /// How many threads there are.
        threads: usize,
    },
    /// It mentions a step that is not there.
    NoSuchStep {
        /// The step's index.
        step: usize,
        /// How many steps there are.
        steps: usize,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Json(error) => write!(formatter, "not the JSON that was expected: {error}"),
            ReadError::Format { found } => {
                write!(formatter, "written in format {found}, and this version reads format {FORMAT} only")
            }
            ReadError::NoSuchThread { thread, threads } => {
                write!(formatter, "mentions thread {thread}, and there are {threads}, numbered from 0")
            }
            ReadError::NoSuchStep { step, steps } => {
                write!(formatter, "mentions step {step}, and there are {steps}, numbered from 0")
            }
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReadError::Json(error) => Some(error),
            ReadError::Format { .. } | ReadError::NoSuchThread { .. } | ReadError::NoSuchStep { .. } => None,
        }
    }
}

impl Schedule {
    /// The schedule as JSON, indented, with a newline at the end.
    pub fn to_json(&self) -> String {
        write(self)
    }

    /// Reads what [`to_json`](Schedule::to_json) wrote.
    ///
    /// # Errors
    ///
    /// If the text is no such JSON, has an unknown [`format`](Schedule::format), or mentions threads or steps that are
    /// not there.
    pub fn from_json(json: &str) -> Result<Schedule, ReadError> {
        let schedule: Schedule = read(json)?;
        consistent(&schedule)?;
        Ok(schedule)
    }
}

impl Report {
    /// The report as JSON, indented, with a newline at the end.
    pub fn to_json(&self) -> String {
        write(self)
    }

    /// Reads what [`to_json`](Report::to_json) wrote.
    ///
    /// # Errors
    ///
    /// As [`Schedule::from_json`].
    pub fn from_json(json: &str) -> Result<Report, ReadError> {
        let report: Report = read(json)?;
        if let Some(schedule) = &report.counterexample {
            known(schedule.format)?;
            consistent(schedule)?;
        }
        Ok(report)
    }
}

fn write(value: &impl Serialize) -> String {
    let mut json = serde_json::to_string_pretty(value).expect("these types have string keys only");
    json.push('\n');
    json
}

/// Looks at the format first: a text of another format would else be refused for some field that it lacks.
fn read<T: DeserializeOwned>(json: &str) -> Result<T, ReadError> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    let head: Head = serde_json::from_str(json).map_err(ReadError::Json)?;
    known(head.format)?;
    serde_json::from_str(json).map_err(ReadError::Json)
}

fn known(format: u32) -> Result<(), ReadError> {
    if format == FORMAT { Ok(()) } else { Err(ReadError::Format { found: format }) }
}

/// Whether all threads and steps that are mentioned are there.
fn consistent(schedule: &Schedule) -> Result<(), ReadError> {
    let (threads, steps) = (schedule.threads.len(), schedule.steps.len());
    let thread =
        |thread: usize| if thread < threads { Ok(()) } else { Err(ReadError::NoSuchThread { thread, threads }) };
    let step = |step: usize| if step < steps { Ok(()) } else { Err(ReadError::NoSuchStep { step, steps }) };

    for done in &schedule.steps {
        thread(done.thread)?;
        match &done.operation {
            Operation::Load { newest: Some(newest), .. } => newest.step.map_or(Ok(()), step)?,
            Operation::Spawn { thread: other } | Operation::Join { thread: other } => thread(*other)?,
            Operation::Wake { woken, .. } => woken.iter().copied().try_for_each(thread)?,
            Operation::Requeue { woken, moved, .. } => woken.iter().chain(moved).copied().try_for_each(thread)?,
            _ => {}
        }
    }
    match &schedule.failure {
        Some(Failure::Panic { thread: own, .. }) => thread(*own),
        Some(Failure::DataRace { first, second, .. }) => step(*first).and_then(|()| step(*second)),
        Some(Failure::Deadlock { waiting }) => waiting.iter().try_for_each(|waiting| {
            thread(waiting.thread)?;
            match &waiting.waits_for {
                WaitsFor::Thread { thread: other } => thread(*other),
                WaitsFor::Word { written, .. } => written.map_or(Ok(()), step),
            }
        }),
        Some(Failure::TooLong { turn, .. }) => turn.iter().copied().try_for_each(step),
        Some(Failure::UseAfterFree { freed, thread: own, .. }) => step(*freed).and_then(|()| thread(*own)),
        Some(Failure::Leak { .. } | Failure::TooManyThreads { .. }) | None => Ok(()),
    }
}
