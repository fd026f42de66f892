//! Whether what judges an exercise is as it was given.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::course::{Course, Exercise};

/// The files that judge `exercise` and differ from the last commit, relative to the workspace's root: a verdict is worth as
/// much as its tests.
///
/// It is Git that knows. Where there is no Git, or no commit, nobody knows, and there are none.
pub fn altered(course: &Course, exercise: &Exercise) -> Vec<PathBuf> {
    let learners = exercise.files().collect::<Vec<_>>();
    let mut git = Command::new("git");
    git.args(["diff", "--name-only", "--relative", "-z", "HEAD", "--"]).current_dir(course.root());
    git.args(["src", "tests", "Cargo.toml", "exercise.toml"].map(|part| exercise.folder().join(part)));
    // Where the reference's tests judge, they lie with the reference.
    git.arg(Path::new("crates").join(&exercise.manifest().concept).join("tests")).arg(":(glob)exercises/*.rs");
    let Some(told) = git.output().ok().filter(|told| told.status.success()) else { return Vec::new() };
    let told = String::from_utf8_lossy(&told.stdout);
    told.split_terminator('\0').map(PathBuf::from).filter(|file| !learners.contains(file)).collect()
}
