//! The drawer into which goes what the learner wrote before anything else takes its place.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::course::{Course, Exercise};
use crate::disk;

/// The drawer's folder, relative to the workspace's root.
const DRAWER: &str = ".locksmith";

/// Where the learner's files are put away: a folder in the workspace that Git ignores.
///
/// - `.locksmith/begun/ID.rs`: what was handed out when the learner began with the exercise `ID`;
/// - `.locksmith/passed/ID.rs`: what the learner had written when the exercise was passed, the last time;
/// - `.locksmith/kept/ID/2026-01-31T12-00-00-lib.rs`: what the learner had written when it was put away, in UTC.
///
/// Nothing is taken out of it again, and nothing in `kept` is ever written twice.
#[derive(Clone, Debug)]
pub struct Drawer {
    root: PathBuf,
}

/// What [`Drawer::update`] has found, and done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    /// What is handed out is what the learner began with.
    Unchanged,
    /// The exercise has changed, and the learner's file was still as handed out: it now is as handed out today.
    BroughtUpToDate,
    /// The exercise has changed, and the learner's file, which has changes of its own, was left alone.
    LeftAlone {
        /// What the learner began with, relative to the workspace's root. Beside the exercise's `start.rs` it shows what
        /// has changed.
        began_with: PathBuf,
    },
}

impl Drawer {
    /// The drawer in the workspace of `course`.
    pub fn of(course: &Course) -> Drawer {
        Drawer { root: course.root().to_owned() }
    }

    /// Remembers what is handed out for `exercise`, unless the learner has begun with it before.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written.
    pub fn begin(&self, exercise: &Exercise) -> Result<(), DrawerError> {
        let begun = begun(exercise);
        if self.root.join(&begun).exists() { Ok(()) } else { self.replace(&begun, &self.read(&start(exercise))?) }
    }

    /// Whether what the learner edits is as handed out.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn is_untouched(&self, exercise: &Exercise) -> Result<bool, DrawerError> {
        Ok(self.written(exercise)? == self.read(&start(exercise))?)
    }

    /// What the learner edits, as it is now.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn written(&self, exercise: &Exercise) -> Result<Vec<u8>, DrawerError> {
        self.read(&main_file(exercise))
    }

    /// Remembers that `exercise` was passed with `written`.
    ///
    /// # Errors
    ///
    /// If that cannot be written.
    pub fn pass(&self, exercise: &Exercise, written: &[u8]) -> Result<(), DrawerError> {
        self.replace(&passed(exercise), written)
    }

    /// Whether what the learner edits is known to be something else than what `exercise` was passed with.
    pub fn changed_since_passed(&self, exercise: &Exercise) -> bool {
        let written = self.written(exercise).ok();
        self.read(&passed(exercise)).is_ok_and(|passed| written.is_none_or(|written| written != passed))
    }

    /// Puts what is handed out in the place of what the learner wrote, and puts that away first. Says where it lies now,
    /// relative to the workspace's root; nowhere, if the file was as handed out already.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written. What the learner wrote is then still where it was.
    pub fn reset(&self, exercise: &Exercise) -> Result<Option<PathBuf>, DrawerError> {
        let file = main_file(exercise);
        let start = self.read(&start(exercise))?;
        let written = self.written(exercise)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let kept = if written == start { None } else { Some(self.put_away(exercise, &name, &written)?) };
        if kept.is_some() {
            self.replace(&file, &start)?;
        }
        self.replace(&begun(exercise), &start)?;
        Ok(kept)
    }

    /// After a new version of the course has come: looks whether another text is handed out for `exercise` than when the
    /// learner began with it, and hands that out where nothing of the learner's is in the way.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written. Nothing is lost then, and the next call goes on from there.
    pub fn update(&self, exercise: &Exercise) -> Result<Update, DrawerError> {
        self.begin(exercise)?;
        let (file, begun) = (main_file(exercise), begun(exercise));
        let (old, new, written) = (self.read(&begun)?, self.read(&start(exercise))?, self.read(&file)?);
        if old == new {
            return Ok(Update::Unchanged);
        }
        let update = if written == new {
            Update::BroughtUpToDate
        } else if written == old {
            self.replace(&file, &new)?;
            Update::BroughtUpToDate
        } else {
            Update::LeftAlone { began_with: self.put_away(exercise, "start.rs", &old)? }
        };
        self.replace(&begun, &new)?;
        Ok(update)
    }

    fn put_away(&self, exercise: &Exercise, name: &str, bytes: &[u8]) -> Result<PathBuf, DrawerError> {
        let folder = Path::new(DRAWER).join("kept").join(&exercise.manifest().id);
        let fail = |error| DrawerError { path: folder.clone(), error };
        fs::create_dir_all(self.root.join(&folder)).map_err(fail)?;
        let now = timestamp(SystemTime::now());
        // Twice within a second, the second gets a number.
        let names = (1..).map(|number| match number {
            1 => format!("{now}-{name}"),
            _ => format!("{now}.{number}-{name}"),
        });
        for path in names.map(|name| folder.join(name)) {
            match disk::write_new(&self.root.join(&path), bytes) {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    // A part of a file would only mislead.
                    let _ = fs::remove_file(self.root.join(&path));
                    return Err(DrawerError { path, error });
                }
            }
        }
        unreachable!("there is always one more number")
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, DrawerError> {
        fs::read(self.root.join(path)).map_err(|error| DrawerError { path: path.to_owned(), error })
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), DrawerError> {
        disk::replace(&self.root.join(path), bytes).map_err(|error| DrawerError { path: path.to_owned(), error })
    }
}

/// The file that `start.rs` is handed out as: the first that the learner edits.
fn main_file(exercise: &Exercise) -> PathBuf {
    exercise.folder().join(&exercise.manifest().files[0])
}

fn start(exercise: &Exercise) -> PathBuf {
    exercise.folder().join("start.rs")
}

fn begun(exercise: &Exercise) -> PathBuf {
    Path::new(DRAWER).join("begun").join(format!("{}.rs", exercise.manifest().id))
}

fn passed(exercise: &Exercise) -> PathBuf {
    Path::new(DRAWER).join("passed").join(format!("{}.rs", exercise.manifest().id))
}

/// `2026-01-31T12-00-00`: sorted by name is sorted by time, and every file system takes it.
fn timestamp(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (mut day, second) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    while day >= days_in_year(year) {
        day -= days_in_year(year);
        year += 1;
    }
    let february = days_in_year(year) - 337;
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year}-{month:02}-{:02}T{hour:02}-{minute:02}-{:02}", day + 1, second % 60)
}

fn days_in_year(year: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if leap { 366 } else { 365 }
}

/// A file cannot be read, or cannot be written.
#[derive(Debug)]
pub struct DrawerError {
    path: PathBuf,
    error: io::Error,
}

impl fmt::Display for DrawerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path.display(), self.error)
    }
}

impl Error for DrawerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::timestamp;

    #[test]
    fn a_timestamp_is_the_date_and_time_in_utc() {
        let at = |seconds| timestamp(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00-00-00");
        assert_eq!(at(951_868_799), "2000-02-29T23-59-59");
        assert_eq!(at(951_868_800), "2000-03-01T00-00-00");
        assert_eq!(at(1_798_761_599), "2026-12-31T23-59-59");
        assert_eq!(at(4_107_542_400), "2100-03-01T00-00-00");
    }
}
