//! Runs a package's tests for programs that must survive what they run.
//!
//! The code under test may deadlock, spin, flood its output, abort, or leave before its tests have ended. Whatever it
//! does, [`Run::run`] comes back with an [`Outcome`], and nothing that it started is left running.
//!
//! ```no_run
//! use runner::{Run, Target, Verdict, World};
//!
//! let run = Run::new(".", "event", World::Model).target(Target::Test("contract".to_owned()));
//! let outcome = run.run()?;
//! match outcome.verdict {
//!     Verdict::Passed => println!("{} tests passed", outcome.tests()),
//!     verdict => println!("{verdict}\n{}", outcome.output),
//! }
//! # Ok::<(), runner::Error>(())
//! ```
//!
//! # Two steps
//!
//! Cargo compiles the tests; then each test program is run by itself, in its package's folder, as `cargo test` would.
//! So a program that does not compile is told from one that fails, the time limit is for the tests alone, and what ran
//! is known test by test. Documentation tests are not run.
//!
//! # Three worlds
//!
//! Each [`World`] has compiler flags and a target directory of its own. A `RUSTFLAGS` in the environment, which would
//! silently replace those flags, is withheld from Cargo; flags from Cargo's configuration hold in the ordinary world
//! only. In the model's world the tests' reports ([`schedule::Report`]) are collected, and tests that pass without a
//! single one are an [`Error::NoChecks`].
//!
//! # Nothing is left running
//!
//! Each child is run in a process group of its own, together with a *keeper*: a shell that does nothing but wait for
//! the end of a pipe which this process holds. When the child has ended, when its time is over, when it floods its
//! output and when the run is cancelled, the whole group is killed, grandchildren included. If this process dies,
//! however suddenly, the pipe ends and the keeper kills the group. While it lives the group's number cannot be given to
//! strangers.
//!
//! What this cannot catch: a process that leaves its group by its own will (`setsid`, as daemons do), and the moment
//! when somebody kills the keeper and this process both. On systems other than Unix, Windows' `taskkill` ends the child
//! with its descendants, and nobody does if this process itself is killed.

mod group;
mod outcome;
mod supervise;
mod testing;

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use schedule::Report;
use serde::Deserialize;

pub use outcome::{Error, Outcome, TestId, Verdict};
pub use supervise::Canceller;

use supervise::{Ending, Limits, supervise};

/// How many bytes Cargo and the compiler may print. Every package is a line here, every error a page.
const COMPILER_OUTPUT: usize = 64 << 20;

/// Which of its worlds a package is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum World {
    /// The ordinary one: real threads.
    Real,
    /// The model checker's: `--cfg loom`.
    Model,
    /// Real threads, on the futex for systems that have none of their own: `--cfg portable_futex`.
    Portable,
}

impl World {
    /// The flags for the compiler, as `CARGO_ENCODED_RUSTFLAGS` has them; absent where Cargo's configuration decides.
    const fn flags(self) -> Option<&'static str> {
        match self {
            World::Real => None,
            World::Model => Some("--cfg\x1floom"),
            World::Portable => Some("--cfg\x1fportable_futex"),
        }
    }

    /// The target directory, below the one of the ordinary world: a change of flags would compile everything anew.
    const fn folder(self) -> &'static str {
        match self {
            World::Real => "",
            World::Model => "loom",
            World::Portable => "portable",
        }
    }
}

/// One of a package's test programs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The unit tests of the library.
    Lib,
    /// The unit tests of a binary.
    Bin(String),
    /// A file (or folder) under `tests/`.
    Test(String),
}

/// A package's tests, to be run.
#[derive(Clone, Debug)]
#[must_use = "tests do not run until `run` is called"]
pub struct Run {
    workspace: PathBuf,
    package: String,
    world: World,
    targets: Vec<Target>,
    filters: Vec<String>,
    exact: bool,
    color: bool,
    environment: Vec<(OsString, OsString)>,
    target_dir: Option<PathBuf>,
    compile_limit: Duration,
    limit: Duration,
    after_failure: Duration,
    output_limit: usize,
    canceller: Canceller,
}

impl Run {
    /// All tests of `package`, a member of the workspace in the folder `workspace`.
    pub fn new(workspace: impl Into<PathBuf>, package: impl Into<String>, world: World) -> Run {
        Run {
            workspace: workspace.into(),
            package: package.into(),
            world,
            targets: Vec::new(),
            filters: Vec::new(),
            exact: false,
            color: false,
            environment: Vec::new(),
            target_dir: None,
            compile_limit: Duration::from_secs(600),
            limit: Duration::from_secs(60),
            after_failure: Duration::MAX,
            output_limit: 16 << 20,
            canceller: Canceller::default(),
        }
    }

