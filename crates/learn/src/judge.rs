//! The verdict on what the learner wrote, in stages: does it compile, do its tests pass, does every schedule?
//!
//! Where nothing is concurrent there are no schedules, and the model has no sockets: there the verdict ends with the tests.
//! Elsewhere both worlds are compiled and run side by side, in target directories of their own, so that a verdict takes as
//! long as the slower of the two. Both can fail, and then they may know different things: a test with real threads that
//! waits for ever knows only that its time ran out, while the model can say why. So once the model has found a schedule, the
//! tests get only [`GRACE`] to come to an end.

use std::fmt;
use std::fs;
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use results::SHOWN;
use runner::{Canceller, Compilation, Compiled, Error, Outcome, Run, Target, World};
use schedule::Schedule;
use serde::Deserialize;

use crate::course::{Exercise, FailureKind, Kind, Manifest};
use crate::findings::{does_not_compile, model_end, tests_end};

/// How long the tests with real threads may go on once the model has found a schedule that fails.
const GRACE: Duration = Duration::from_millis(200);

/// How many tests run at once: nearly all that do run are asleep.
const TEST_THREADS: &str = "8";

/// A stage of the verdict. They are ordered as they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The compiler accepts it, in both worlds.
    Compile,
    /// The tests pass with real threads.
    Tests,
    /// The tests pass in every schedule that the model explores.
    Model,
}

impl Stage {
    /// The stage's name.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Compile => "compile",
            Stage::Tests => "tests",
            Stage::Model => "model",
        }
    }
}

/// What the judge found, stage by stage. What does not compile has only the first; an exercise without threads has no last.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The stages, in their order.
    pub stages: Vec<Ended>,
    /// How long it took, all in all.
    pub elapsed: Duration,
    /// What there is to be seen of what was measured, if that was the exercise and it has come to that.
    pub shown: Option<String>,
}

impl Verdict {
    /// Whether all stages were passed.
    pub fn passed(&self) -> bool {
        self.stages.iter().all(|ended| matches!(ended.end, End::Passed { .. }))
    }

    /// How `stage` failed, if it did.
    pub fn failure(&self, stage: Stage) -> Option<&Failed> {
        self.stages.iter().find(|ended| ended.stage == stage).and_then(|ended| match &ended.end {
            End::Failed(failed) => Some(&**failed),
            End::Passed { .. } | End::Stopped { .. } => None,
        })
    }

    /// The first stage that failed, and how.
    pub fn refusal(&self) -> Option<(Stage, &Failed)> {
        self.stages.iter().find_map(|ended| Some((ended.stage, self.failure(ended.stage)?)))
    }
}

/// A stage that has come to its end.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Which one.
    pub stage: Stage,
    /// How it ended.
    pub end: End,
    /// How long it took.
    pub elapsed: Duration,
}

/// How a stage ended.
#[derive(Clone, Debug)]
pub enum End {
    /// Nothing to object to.
    Passed {
        /// What was done, in words.
        summary: String,
        /// Whether the model was told to leave schedules out.
        bounded: bool,
    },
    /// It failed.
    Failed(Box<Failed>),
    /// It was ended before it knew, because a later stage knew more.
    Stopped {
        /// How many tests had failed by then.
        failed: usize,
    },
}

/// How a stage failed.
#[derive(Clone, Debug)]
pub struct Failed {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// The test to look at first, under the name by which `cargo test` knows it; absent where no test has run.
    pub test: Option<String>,
    /// How many tests failed or did not come to an end.
    pub failed: usize,
    /// Those that did not come to an end, under the names by which `cargo test` knows them.
    pub unfinished: Vec<String>,
    /// How many tests there are.
    pub tests: usize,
    /// What the compiler or the test said.
    pub message: String,
    /// The schedule that fails.
    pub counterexample: Option<Schedule>,
}

impl fmt::Display for Failed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            Some(test) => write!(formatter, "{} in {test}", self.kind),
            None => write!(formatter, "{}", self.kind),
        }
    }
}

