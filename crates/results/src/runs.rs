//! Runs that are kept: a folder each, named by when it was made.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::machine::date;

/// The runs that were made in a workspace.
#[derive(Clone, Debug)]
pub struct Runs {
    folder: PathBuf,
}

/// A run that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// When it was made (in Greenwich), and of what: `2026-11-22_21-36-04_event`.
    pub name: String,
    /// Where its files are.
    pub folder: PathBuf,
}

impl Runs {
    /// The runs of a workspace that compiles into the folder `target`.
    pub fn of(target: &Path) -> Runs {
        Runs { folder: target.join("bench") }
    }

    /// All runs, the newest first.
    ///
    /// # Errors
    ///
    /// If their folder cannot be read. That there is none is no error: there are no runs, then.
    pub fn newest_first(&self) -> io::Result<Vec<Run>> {
        let entries = match self.folder.read_dir() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut runs = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // What begins with a dot has not come to its end.
            if !name.starts_with('.') && entry.path().is_dir() {
                runs.push(Run { name, folder: entry.path() });
            }
        }
        runs.sort_by(|left, right| right.name.cmp(&left.name));
        Ok(runs)
    }

    /// Begins a run of `what`. It is kept once somebody says so, and otherwise leaves nothing behind.
    ///
    /// # Errors
    ///
    /// If a folder cannot be made for it.
    pub fn begin(&self, what: &str) -> io::Result<Draft> {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let (days, second) = (seconds / (24 * 60 * 60), seconds % (24 * 60 * 60));
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let name = format!("{}_{hour:02}-{minute:02}-{second:02}_{}", date(days), what.replace('/', "-"));
        let folder = self.folder.join(format!(".{name}.{}", process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Draft { name, folder, runs: self.folder.clone() })
    }
}

impl Run {
    /// Its files of results, by name.
    ///
    /// # Errors
    ///
    /// If its folder cannot be read.
    pub fn files(&self) -> io::Result<Vec<PathBuf>> {
        let entries = self.folder.read_dir()?.collect::<io::Result<Vec<_>>>()?;
        let files = entries.into_iter().map(|entry| entry.path());
        let mut files: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|it| it == "json")).collect();
        files.sort();
        Ok(files)
    }
}

/// A run that has not come to its end. Dropped before that, it takes its files along.
#[derive(Debug)]
pub struct Draft {
    name: String,
    folder: PathBuf,
    runs: PathBuf,
}

impl Draft {
    /// Where to write its files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps it: all of its files appear at once.
    ///
    /// # Errors
    ///
    /// If its folder cannot be given its name.
    pub fn keep(self) -> io::Result<Run> {
        let folder = self.runs.join(&self.name);
        fs::rename(&self.folder, &folder)?;
        Ok(Run { name: self.name.clone(), folder })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // If it was kept, nothing is there any more; and that it cannot be removed harms nobody who lists the runs.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_appears_when_it_is_kept_and_not_before() {
        let target = std::env::temp_dir().join(format!("runs-{}", process::id()));
        let runs = Runs::of(&target);
        assert_eq!(runs.newest_first().unwrap(), []);

        let draft = runs.begin("event/wake").unwrap();
        fs::write(draft.folder().join("b.json"), "{}").unwrap();
        fs::write(draft.folder().join("a.json"), "{}").unwrap();
        fs::write(draft.folder().join("report.html"), "").unwrap();
        assert_eq!(runs.newest_first().unwrap(), []);
        let run = draft.keep().unwrap();
        assert!(run.name.ends_with("_event-wake"), "{}", run.name);
        assert_eq!(run.files().unwrap(), ["a.json", "b.json"].map(|file| run.folder.join(file)));

        drop(runs.begin("interrupted").unwrap());
        fs::create_dir(target.join("bench/1999-12-31_00-00-00_pool")).unwrap();
        let names: Vec<String> = runs.newest_first().unwrap().into_iter().map(|run| run.name).collect();
        assert_eq!(names, [&*run.name, "1999-12-31_00-00-00_pool"]);
        assert_eq!(target.join("bench").read_dir().unwrap().count(), 2, "nothing is left of the interrupted one");
        fs::remove_dir_all(target).unwrap();
    }
}