    /// Runs `target`, and no others but those that are added in the same way.
    pub fn target(mut self, target: Target) -> Run {
        self.targets.push(target);
        self
    }

    /// Runs only tests whose name contains `filter`, or one of several filters.
    pub fn filter(mut self, filter: impl Into<String>) -> Run {
        self.filters.push(filter.into());
        self
    }

    /// Whether the filters are whole names of tests. They are not unless this says so.
    pub fn exact(mut self, exact: bool) -> Run {
        self.exact = exact;
        self
    }

    /// Whether the compiler's messages are coloured. They are not unless this says so.
    pub fn color(mut self, color: bool) -> Run {
        self.color = color;
        self
    }

    /// Sets an environment variable for Cargo and for the tests.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Run {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Where the ordinary world is compiled to; the other worlds have folders in there. The default is Cargo's:
    /// `CARGO_TARGET_DIR`, or else `target` in the workspace.
    pub fn target_dir(mut self, folder: impl Into<PathBuf>) -> Run {
        self.target_dir = Some(folder.into());
        self
    }

    /// How long compiling may take. The default is ten minutes.
    pub fn compile_limit(mut self, limit: Duration) -> Run {
        self.compile_limit = limit;
        self
    }

    /// How long the tests may take, all together. The default is one minute.
    pub fn limit(mut self, limit: Duration) -> Run {
        self.limit = limit;
        self
    }

    /// How long a test program may go on, within its limit, once one of its tests has failed. Without this, one test that
    /// hangs keeps the news of all the others for as long as the limit lasts.
    pub fn after_failure(mut self, limit: Duration) -> Run {
        self.after_failure = limit;
        self
    }

    /// How many bytes one test program may print. The default is 16 MiB. Of what has flooded, only the beginning and
    /// the end are shown.
    pub fn output_limit(mut self, bytes: usize) -> Run {
        self.output_limit = bytes;
        self
    }

    /// Ends this run when `canceller` is called, as one of several that it may end together.
    ///
    /// Call this before [`canceller`](Run::canceller), which still ends this run alone.
    pub fn cancelled_by(mut self, canceller: &Canceller) -> Run {
        self.canceller = canceller.follower();
        self
    }

    /// A handle by which another thread can end this run, now or while it is going on.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Compiles the tests and runs them: [`compile`](Run::compile), then [`Compiled::test`].
    ///
    /// Blocks until all is over: at most as long as both limits together, and a little.
    ///
    /// # Errors
    ///
    /// As those two.
    pub fn run(&self) -> Result<Outcome, Error> {
        match self.compile()? {
            Compilation::Done(compiled) => compiled.test(),
            Compilation::Stopped(outcome) => Ok(outcome),
        }
    }

    /// Compiles the tests.
    ///
    /// # Errors
    ///
    /// If Cargo cannot be run, or gives up before it compiles anything: no such package, no such target, a manifest
    /// that it cannot read.
    pub fn compile(&self) -> Result<Compilation<'_>, Error> {
        let started = Instant::now();
        let mut cargo = self.cargo()?;
        cargo.args(["test", "--no-run", "--message-format=json-render-diagnostics", "--package", &self.package]);
        for target in &self.targets {
            match target {
                Target::Lib => cargo.arg("--lib"),
                Target::Bin(name) => cargo.args(["--bin", name]),
                Target::Test(name) => cargo.args(["--test", name]),
            };
        }
        if self.targets.is_empty() {
            cargo.arg("--tests");
        }

