//! What has been measured, as a file: written by the benchmarks, read by whoever draws it.
//!
//! There are two kinds. In [`Comparisons`] contenders do the same thing in turns, and what counts is how they stand to each
//! other: a lock beside other locks. In [`Experiments`] something is varied and something else is watched, and what counts
//! is the curve: how many requests a second with 1, 2, 4, 8 workers. Both keep what each round has measured, not just its
//! middle, and say on which [`Machine`] that was.
//!
//! ```
//! use results::{Axis, Experiment, Experiments, Machine, Point, Series};
//!
//! let points = vec![Point::at(1.0, vec![98.0, 101.0, 99.0]), Point::at(2.0, vec![196.0, 181.0, 199.0])];
//! let experiment = Experiment {
//!     id: "sleep/workers".to_owned(),
//!     title: "Jobs that sleep for ten milliseconds".to_owned(),
//!     about: "How many are done in a second?".to_owned(),
//!     x: Axis::new("workers"),
//!     y: Axis::new("jobs a second"),
//!     series: vec![Series::new("pool", points)],
//!     remarks: Vec::new(),
//! };
//! let results = Experiments { machine: Machine::this(), rounds: 3, quick: true, experiments: vec![experiment] };
//!
//! let file = std::env::temp_dir().join(format!("results-{}.json", std::process::id()));
//! results::write(&file, &results)?;
//! let read: Experiments = results::read(&file)?;
//! assert_eq!(read.experiments[0].series[0].points[1].median(), Some(196.0));
//! # std::fs::remove_file(file).unwrap();
//! # Ok::<(), results::Error>(())
//! ```

mod change;
mod comparison;
mod experiment;
mod machine;
mod number;
mod runs;
mod statistics;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

pub use change::{Change, Changes, Spread};
pub use comparison::{Comparison, Comparisons, Fairness, Measured, Quartiles, Ratio};
pub use experiment::{Axis, Experiment, Experiments, Point, Scale, Series};
pub use machine::Machine;
pub use number::{duration, figures};
pub use runs::{Draft, Run, Runs};
pub use statistics::{median, quantile, quartiles};

/// If the environment variable of this name names a file, an exercise that lets people guess writes what there is to show
/// into it: guess and measurement, as text. The same as SVG lies beside it.
pub const SHOWN: &str = "MEASURE_SHOWN";

/// What a file of either kind holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Results {
    /// Contenders, in turns.
    Comparisons(Comparisons),
    /// Curves.
    Experiments(Experiments),
}

impl Results {
    /// Reads a file of either kind.
    ///
    /// # Errors
    ///
    /// If there is no such file, or it holds neither.
    pub fn read(file: &Path) -> Result<Results, Error> {
        #[derive(Deserialize)]
        struct Kind {
            experiments: Option<IgnoredAny>,
        }
        match read::<Kind>(file)?.experiments {
            Some(_) => read(file).map(Results::Experiments),
            None => read(file).map(Results::Comparisons),
        }
    }

    /// Where that was.
    pub fn machine(&self) -> &Machine {
        match self {
            Results::Comparisons(Comparisons { machine, .. }) | Results::Experiments(Experiments { machine, .. }) => {
                machine
            }
        }
    }
}

/// Reads a file of results.
///
/// # Errors
///
/// If there is no such file, or it holds something else.
pub fn read<T: DeserializeOwned>(file: &Path) -> Result<T, Error> {
    let fault = |reason: String| Error { file: file.to_owned(), verb: "read", reason };
    let bytes = fs::read(file).map_err(|error| fault(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| fault(error.to_string()))
}

/// Writes a file of results, and replaces what was there.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write<T: Serialize>(file: &Path, results: &T) -> Result<(), Error> {
    let fault = |reason: String| Error { file: file.to_owned(), verb: "write", reason };
    let text = serde_json::to_string_pretty(results).map_err(|error| fault(error.to_string()))?;
    fs::write(file, text + "\n").map_err(|error| fault(error.to_string()))
}

/// A file of results could not be read or written.
#[derive(Debug)]
pub struct Error {
    file: PathBuf,
    verb: &'static str,
    reason: String,
}

impl Error {
    /// What is wrong, without the file.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot {} {}: {}", self.verb, self.file.display(), self.reason)
    }
}

impl std::error::Error for Error {}
