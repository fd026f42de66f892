//! What the learner has achieved, kept in a file that outlives `cargo clean`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::course::{Course, Exercise};
use crate::disk;

/// The file, relative to the workspace's root. Git ignores its folder.
const FILE: &str = ".locksmith/progress.toml";

/// What the learner has achieved in each exercise.
#[derive(Debug)]
pub struct Progress {
    path: PathBuf,
    exercises: BTreeMap<String, Record>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Record {
    passed: bool,
    hints: usize,
}

impl Progress {
    /// Reads what was kept in the workspace of `course`; nothing, at first.
    ///
    /// # Errors
    ///
    /// If there is a file and it cannot be read or understood.
    pub fn open(course: &Course) -> Result<Progress, ProgressError> {
        let path = course.root().join(FILE);
        let exercises = read(&path)?;
        Ok(Progress { path, exercises })
    }

    /// The exercise that is to be done now: the first that was not passed, or the first of all.
    pub fn current<'course>(&self, course: &'course Course) -> &'course Exercise {
        let exercises = course.exercises();
        exercises.iter().find(|exercise| !self.passed(exercise)).unwrap_or(&exercises[0])
    }

    /// Whether `exercise` was passed once.
    pub fn passed(&self, exercise: &Exercise) -> bool {
        self.record(exercise).passed
    }

    /// How many hints the learner has taken for `exercise`.
    pub fn hints(&self, exercise: &Exercise) -> usize {
        self.record(exercise).hints
    }

    /// Notes that `exercise` was passed.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn pass(&mut self, exercise: &Exercise) -> Result<(), ProgressError> {
        self.change(exercise, |record| record.passed = true)
    }

    /// Notes that the learner has taken `hints` hints for `exercise`.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn take_hints(&mut self, exercise: &Exercise, hints: usize) -> Result<(), ProgressError> {
        self.change(exercise, |record| record.hints = hints)
    }

    fn record(&self, exercise: &Exercise) -> Record {
        self.exercises.get(&exercise.manifest().id).copied().unwrap_or_default()
    }

    fn change(&mut self, exercise: &Exercise, change: impl FnOnce(&mut Record)) -> Result<(), ProgressError> {
        // Another coach may have written since: one terminal watches, and in another somebody asks for a hint.
        self.exercises = read(&self.path)?;
        change(self.exercises.entry(exercise.manifest().id.clone()).or_default());
        let text = toml::to_string(&self.exercises).expect("a table of numbers has a form in TOML");
        disk::replace(&self.path, text.as_bytes())
            .map_err(|error| ProgressError { path: self.path.clone(), problem: error.to_string() })
    }
}

fn read(path: &Path) -> Result<BTreeMap<String, Record>, ProgressError> {
    let fail = |problem: String| ProgressError { path: path.to_owned(), problem };
    match fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|error| fail(error.to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(fail(error.to_string())),
    }
}

/// The file in which progress is kept cannot be read or written.
#[derive(Debug)]
pub struct ProgressError {
    path: PathBuf,
    problem: String,
}

impl fmt::Display for ProgressError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path.display(), self.problem)
    }
}

impl Error for ProgressError {}
