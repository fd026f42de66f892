//! What there is to learn: the list of exercises, and what each one's manifest says.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schedule::Ordering;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Stage;

/// The list of exercises, in their order, relative to the workspace's root.
const LIST: &str = "exercises/course.toml";

/// All exercises of a workspace.
#[derive(Debug)]
pub struct Course {
    root: PathBuf,
    exercises: Vec<Exercise>,
}

impl Course {
    /// Finds the course: in `from`, or else in the nearest folder above that has one.
    ///
    /// # Errors
    ///
    /// If there is none, or if the list or a manifest cannot be read or says something that makes no sense.
    pub fn find(from: &Path) -> Result<Course, CourseError> {
        let root = from.ancestors().find(|folder| folder.join(LIST).is_file());
        Course::open(root.ok_or_else(|| CourseError::Missing { from: from.to_owned() })?)
    }

    fn open(root: &Path) -> Result<Course, CourseError> {
        let path = root.join(LIST);
        let List { exercises } = read(&path)?;
        if exercises.is_empty() {
            return Err(CourseError::Nonsense { path, problem: "the list of exercises is empty".to_owned() });
        }
        let exercises = exercises.iter().map(|id| Exercise::open(root, id)).collect::<Result<_, _>>()?;
        Ok(Course { root: root.to_owned(), exercises })
    }

    /// The workspace's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The exercises, in the order in which they are handed out. There is at least one.
    pub fn exercises(&self) -> &[Exercise] {
        &self.exercises
    }

    /// The exercise that is called `id`.
    ///
    /// # Errors
    ///
    /// If there is none. The error lists those that there are.
    pub fn exercise(&self, id: &str) -> Result<&Exercise, CourseError> {
        let found = self.exercises.iter().find(|exercise| exercise.manifest.id == id);
        found.ok_or_else(|| CourseError::Unknown {
            id: id.to_owned(),
            known: self.exercises.iter().map(|exercise| exercise.manifest.id.clone()).collect(),
        })
    }
}

/// An exercise: its folder, and what its manifest says.
#[derive(Clone, Debug)]
pub struct Exercise {
    root: PathBuf,
    folder: PathBuf,
    manifest: Manifest,
}

impl Exercise {
    fn open(root: &Path, id: &str) -> Result<Exercise, CourseError> {
        let folder = Path::new("exercises").join(id);
        let path = root.join(&folder).join("exercise.toml");
        let manifest: Manifest = read(&path)?;
        let problem = if manifest.id != id {
            Some(format!("its id is {:?}, but it lies in a folder called {id:?}", manifest.id))
        } else if manifest.files.is_empty() {
            Some("`files` is empty: there is nothing to write".to_owned())
        } else if manifest.has_model() != manifest.limits.model.is_some() {
            Some("tests under the model and a limit for them belong together: one is missing".to_owned())
        } else {
            let wrong = manifest.wrong.iter().map(|wrong| &wrong.file);
            let files = manifest.files.iter().chain(&manifest.right).chain(wrong);
            let absent = files.map(|file| folder.join(file)).chain(manifest.solution.values().cloned());
            absent
                .into_iter()
                .find(|file| !root.join(file).is_file())
                .map(|file| format!("there is no {}", file.display()))
        };
        match problem {
            Some(problem) => Err(CourseError::Nonsense { path, problem }),
            None => Ok(Exercise { root: root.to_owned(), folder, manifest }),
        }
    }

    /// What the manifest says.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The exercise's folder, relative to the workspace's root.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files that the learner edits, relative to the workspace's root.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        self.manifest.files.iter().map(|file| self.folder.join(file))
    }

    /// What the learner has written, as far as it can be read.
    pub(crate) fn sources(&self) -> Vec<String> {
        self.files().filter_map(|file| fs::read_to_string(self.root.join(file)).ok()).collect()
    }

    /// The text: what the situation is, what to do, and how to check it.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn text(&self) -> Result<String, CourseError> {
        read_text(&self.root.join(&self.folder).join("README.md"))
    }

    /// The hints, each franker than the one before.
    ///
    /// # Errors
    ///
    /// If one cannot be read.
    pub fn hints(&self) -> Result<Vec<String>, CourseError> {
        let folder = self.root.join(&self.folder).join("hints");
        let files = (1..).map(|number| folder.join(format!("{number}.md")));
        files.take_while(|file| file.is_file()).map(|file| read_text(&file)).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    exercises: Vec<String>,
}