/// Judges exercises.
#[derive(Clone, Debug)]
pub struct Judge {
    /// The workspace in which the exercises lie.
    pub workspace: PathBuf,
    /// Where they are compiled, apart from what Cargo's other commands compile, so that nobody waits for somebody else's lock.
    pub target_dir: PathBuf,
    /// Whether the compiler's messages are coloured.
    pub color: bool,
    /// How long the other tests may go on, at most, once one has failed. A learner wants to be told; who wants the same
    /// verdict on a busy machine waits for all.
    pub after_failure: Duration,
}

impl Judge {
    /// How long a learner should wait for the other tests: longer than all tests of a solution take together.
    pub const AFTER_FAILURE: Duration = Duration::from_secs(2);

    /// Judges `exercise`, and calls `ended` as soon as each stage has come to its end.
    ///
    /// Blocks until the verdict is there: in the worst case as long as compiling takes, and the limits in the manifest.
    /// Nothing that it started is left running.
    ///
    /// # Errors
    ///
    /// If Cargo or a test program cannot be run at all, or if the model's world was asked for and was not there.
    pub fn judge(&self, exercise: &Exercise, ended: impl FnMut(&Ended)) -> Result<Verdict, Error> {
        self.judge_until(exercise, &Canceller::default(), ended)
    }

    /// Judges `exercise` as [`judge`](Judge::judge) does, or comes back as soon as another thread calls `stop`. What it says
    /// then is worth nothing.
    ///
    /// # Errors
    ///
    /// As [`judge`](Judge::judge).
    pub fn judge_until(
        &self,
        exercise: &Exercise,
        stop: &Canceller,
        mut ended: impl FnMut(&Ended),
    ) -> Result<Verdict, Error> {
        let started = Instant::now();
        let &Manifest { kind, limits, .. } = exercise.manifest();
        let real = self.run(exercise, World::Real).limit(limits.tests()).cancelled_by(stop);
        let model = limits.model().map(|limit| self.run(exercise, World::Model).limit(limit).cancelled_by(stop));

        let stop_tests = real.canceller();

        let shown = (kind == Kind::Measure).then(|| self.shown(exercise));
        if let Some(file) = &shown {
            put_aside(file)?;
        }
        let mut stages = Vec::new();
        let mut end = |stage, end, elapsed| {
            let stage = Ended { stage, end, elapsed };
            ended(&stage);
            stages.push(stage);
        };
        match compile(&real, model.as_ref())? {
            Err(refused) => end(Stage::Compile, does_not_compile(&refused), started.elapsed()),
            Ok((real, model)) => {
                if model.is_some() {
                    self.mark_prepared()?;
                }
                let compiled = End::Passed { summary: "no errors".to_owned(), bounded: false };
                end(Stage::Compile, compiled, started.elapsed());
                test(&real, &stop_tests, model.as_ref(), |stage, outcome| {
                    let how = if stage == Stage::Model { model_end(outcome, kind) } else { tests_end(outcome, kind) };
                    end(stage, how, outcome.test_time);
                })?;
            }
        }
        let shown = shown.and_then(|file| fs::read_to_string(file).ok());
        Ok(Verdict { stages, elapsed: started.elapsed(), shown })
    }

    /// Compiles all that judging needs, in both worlds, so that the next verdict comes soon.
    ///
    /// # Errors
    ///
    /// As [`judge`](Judge::judge). That the exercise itself does not compile is not an error.
    pub fn prepare(&self, exercise: &Exercise) -> Result<(), Error> {
        // The model first: it takes longer, and who comes in the middle of this is then sooner served.
        self.run(exercise, World::Model).compile()?;
        self.run(exercise, World::Real).compile()?;
        self.mark_prepared()?;
        Ok(())
    }

