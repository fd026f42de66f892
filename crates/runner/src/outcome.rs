//! What came of a run.

use std::fmt;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use schedule::Report;

use crate::Target;
use crate::supervise::Ending;

/// How a run ended, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every test passed.
    Passed,
    /// All tests ended, and at least one failed.
    TestsFailed,
    /// The compiler refused.
    DoesNotCompile,
    /// The time was over, and something still ran. Some tests may have failed before that.
    TimedOut,
    /// A program ended before its tests had: it aborted, was killed by a signal, or left by `process::exit`.
    Died(ExitStatus),
    /// A program printed more than it may.
    OutputFlood,
    /// A [`Canceller`](crate::Canceller) ended the run.
    Cancelled,
}

impl From<Ending> for Verdict {
    fn from(ending: Ending) -> Verdict {
        match ending {
            Ending::Exited(status) => Verdict::Died(status),
            Ending::TimedOut => Verdict::TimedOut,
            Ending::Flooded => Verdict::OutputFlood,
            Ending::Cancelled => Verdict::Cancelled,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Passed => formatter.write_str("passed"),
            Verdict::TestsFailed => formatter.write_str("tests failed"),
            Verdict::DoesNotCompile => formatter.write_str("does not compile"),
            Verdict::TimedOut => formatter.write_str("ran into the time limit"),
            Verdict::Died(status) => write!(formatter, "ended before its tests had ({status})"),
            Verdict::OutputFlood => formatter.write_str("flooded its output"),
            Verdict::Cancelled => formatter.write_str("cancelled"),
        }
    }
}

/// A test's name, with the program that it is in.
///
/// Printed, it reads `contract::set_releases_everyone`; in place of the library's name stands `lib`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestId {
    /// The program.
    pub target: Target,
    /// The path of the function within the program.
    pub name: String,
}

impl fmt::Display for TestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = match &self.target {
            Target::Lib => "lib",
            Target::Bin(name) | Target::Test(name) => name,
        };
        write!(formatter, "{target}::{}", self.name)
    }
}

/// What came of a [`Run`](crate::Run).
#[derive(Clone, Debug)]
#[must_use = "the outcome says whether the tests passed"]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// What there is to read: the compiler's messages if it refused, and otherwise what the tests printed, both
    /// streams in the order in which they came.
    pub output: String,
    /// What the model's checks have reported, ordered by test.
    pub reports: Vec<Report>,
    /// The tests that passed, of each program in the order of their names.
    pub passed: Vec<TestId>,
    /// The tests that failed.
    pub failed: Vec<TestId>,
    /// The tests that had not ended when their program did. After a time-out, who hangs is among them.
    pub unfinished: Vec<TestId>,
    /// How many tests are marked `#[ignore]` and did not run.
    pub ignored: usize,
    /// How long compiling took.
    pub compile_time: Duration,
    /// How long the tests took.
    pub test_time: Duration,
}

impl Outcome {
    /// An outcome with nothing in it but its verdict.
    pub(crate) fn new(verdict: Verdict) -> Outcome {
        Outcome {
            verdict,
            output: String::new(),
            reports: Vec::new(),
            passed: Vec::new(),
            failed: Vec::new(),
            unfinished: Vec::new(),
            ignored: 0,
            compile_time: Duration::ZERO,
            test_time: Duration::ZERO,
        }
    }

    /// How many tests ran to their end.
    pub fn tests(&self) -> usize {
        self.passed.len() + self.failed.len()
    }
}

/// Why there is no [`Outcome`].
#[derive(Debug)]
pub enum Error {
    /// Cargo gave up before it compiled anything: no such package or target, or a manifest that it cannot read.
    Cargo {
        /// What Cargo said.
        message: String,
    },
    /// A program could not be run, or a file not be read.
    Io(io::Error),
    /// A check's report is not one.
    Report {
        /// What is wrong with it.
        source: schedule::ReadError,
    },
    /// The tests passed in the model's world, and no check has reported: either none of them calls `model::check`, or
    /// the model was not on.
    NoChecks {
        /// The package.
        package: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Cargo { message } => formatter.write_str(message.trim_end()),
            Error::Io(error) => write!(formatter, "cannot run the tests: {error}"),
            Error::Report { source } => write!(formatter, "cannot read the report of a check: {source}"),
            Error::NoChecks { package } => {
                write!(formatter, "no check of `{package}` has reported: it has none there, or loom was not on")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Io(error) => Some(error),
            Error::Report { source } => Some(source),
            Error::Cargo { .. } | Error::NoChecks { .. } => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Io(error)
    }
}
