//! Why a command failed.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::mutant::Problem;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Error {
    /// Cargo does not say what the workspace is.
    Metadata { message: String },
    /// The workspace has no such package.
    NoSuchPackage { package: String },
    /// The package was asked for by name, and its manifest does not say what the command needs.
    NotDeclared { package: String, entry: &'static str },
    /// No test's name contains the filter.
    NothingMatches { filter: String },
    /// A file cannot be read or written.
    File { file: PathBuf, source: io::Error },
    /// There is no course, or it cannot be understood.
    Course(learn::CourseError),
    /// The tests could not be run.
    Run { package: String, source: runner::Error },
    /// A mutant's file is not as it has to be.
    Mutant { file: PathBuf, problem: Problem },
    /// So many of the things that were checked are not as they should be; what is wrong with each has been printed.
    Failed { failed: usize, of: usize, what: &'static str },
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Metadata { message } => write!(formatter, "cannot read the workspace: {}", message.trim_end()),
            Error::NoSuchPackage { package } => write!(formatter, "the workspace has no package `{package}`"),
            Error::NotDeclared { package, entry } => {
                write!(formatter, "`{package}` has no `{entry}` under [package.metadata.model] in its Cargo.toml")
            }
            Error::NothingMatches { filter } => write!(formatter, "nothing is called `{filter}`, not even in part"),
            Error::File { file, source } => write!(formatter, "{}: {source}", file.display()),
            Error::Course(error) => error.fmt(formatter),
            Error::Run { package, source } => write!(formatter, "{package}: {source}"),
            Error::Mutant { file, problem } => write!(formatter, "{}: {problem}", file.display()),
            Error::Failed { failed, of, what } => write!(formatter, "{failed} of {of} {what}"),
        }
    }
}

impl std::error::Error for Error {}

/// "1 test", "2 tests".
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("{number} {noun}") } else { format!("{number} {noun}s") }
}
