//! `cargo mutants`: does every mutant die by the test that it names?

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use runner::{Outcome, Run, TestId, Verdict, World};
use schedule::Failure;

use crate::error::{Error, count};
use crate::mirror;
use crate::mutant::{Change, Header, Mutant, Problem};
use crate::workspace::Workspace;

/// How long a test may take, with a mutant or without.
const LIMIT: Duration = Duration::from_secs(120);

/// How long a test may take that is expected to hang.
const HANG: Duration = Duration::from_secs(5);

/// What a mutant expects that makes its test hang.
const TIME_LIMIT: &str = "time limit";

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Try the mutants of this package; may be given several times [default: every package]
    #[arg(short, long = "package", value_name = "CRATE")]
    packages: Vec<String>,
    /// Try only mutants whose file name contains this
    name: Option<String>,
}

/// A mutant that fits the sources.
struct Candidate {
    /// From the workspace's root.
    file: PathBuf,
    package: String,
    header: Header,
    changes: Vec<Change>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Error> {
    let workspace = Workspace::find()?;
    let candidates = candidates(&workspace, arguments)?;
    if candidates.is_empty()
        && let Some(name) = &arguments.name
    {
        return Err(Error::NothingMatches { filter: name.clone() });
    }
    let ground = Ground::new(&workspace)?;
    ground.check_unmutated(&candidates)?;

    let mut survivors = 0;
    for candidate in &candidates {
        println!("{}: {}", candidate.file.display(), candidate.header.title);
        match ground.attempt(candidate)? {
            Ok(death) => println!("  killed by {}: {death}", candidate.header.killed_by),
            Err(survival) => {
                survivors += 1;
                println!("  SURVIVED: {survival}");
            }
        }
    }
    match survivors {
        0 => {
            println!("{}, each killed by the test that it names", count(candidates.len(), "mutant"));
            Ok(())
        }
        _ => Err(Error::Failed { failed: survivors, of: candidates.len(), what: "mutants survived" }),
    }
}

/// The mutants that were asked for, each seen to fit the sources.
fn candidates(workspace: &Workspace, arguments: &Arguments) -> Result<Vec<Candidate>, Error> {
    let read = |file: &Path| fs::read_to_string(workspace.root.join(file)).ok();
    let mut candidates = Vec::new();
    for package in workspace.named(&arguments.packages)? {
        for file in patches(&package.folder.join("mutants"))? {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            if !arguments.name.as_ref().is_none_or(|name| stem.contains(name)) {
                continue;
            }
            let text = fs::read_to_string(&file).map_err(|source| Error::File { file: file.clone(), source })?;
            let file = file.strip_prefix(&workspace.root).unwrap_or(&file).to_owned();
            let parsed = Mutant::parse(&text).and_then(|mutant| Ok((mutant.apply(read)?, mutant.header)));
            let (changes, header) = parsed.map_err(|problem| Error::Mutant { file: file.clone(), problem })?;
            candidates.push(Candidate { file, package: package.name.clone(), header, changes });
        }
    }
    Ok(candidates)
}

/// The mutants' files in `folder`, ordered by name; none if there is no such folder.
fn patches(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = mirror::entries(folder)?.into_iter().map(|entry| entry.path()).collect::<Vec<_>>();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "patch"));
    files.sort();
    Ok(files)
}

/// Where mutants are tried: a copy of the sources, with a target directory of its own.
struct Ground {
    sources: PathBuf,
    target_dir: PathBuf,
}

impl Ground {
    fn new(workspace: &Workspace) -> Result<Ground, Error> {
        let folder = workspace.target_dir.join("mutants");
        let ground = Ground { sources: folder.join("sources"), target_dir: folder.join("target") };
        mirror::refresh(&workspace.root, &ground.sources, &workspace.target_dir)?;
        Ok(ground)
    }