    /// Whether all that judging `exercise` needs has been compiled, except for the exercise itself, and is as `Cargo.lock`
    /// demands. Without the model there is nothing to speak of.
    pub fn is_prepared(&self, exercise: &Exercise) -> bool {
        let modified = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
        let has_model = exercise.manifest().has_model();
        !has_model
            || modified(&self.prepared()).is_some_and(|then| Some(then) >= modified(&self.workspace.join("Cargo.lock")))
    }

    fn mark_prepared(&self) -> io::Result<()> {
        fs::write(self.prepared(), "The model checker is compiled. `cargo learn` looks at the age of this file.\n")
    }

    fn prepared(&self) -> PathBuf {
        self.target_dir.join("prepared")
    }

    /// Where an exercise that measures writes what it has to show.
    fn shown(&self, exercise: &Exercise) -> PathBuf {
        self.target_dir.join("shown").join(&exercise.manifest().id).with_extension("txt")
    }

    fn run(&self, exercise: &Exercise, world: World) -> Run {
        let manifest = exercise.manifest();
        let targets = match world {
            World::Model => &manifest.tests.model,
            World::Real | World::Portable => &manifest.tests.real,
        };
        let run = Run::new(&self.workspace, &manifest.id, world)
            .target_dir(&self.target_dir)
            .color(self.color)
            .after_failure(self.after_failure)
            .env("CARGO_TERM_QUIET", "true")
            // Nobody steps through these programs with a debugger, and without its tables they are linked sooner.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            // The model runs the learner's code some ten thousand times. A little optimisation makes that seven times as
            // fast, and costs the compiler next to nothing.
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", if world == World::Model { "1" } else { "0" })
            .env("RUST_BACKTRACE", "0")
            .env(SHOWN, self.shown(exercise))
            .env("RUST_TEST_THREADS", TEST_THREADS);
        targets.iter().fold(run, |run, target| run.target(Target::Test(target.clone())))
    }
}

/// Sees to it that what `file` holds later has been written later.
fn put_aside(file: &Path) -> io::Result<()> {
    fs::create_dir_all(file.parent().unwrap_or(file))?;
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Compiles both worlds side by side, if there is a model's. The inner error is that of the world that refuses.
fn compile<'run>(
    real: &'run Run,
    model: Option<&'run Run>,
) -> Result<Result<(Compiled<'run>, Option<Compiled<'run>>), Outcome>, Error> {
    let (real, model) = thread::scope(|scope| {
        let compiling = model.map(|model| scope.spawn(|| model.compile()));
        let compiled = real.compile();
        if !matches!(compiled, Ok(Compilation::Done(_))) {
            // The other world would say the same, after it has compiled a model checker, perhaps.
            model.inspect(|model| model.canceller().cancel());
        }
        (compiled, compiling.map(join))
    });
    Ok(match (real?, model.transpose()?) {
        (Compilation::Done(real), Some(Compilation::Done(model))) => Ok((real, Some(model))),
        (Compilation::Done(real), None) => Ok((real, None)),
        (Compilation::Stopped(refused), _) | (_, Some(Compilation::Stopped(refused))) => Err(refused),
    })
}

/// Runs the tests of both worlds side by side, and tells the outcome of each in the order of the stages.
fn test(
    real: &Compiled<'_>,
    stop_real: &Canceller,
    model: Option<&Compiled<'_>>,
    mut tell: impl FnMut(Stage, &Outcome),
) -> Result<(), Error> {
    thread::scope(|scope| {
        let (over, tests_are_over) = channel::<()>();
        let tests = scope.spawn(move || {
            let outcome = real.test();
            drop(over);
            outcome
        });
        let schedules = model.map(|model| {
            scope.spawn(move || {
                let outcome = model.test()?;
                let failed = outcome.verdict != runner::Verdict::Passed;
                if failed && tests_are_over.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
                    stop_real.cancel();
                }
                Ok::<_, Error>(outcome)
            })
        });
        tell(Stage::Tests, &join(tests)?);
        if let Some(schedules) = schedules {
            tell(Stage::Model, &join(schedules)?);
        }
        Ok(())
    })
}

fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}