        let limits = Limits { time: self.compile_limit, after_failure: Duration::MAX, output: COMPILER_OUTPUT };
        let ended = supervise(cargo, limits, &self.canceller)?;
        let diagnostics = ended.stderr();
        let verdict = match ended.ending {
            Ending::Exited(_) => {
                let mut executables = Vec::new();
                let mut success = None;
                for message in ended.stdout().lines().filter_map(|line| serde_json::from_str(line).ok()) {
                    match message {
                        Message::CompilerArtifact(artifact) => executables.extend(artifact.test_program()),
                        Message::BuildFinished { success: it } => success = Some(it),
                        Message::Other => {}
                    }
                }
                match success {
                    Some(true) => {
                        executables.sort_by(|left, right| left.target.cmp(&right.target));
                        let compiled =
                            Compiled { run: self, executables, diagnostics, compile_time: started.elapsed() };
                        return Ok(Compilation::Done(compiled));
                    }
                    Some(false) => Verdict::DoesNotCompile,
                    None => return Err(Error::Cargo { message: diagnostics }),
                }
            }
            ending => Verdict::from(ending),
        };
        let mut outcome = Outcome::new(verdict);
        outcome.output = diagnostics;
        outcome.compile_time = started.elapsed();
        Ok(Compilation::Stopped(outcome))
    }

    /// Cargo itself, in the right world.
    fn cargo(&self) -> Result<Command, Error> {
        // Cargo tells its children which Cargo it is; by the bare name another version might answer.
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let inherited = env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let target_dir = match self.target_dir.clone().or(inherited) {
            Some(folder) => std::path::absolute(folder)?,
            None => std::path::absolute(&self.workspace)?.join("target"),
        };
        let target_dir = target_dir.join(self.world.folder());
        // Cargo makes a missing target directory elsewhere and moves it there. One for another world, made inside of it at
        // the same time, would be in the way.
        fs::create_dir_all(&target_dir)?;
        cargo
            .current_dir(&self.workspace)
            .env("CARGO_TARGET_DIR", target_dir)
            .env("CARGO_TERM_COLOR", if self.color { "always" } else { "never" })
            .env("CARGO_TERM_PROGRESS_WHEN", "never")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        if let Some(flags) = self.world.flags() {
            // Of all places where Cargo looks for flags this one comes first, and then it looks no further.
            cargo.env("CARGO_ENCODED_RUSTFLAGS", flags);
        }
        self.set_environment(&mut cargo);
        Ok(cargo)
    }

    fn set_environment(&self, command: &mut Command) {
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
    }
}

/// How [`Run::compile`] ended.
#[derive(Debug)]
pub enum Compilation<'run> {
    /// The tests can be run.
    Done(Compiled<'run>),
    /// They cannot: the verdict is there already, [`Verdict::DoesNotCompile`] in most cases.
    Stopped(Outcome),
}

/// Tests that have been compiled and can be run.
#[derive(Debug)]
#[must_use = "compiled tests do not run until `test` is called"]
pub struct Compiled<'run> {
    run: &'run Run,
    executables: Vec<Executable>,
    diagnostics: String,
    compile_time: Duration,
}

impl Compiled<'_> {
    /// What the compiler said: its warnings.
    pub fn diagnostics(&self) -> &str {
        &self.diagnostics
    }

    /// Runs the tests, one program after the other, until one ends otherwise than by its tests' passing or failing.
    ///
    /// # Errors
    ///
    /// If a test program cannot be run, if a report cannot be read, or if tests passed in the model's world and no
    /// check has reported ([`Error::NoChecks`]).
    pub fn test(&self) -> Result<Outcome, Error> {
        let run = self.run;
        let started = Instant::now();
        let reports = tempfile::tempdir()?;
        let mut outcome = Outcome::new(Verdict::Passed);
        outcome.compile_time = self.compile_time;
        for executable in &self.executables {
            executable.test(run, run.limit.saturating_sub(started.elapsed()), reports.path(), &mut outcome)?;
            if !matches!(outcome.verdict, Verdict::Passed | Verdict::TestsFailed) {
                break;
            }
        }
        outcome.test_time = started.elapsed();
        outcome.reports = read_reports(reports.path(), &outcome.verdict)?;
        let silent = outcome.verdict == Verdict::Passed && outcome.tests() > 0 && outcome.reports.is_empty();
        if run.world == World::Model && silent {
            return Err(Error::NoChecks { package: run.package.clone() });
        }
        Ok(outcome)
    }
}

/// The reports that the tests have left, ordered by test.
fn read_reports(folder: &Path, verdict: &Verdict) -> Result<Vec<Report>, Error> {
    let mut reports = Vec::new();
    for entry in folder.read_dir()? {
        let file = entry?.path();
        if file.extension() != Some(OsStr::new("json")) {
            continue;
        }
        let text = std::fs::read_to_string(&file)?;
        match Report::from_json(&text) {
            Ok(report) => reports.push((report.test.clone(), file, report)),
            // A program that was killed may have been in the middle of writing.
            Err(_) if !matches!(verdict, Verdict::Passed | Verdict::TestsFailed) => {}
            Err(source) => return Err(Error::Report { source }),
        }
    }
    reports.sort_by(|left, right| (&left.0, &left.1).cmp(&(&right.0, &right.1)));
    Ok(reports.into_iter().map(|(_, _, report)| report).collect())
}