/// What `exercise.toml` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// The name that stays the same for ever: of the folder, of the package, and in what the learner has achieved.
    pub id: String,
    /// The title, for people.
    pub title: String,
    /// What the learner does.
    pub kind: Kind,
    /// The concept that the exercise teaches: in a `build` exercise whose reference is a crate, that crate's name.
    pub concept: String,
    /// The files that the learner edits, relative to the exercise's folder.
    pub files: Vec<PathBuf>,
    /// What to read besides the text, relative to the workspace's root.
    #[serde(default)]
    pub read: Vec<PathBuf>,
    /// The integration tests that judge.
    pub tests: Tests,
    /// How long they may take.
    pub limits: Limits,
    /// Where orderings are the lesson: each operation that is accepted, and the strongest ordering that it may have.
    ///
    /// An operation goes by what it is done to, as in a schedule, and by its method: `message.ready.store`; where one method
    /// serves two ends, also by what it writes: `lock.held.swap(true)`. The exercise's tests read this, and hold it against
    /// the operations that the model recorded.
    #[serde(default)]
    pub strongest: BTreeMap<String, Ordering>,
    /// For each of `files` the file that solves it, relative to the workspace's root; and for each file that such a solution
    /// needs besides.
    pub solution: BTreeMap<PathBuf, PathBuf>,
    /// Other right solutions, relative to the exercise's folder; each takes the place of the first of [`Manifest::files`].
    #[serde(default)]
    pub right: Vec<PathBuf>,
    /// Why the exercise fails as it is handed out.
    pub fails: Refusal,
    /// Wrong solutions, which the judge has to refuse.
    #[serde(default)]
    pub wrong: Vec<Wrong>,
}

impl Manifest {
    /// Whether the model checks it too. It does wherever there are threads and no sockets.
    pub fn has_model(&self) -> bool {
        !self.tests.model.is_empty()
    }
}

/// What the learner does in an exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Writes down every outcome that a small program can have.
    Predict,
    /// Repairs a broken primitive.
    Fix,
    /// Writes a primitive from its contract.
    Build,
    /// Writes the programs that break broken primitives.
    Break,
    /// Guesses a curve, and is shown the one that is measured.
    Measure,
}

/// The integration tests that judge an exercise, by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tests {
    /// Those that run with real threads.
    pub real: Vec<String>,
    /// Those that run under the model; none where nothing is concurrent, or where it is by sockets, which the model does not
    /// have.
    #[serde(default)]
    pub model: Vec<String>,
}

/// How many seconds the tests may run, compiling not counted.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    tests: u32,
    model: Option<u32>,
}

impl Limits {
    /// For the tests with real threads.
    pub fn tests(self) -> Duration {
        Duration::from_secs(self.tests.into())
    }

    /// For the tests under the model, if there are such tests.
    pub fn model(self) -> Option<Duration> {
        self.model.map(|seconds| Duration::from_secs(seconds.into()))
    }
}

/// A wrong solution.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    /// The file, relative to the exercise's folder; it takes the place of the first of [`Manifest::files`].
    pub file: PathBuf,
    /// Why it is refused.
    pub refused: Refusal,
}

/// Why a solution is refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The stage that refuses it.
    pub stage: Stage,
    /// The test that the verdict shows, under the name by which `cargo test` knows it; absent if it does not compile.
    pub test: Option<String>,
    /// What kind of failure it is.
    pub failure: FailureKind,
    /// A text that the message or the picture contains.
    pub text: String,
}

