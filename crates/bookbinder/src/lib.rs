//! Builds the book, finds what is wrong with it, and serves it.
//!
//! The book is an mdBook in the folder `book`, and a stock `mdbook build book` builds it as well: it needs no
//! preprocessor. Its code is included from files that are compiled and tested. Its pictures of schedules are included
//! too, from `book/figures`: `cargo book schedules` draws them, by running the tests of the package `listings` under the
//! model, and the same tests compare them with what is there whenever the models are checked. Its charts are drawn from
//! what the benchmarks have measured, in `book/results`, by `cargo book charts`, and its pictures of bytes from the files
//! in `book/wires`, by `cargo book wires`; building the book compares both. Below a chart stands the reader's own, once
//! `cargo learn bench` has measured it.
//!
//! mdBook is lenient: a missing anchor is an empty listing, a missing page a link that leads nowhere. [`Book::build`]
//! returns such things as complaints.

mod charts;
mod complaints;
mod includes;
mod links;
mod readers;
mod report;
mod serve;
mod wires;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use results::Runs;

pub use serve::Server;

/// A book to be built.
#[derive(Clone, Debug)]
pub struct Book {
    source: PathBuf,
    output: PathBuf,
    /// What the reader has measured, if that is to be shown as well.
    runs: Option<Runs>,
}

impl Book {
    /// The book in the folder `source`, to be built into the folder `output`, of which nothing else is kept.
    pub fn new(source: impl Into<PathBuf>, output: impl Into<PathBuf>) -> Book {
        Book { source: source.into(), output: output.into(), runs: None }
    }

    /// The same book with the reader's own charts, from the newest of `runs` that has them, below those that they belong to.
    pub fn with_runs(self, runs: Runs) -> Book {
        Book { runs: Some(runs), ..self }
    }

    /// Where the pages are, once they are built.
    pub fn output(&self) -> &Path {
        &self.output
    }

    /// Builds the pages, and returns what is wrong with them: mdBook's warnings, includes of what is not there, code
    /// around an include that its file does not have, links that lead nowhere, charts and wires that do not show what their files say.
    ///
    /// # Errors
    ///
    /// If mdBook gives up, a file cannot be read, or a file of results or of a wire makes no sense.
    pub fn build(&self) -> Result<Vec<String>, Error> {
        let (built, mut complaints) = complaints::collect(|| self.render());
        built?;
        if let Some(runs) = &self.runs {
            complaints.extend(readers::insert(&self.output, runs)?);
        }
        complaints.extend(includes::check(&self.source.join("src"))?);
        complaints.extend(links::check(&self.output)?);
        let mut compare = |figures: Vec<Figure>, source: &str, command: &str| {
            let stale = |figure: &Figure| fs::read_to_string(&figure.path).ok().as_ref() != Some(&figure.html);
            complaints.extend(figures.into_iter().filter(stale).map(|figure| {
                format!("{} is not what the {source} say: `cargo book {command}` draws it", figure.path.display())
            }));
        };
        compare(charts::draw(&self.source)?, "results", "charts");
        compare(wires::draw(&self.source)?, "files in `wires`", "wires");
        Ok(complaints)
    }

    /// Draws the charts anew from the files of results, and returns the figures that it has written.
    ///
    /// # Errors
    ///
    /// If a file of results makes no sense, or a figure cannot be written.
    pub fn draw_charts(&self) -> Result<Vec<PathBuf>, Error> {
        write(charts::draw(&self.source)?)
    }

    /// Draws the pictures of bytes anew from the files in `wires`, and returns the figures that it has written.
    ///
    /// # Errors
    ///
    /// If such a file makes no sense, or a figure cannot be written.
    pub fn draw_wires(&self) -> Result<Vec<PathBuf>, Error> {
        write(wires::draw(&self.source)?)
    }

    fn render(&self) -> Result<(), Error> {
        // An absolute path stands for itself when mdBook joins it to the book's folder.
        let output = std::path::absolute(&self.output)?;
        let mut config = Config::from_disk(self.source.join("book.toml")).map_err(Error::mdbook)?;
        config.build.build_dir = output;
        MDBook::load_with_config(&self.source, config).and_then(|book| book.build()).map_err(Error::mdbook)
    }
}

/// The page about what is in the files `results`, in HTML that needs nothing beside it; compared with what is in `against`, if
/// there is anything.
///
/// # Errors
///
/// If a file of results makes no sense.
pub fn report(results: &[PathBuf], against: &[PathBuf]) -> Result<String, Error> {
    report::report(results, against)
}

/// Writes the figures, and says where they are.
fn write(figures: Vec<Figure>) -> Result<Vec<PathBuf>, Error> {
    for figure in &figures {
        fs::write(&figure.path, &figure.html)?;
    }
    Ok(figures.into_iter().map(|figure| figure.path).collect())
}

/// A figure of the book, and what has to be in it.
struct Figure {
    path: PathBuf,
    html: String,
}

/// Text as it has to stand in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Why there is no book.
#[derive(Debug)]
pub enum Error {
    /// mdBook gave up.
    Book {
        /// Its reason.
        message: String,
    },
    /// A file of results is not one.
    Results {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file that describes a picture of bytes does not.
    Wire {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file could not be read or written.
    Io(io::Error),
}

impl Error {
    /// mdBook's errors are chains; the ends say what is wrong.
    fn mdbook(error: impl fmt::Debug + fmt::Display) -> Error {
        Error::Book { message: format!("{error:#}") }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Book { message } => formatter.write_str(message),
            Error::Results { file, reason } | Error::Wire { file, reason } => {
                write!(formatter, "{}: {reason}", file.display())
            }
            Error::Io(error) => write!(formatter, "cannot read or write the book: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Book { .. } | Error::Results { .. } | Error::Wire { .. } => None,
            Error::Io(error) => Some(error),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Io(error)
    }
}

/// The files below `folder` whose names end in `.extension`, in order.
fn files(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir()? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