/// What Cargo says while it compiles: a JSON object a line, of which these matter here.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact(Artifact),
    BuildFinished {
        success: bool,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Artifact {
    manifest_path: PathBuf,
    target: ArtifactTarget,
    profile: ArtifactProfile,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct ArtifactTarget {
    kind: Vec<String>,
    name: String,
}

#[derive(Deserialize)]
struct ArtifactProfile {
    test: bool,
}

impl Artifact {
    fn test_program(self) -> Option<Executable> {
        let path = self.executable.filter(|_| self.profile.test)?;
        let target = match self.target.kind.first().map(String::as_str) {
            Some("test") => Target::Test(self.target.name),
            Some("bin") => Target::Bin(self.target.name),
            _ => Target::Lib,
        };
        let folder = self.manifest_path.parent()?.to_owned();
        Some(Executable { path, target, folder })
    }
}

/// A compiled test program.
#[derive(Debug)]
struct Executable {
    path: PathBuf,
    target: Target,
    /// The package's, in which its tests expect to be run.
    folder: PathBuf,
}

impl Executable {
    fn command(&self, run: &Run) -> Command {
        let mut command = self.bare_command(run);
        command.args(&run.filters);
        if run.exact {
            command.arg("--exact");
        }
        command
    }

    /// The program in its surroundings, without arguments.
    fn bare_command(&self, run: &Run) -> Command {
        let mut command = Command::new(&self.path);
        command.current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder).env("CARGO_PKG_NAME", &run.package);
        run.set_environment(&mut command);
        command
    }

    /// Runs this program and adds what comes of it to `outcome`.
    fn test(&self, run: &Run, limit: Duration, reports: &Path, outcome: &mut Outcome) -> io::Result<()> {
        let limits = Limits { time: limit, after_failure: run.after_failure, output: run.output_limit };
        let mut list = self.command(run);
        list.args(["--list", "--format", "terse"]);
        let listed = supervise(list, limits, &run.canceller)?;
        match listed.ending {
            Ending::Exited(status) if status.success() => {}
            _ => {
                outcome.output.push_str(&listed.output());
                outcome.verdict = Verdict::from(listed.ending);
                return Ok(());
            }
        }
        let mut pending = testing::listed(&listed.stdout());
        if pending.is_empty() {
            return Ok(());
        }

        let mut command = self.command(run);
        command.args(["--color", "never"]).env(Report::DIRECTORY, reports);
        let started = Instant::now();
        let ended = supervise(command, limits, &run.canceller)?;
        let took = started.elapsed();

        let stdout = ended.stdout();
        let mut results: Vec<_> = testing::results(&stdout).collect();
        results.sort_unstable_by_key(|(name, _)| *name);
        let mut failed = Vec::new();
        for (name, result) in results {
            if !pending.remove(name) {
                continue;
            }
            let test = TestId { target: self.target.clone(), name: name.to_owned() };
            match result {
                testing::TestResult::Passed => outcome.passed.push(test),
                testing::TestResult::Failed => {
                    failed.push(name);
                    outcome.failed.push(test);
                }
                testing::TestResult::Ignored => outcome.ignored += 1,
            }
        }
        outcome.output.push_str(&ended.output());
        if ended.ending == Ending::TimedOut && !failed.is_empty() {
            // The harness tells what the failed tests have said only when all tests have ended. So these have to say it again,
            // among themselves.
            let mut again = self.bare_command(run);
            again.args(&failed).args(["--exact", "--color", "never"]);
            let limits = Limits { time: limit.saturating_sub(took), after_failure: Duration::MAX, ..limits };
            outcome.output.push_str(&supervise(again, limits, &run.canceller)?.output());
        }
        let verdict = match ended.ending {
            // Whoever leaves by `process::exit(0)` has not passed: every test has to have had its say.
            Ending::Exited(status) if pending.is_empty() && status.success() && failed.is_empty() => Verdict::Passed,
            Ending::Exited(status) if pending.is_empty() && !status.success() && !failed.is_empty() => {
                Verdict::TestsFailed
            }
            ending => Verdict::from(ending),
        };
        let target = &self.target;
        outcome.unfinished.extend(pending.into_iter().map(|name| TestId { target: target.clone(), name }));
        if outcome.verdict == Verdict::Passed || !matches!(verdict, Verdict::Passed | Verdict::TestsFailed) {
            outcome.verdict = verdict;
        }
        Ok(())
    }
}