/// How a solution can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// It does not compile.
    CompileError,
    /// A thread panicked, most often by a failed assertion.
    Panic,
    /// A program has an outcome that was not predicted, or cannot have one that was.
    WrongPrediction,
    /// A program that was to break something broken did not.
    Escape,
    /// What was to be guessed was not, or not in the form that was asked for.
    NoGuess,
    /// Two threads accessed plain memory, and nothing ordered the accesses.
    DataRace,
    /// Nobody could go on.
    Deadlock,
    /// A schedule went on and on.
    TooLong,
    /// Memory was not given back.
    Leak,
    /// Memory was accessed after it had been given back.
    UseAfterFree,
    /// There were more threads than the model can hold.
    TooManyThreads,
    /// The time ran out.
    TimeLimit,
    /// The test program came to a violent end, or wrote without end.
    Crash,
}

impl fmt::Display for FailureKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            FailureKind::CompileError => "compile error",
            FailureKind::Panic => "panic",
            FailureKind::WrongPrediction => "wrong prediction",
            FailureKind::Escape => "program that breaks nothing",
            FailureKind::NoGuess => "guess that is none",
            FailureKind::DataRace => "data race",
            FailureKind::Deadlock => "deadlock",
            FailureKind::TooLong => "schedule that is too long",
            FailureKind::Leak => "leak",
            FailureKind::UseAfterFree => "use after free",
            FailureKind::TooManyThreads => "surplus of threads",
            FailureKind::TimeLimit => "time-out",
            FailureKind::Crash => "crash",
        })
    }
}

/// Why a course cannot be used.
#[derive(Debug)]
pub enum CourseError {
    /// No folder above this one has a course.
    Missing {
        /// Where the search began.
        from: PathBuf,
    },
    /// A file cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file is not what its format demands.
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        error: toml::de::Error,
    },
    /// A file is well formed, but what it says cannot be.
    Nonsense {
        /// The file.
        path: PathBuf,
        /// What cannot be.
        problem: String,
    },
    /// There is no such exercise.
    Unknown {
        /// What was asked for.
        id: String,
        /// What there is.
        known: Vec<String>,
    },
}

impl fmt::Display for CourseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CourseError::Missing { from } => {
                write!(formatter, "no course here: neither {} nor a folder above it has a file {LIST}", from.display())
            }
            CourseError::Unreadable { path, error } => write!(formatter, "cannot read {}: {error}", path.display()),
            CourseError::Malformed { path, error } => write!(formatter, "{}: {error}", path.display()),
            CourseError::Nonsense { path, problem } => write!(formatter, "{}: {problem}", path.display()),
            CourseError::Unknown { id, known } => {
                write!(formatter, "there is no exercise {id:?}; there are: {}", known.join(", "))
            }
        }
    }
}

impl Error for CourseError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            CourseError::Unreadable { error, .. } => Some(error),
            CourseError::Malformed { error, .. } => Some(error),
            CourseError::Missing { .. } | CourseError::Nonsense { .. } | CourseError::Unknown { .. } => None,
        }
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, CourseError> {
    toml::from_str(&read_text(path)?).map_err(|error| CourseError::Malformed { path: path.to_owned(), error })
}

fn read_text(path: &Path) -> Result<String, CourseError> {
    fs::read_to_string(path).map_err(|error| CourseError::Unreadable { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_test_begins_with_the_model() {
        let course = Course::find(env!("CARGO_MANIFEST_DIR").as_ref()).expect("there is a course");
        for exercise in course.exercises().iter().filter(|exercise| exercise.manifest().has_model()) {
            let manifest = course.root().join(exercise.folder()).join("Cargo.toml");
            let manifest: toml::Table = read(&manifest).expect("it is TOML");
            let tests = manifest["test"].as_array().expect("it has a test that runs the model");
            let [test] = &tests[..] else { panic!("the other tests are found by Cargo") };
            assert_eq!(test["path"].as_str(), Some("../model.rs"));
            let name = test["name"].as_str().expect("a test has a name");
            assert!(
                exercise.manifest().tests.real.iter().all(|real| name < real.as_str()),
                "{}",
                exercise.manifest().id
            );
        }
    }
}
