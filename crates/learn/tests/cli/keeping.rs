//! What the learner wrote is never lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use learn::{Course, altered};

use crate::workshop::{FILE, Workshop};

const START: &str = "exercises/build-event/start.rs";
const MINE: &str = "// What I wrote.\n";

fn read(workshop: &Workshop, file: impl AsRef<Path>) -> String {
    fs::read_to_string(workshop.root.join(file)).expect("the file can be read")
}

fn write(workshop: &Workshop, file: &str, text: &str) {
    fs::write(workshop.root.join(file), text).expect("the file can be written");
}

/// The files in `folder`, in the order of their names.
fn files(workshop: &Workshop, folder: &str) -> Vec<PathBuf> {
    let entries = workshop.root.join(folder).read_dir().expect("the folder can be read");
    let mut files = entries.map(|entry| entry.expect("the folder can be read").path()).collect::<Vec<_>>();
    files.sort();
    files
}

#[test]
fn a_reset_puts_away_what_was_written_and_says_where() {
    let workshop = Workshop::open();
    let kept = |number: usize| files(&workshop, ".locksmith/kept/build-event")[number].clone();
    for (number, text) in [MINE, "// Once more.\n"].into_iter().enumerate() {
        write(&workshop, FILE, text);
        let told = workshop.learn(&["reset"]);
        let lies_in = kept(number).strip_prefix(&workshop.root).expect("it is in the workspace").display().to_string();
        told.ends_with(0, &["is as handed out again", &lies_in]);
        assert_eq!(read(&workshop, FILE), read(&workshop, START));
        assert_eq!(read(&workshop, kept(number)), text);
    }
    assert_eq!(read(&workshop, kept(0)), MINE, "what was put away once stays as it is");
    workshop.learn(&["reset", "build-event"]).ends_with(0, &["as handed out already"]);
    assert_eq!(files(&workshop, ".locksmith/kept/build-event").len(), 2);
}

/// A limit of no bytes for any file is what a full disk is like.
#[test]
#[cfg(unix)]
fn on_a_full_disk_nothing_is_lost() {
    let workshop = Workshop::open();
    workshop.learn(&["hint"]).ends_with(0, &["Hint 1"]);
    let progress = read(&workshop, ".locksmith/progress.toml");
    write(&workshop, FILE, MINE);
    for (command, file) in [("reset", ".locksmith/kept/build-event/"), ("hint", ".locksmith/progress.toml: ")] {
        let told = Command::new("/bin/sh")
            .args(["-c", "ulimit -f 0; trap '' XFSZ; exec \"$0\" \"$1\"", env!("CARGO_BIN_EXE_learn"), command])
            .current_dir(&workshop.root)
            .output()
            .expect("the command can be run");
        let stderr = String::from_utf8(told.stderr).expect("it prints UTF-8");
        assert_eq!(told.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(file) && stderr.contains("File too large"), "{stderr}");
    }
    assert_eq!(read(&workshop, FILE), MINE);
    assert_eq!(read(&workshop, ".locksmith/progress.toml"), progress);
    assert_eq!(files(&workshop, ".locksmith/kept/build-event"), [] as [PathBuf; 0]);
    let leftovers = [".locksmith", "exercises/build-event/src"].map(|folder| files(&workshop, folder)).concat();
    assert!(leftovers.iter().all(|file| file.extension().is_none_or(|ending| ending != "new")), "{leftovers:?}");
}

#[test]
fn an_update_hands_out_anew_what_was_not_touched() {
    let workshop = Workshop::open();
    workshop.learn(&["update"]).ends_with(0, &["No exercise has changed"]);
    workshop.change(START, "An event flag", "A flag for events");
    workshop.learn(&["update"]).ends_with(0, &["build-event has changed, and is handed out anew"]);
    assert_eq!(read(&workshop, FILE), read(&workshop, START));
    workshop.learn(&["update"]).ends_with(0, &["No exercise has changed"]);
}

#[test]
fn an_update_leaves_alone_what_was_written() {
    let workshop = Workshop::open();
    workshop.learn(&["list"]).ends_with(0, &["to do   build-event"]);
    let began_with = read(&workshop, START);
    write(&workshop, FILE, MINE);
    workshop.change(START, "An event flag", "A flag for events");
    let told = workshop.learn(&["update"]);
    told.ends_with(0, &["build-event has changed, and what you wrote is left alone", "git diff --no-index", START]);
    assert_eq!(read(&workshop, FILE), MINE);
    let [kept] = &*files(&workshop, ".locksmith/kept/build-event") else { panic!("one file is put away") };
    assert_eq!(read(&workshop, kept), began_with);
    workshop.learn(&["update"]).ends_with(0, &["No exercise has changed"]);
}

#[test]
fn a_solution_is_shown_to_whoever_has_passed_or_insists() {
    let workshop = Workshop::open();
    let solution = ["crates/event/src/lib.rs", "pub fn wait_timeout"];
    let told = workshop.learn(&["solution"]);
    told.ends_with(1, &["has not been passed yet", "--yes"]);
    assert_eq!(told.stdout, "");
    workshop.learn(&["solution", "--yes"]).ends_with(0, &solution);
    write(&workshop, ".locksmith/progress.toml", "[build-event]\npassed = true\n");
    workshop.learn(&["solution", "build-event"]).ends_with(0, &solution);
    workshop.learn(&["next"]).ends_with(0, &["every exercise"]);
}

#[test]
fn who_has_passed_all_has_to_say_what_is_to_begin_anew() {
    let workshop = Workshop::open();
    workshop.learn(&["list"]).ends_with(0, &["to do   build-event"]);
    write(&workshop, ".locksmith/progress.toml", "[build-event]\npassed = true\n");
    write(&workshop, FILE, MINE);
    workshop.learn(&["reset"]).ends_with(2, &["say which one"]);
    assert_eq!(read(&workshop, FILE), MINE);
    workshop.learn(&["reset", "build-event"]).ends_with(0, &["is as handed out again"]);
}

#[test]
fn what_judges_is_known_to_be_altered_and_what_the_learner_writes_is_not_meant() {
    let workshop = Workshop::open();
    let repository = workshop.root.join(".git");
    // It may have been left behind by a test that failed.
    let _ = fs::remove_dir_all(&repository);
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=A", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]).args(arguments);
        assert!(git.current_dir(&workshop.root).status().expect("Git can be run").success(), "{arguments:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "exercises", "crates/event"]);
    git(&["commit", "--quiet", "--message", "As given"]);
    let course = Course::find(&workshop.root).expect("there is a course");
    let exercise = course.exercise("build-event").expect("there is such an exercise");

    write(&workshop, FILE, MINE);
    write(&workshop, "exercises/two-counters/tests/contract.rs", MINE);
    write(&workshop, "exercises/build-event/README.md", MINE);
    assert_eq!(altered(&course, exercise), [] as [PathBuf; 0]);
    let tests = ["crates/event/tests/contract.rs", "exercises/build-event/tests/contract.rs", "exercises/model.rs"];
    for file in tests {
        write(&workshop, file, MINE);
    }
    assert_eq!(altered(&course, exercise), tests.map(PathBuf::from));

    fs::remove_dir_all(&repository).expect("the folder can be removed");
    assert_eq!(altered(&course, exercise), [] as [PathBuf; 0]);
}