    /// The run of one package's tests that are called exactly like `tests`.
    fn tests<'test>(&self, package: &str, world: World, tests: impl IntoIterator<Item = &'test TestId>) -> Run {
        let run = Run::new(&self.sources, package, world).target_dir(&self.target_dir).exact(true);
        let run = run.env("RUST_BACKTRACE", "0").limit(LIMIT);
        tests.into_iter().fold(run, |run, test| run.target(test.target.clone()).filter(&test.name))
    }

    /// Runs all named tests on the sources as they are: a test that fails anyway kills nothing.
    fn check_unmutated(&self, candidates: &[Candidate]) -> Result<(), Error> {
        let mut rest: Vec<&Candidate> = candidates.iter().collect();
        while let Some(first) = rest.first().copied() {
            let alike = |other: &&Candidate| other.package == first.package && other.header.world == first.header.world;
            let (group, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(alike);
            rest = others;
            let named = group.iter().map(|candidate| &candidate.header.killed_by);
            let outcome = run_in(&first.package, &self.tests(&first.package, first.header.world, named))?;
            for candidate in group {
                let test = &candidate.header.killed_by;
                let problem = if outcome.passed.contains(test) {
                    continue;
                } else if outcome.verdict == Verdict::Passed {
                    Problem::NoSuchTest { test: test.clone() }
                } else {
                    println!("{}", outcome.output.trim_end());
                    Problem::FailsAnyway { test: test.clone(), verdict: outcome.verdict }
                };
                return Err(Error::Mutant { file: candidate.file.clone(), problem });
            }
        }
        Ok(())
    }

    /// Makes the mistake, runs the test that is to catch it, and takes the mistake back.
    fn attempt(&self, candidate: &Candidate) -> Result<Result<Death, Survival>, Error> {
        let header = &candidate.header;
        let run = self.tests(&candidate.package, header.world, [&header.killed_by]);
        let run = if header.expect.as_deref() == Some(TIME_LIMIT) { run.limit(HANG) } else { run };

        self.write(candidate, |change| &change.mutated)?;
        let outcome = run_in(&candidate.package, &run);
        self.write(candidate, |change| &change.original)?;
        Ok(judge(header, &outcome?))
    }

    fn write(&self, candidate: &Candidate, text: impl Fn(&Change) -> &String) -> Result<(), Error> {
        candidate
            .changes
            .iter()
            .try_for_each(|change| mirror::write_if_changed(&self.sources.join(&change.file), text(change).as_bytes()))
    }
}

fn run_in(package: &str, run: &Run) -> Result<Outcome, Error> {
    run.run().map_err(|source| Error::Run { package: package.to_owned(), source })
}

/// Whether the mutant is dead, and by what.
fn judge(header: &Header, outcome: &Outcome) -> Result<Death, Survival> {
    let counterexample = outcome.reports.iter().find_map(|report| report.counterexample.as_ref());
    let death = match outcome.verdict {
        Verdict::Passed => return Err(Survival::Passed),
        Verdict::DoesNotCompile => return Err(Survival::DoesNotCompile { output: outcome.output.clone() }),
        Verdict::TestsFailed => match (header.world, counterexample.and_then(|schedule| schedule.failure.as_ref())) {
            (World::Model, None) => return Err(Survival::NoCounterexample { output: outcome.output.clone() }),
            (World::Model, Some(failure)) => Death::Counterexample { kind: kind(failure) },
            _ => Death::Failed,
        },
        violent => Death::Violent { verdict: violent },
    };
    let is_expected = |text: &String| match death {
        Death::Violent { verdict } => verdict.to_string().contains(text),
        Death::Counterexample { .. } | Death::Failed => outcome.output.contains(text),
    };
    match (&header.expect, death) {
        (Some(expected), _) if !is_expected(expected) => {
            Err(Survival::NotAsExpected { expected: expected.clone(), death, output: outcome.output.clone() })
        }
        // A hang or a crash may have any reason.
        (None, Death::Violent { verdict }) => Err(Survival::NotExpected { verdict, output: outcome.output.clone() }),
        _ => Ok(death),
    }
}

/// How a mutant died.
#[derive(Clone, Copy, Debug)]
enum Death {
    /// The model shows a schedule in which it fails.
    Counterexample { kind: &'static str },
    /// The test failed, with real threads.
    Failed,
    /// The test did not come to its end.
    Violent { verdict: Verdict },
}

impl fmt::Display for Death {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Death::Counterexample { kind } => formatter.write_str(kind),
            Death::Failed => formatter.write_str("a failure with real threads"),
            Death::Violent { verdict } => write!(formatter, "it {verdict}"),
        }
    }
}

fn kind(failure: &Failure) -> &'static str {
    match failure {
        Failure::Panic { .. } => "panic",
        Failure::DataRace { .. } => "data race",
        Failure::Deadlock { .. } => "deadlock",
        Failure::TooLong { .. } => "no end",
        Failure::Leak { .. } => "leak",
        Failure::UseAfterFree { .. } => "use after free",
        Failure::TooManyThreads { .. } => "too many threads",
    }
}

/// Why a mutant is not dead, or not by what it ought to die of.
#[derive(Debug)]
enum Survival {
    Passed,
    DoesNotCompile { output: String },
    NoCounterexample { output: String },
    NotAsExpected { expected: String, death: Death, output: String },
    NotExpected { verdict: Verdict, output: String },
}

impl fmt::Display for Survival {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Survival::Passed => formatter.write_str("its test passed"),
            Survival::DoesNotCompile { output } => write!(formatter, "it does not compile\n{output}"),
            Survival::NoCounterexample { output } => {
                write!(formatter, "its test failed, but not by a schedule of the model\n{output}")
            }
            Survival::NotAsExpected { expected, death, output } => {
                write!(formatter, "its end ({death}) is not the expected one: `{expected}`\n{output}")
            }
            Survival::NotExpected { verdict, output } => {
                write!(formatter, "its test {verdict}, and no line `Expect` says that it would\n{output}")
            }
        }
    }
}
