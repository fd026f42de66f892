//! The watch mode, at a terminal.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::terminal::Coach;
use crate::workshop::{FILE, Workshop, processes_in};

/// As handed out, but for a `wait` that never looks at anything, so that a check goes on for longer than anybody waits here.
fn endless(workshop: &Workshop) -> String {
    workshop.change("exercises/build-event/exercise.toml", "tests = 15\nmodel = 15", "tests = 1000\nmodel = 1000");
    let start = fs::read_to_string(workshop.root.join(FILE)).expect("the file can be read");
    start.replace("pub fn wait(&self) {}", "pub fn wait(&self) { loop { std::hint::black_box(self); } }")
}

fn save(workshop: &Workshop, text: &str) {
    fs::write(workshop.root.join(FILE), text).expect("the file can be written");
}

/// What runs in the workshop, except for the coach itself, is gone before long.
#[track_caller]
fn nothing_is_left_running(root: &Path) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !processes_in(root).is_empty() {
        assert!(Instant::now() < deadline, "{:?}", processes_in(root));
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_save_is_answered_with_the_verdict_and_a_pass_is_remembered() {
    let workshop = Workshop::open();
    let mut coach = Coach::start(&workshop.root, &[]);
    coach.shows("# Build the event flag");
    coach.shows("Scroll up, or read exercises/build-event/README.md");
    coach.shows("0 of 1 passed  watching");
    workshop.hand_in("exercises/build-event/wrong/looks-twice.rs");
    for part in [
        "compile  passed",
        "model    failed",
        "set_releases_a_waiter: deadlock",
        "falls asleep for good",
        "h for a hint",
    ] {
        coach.shows(part);
    }
    workshop.hand_in("crates/event/src/lib.rs");
    for part in ["compile  passed", "tests    passed", "model    passed", "Passed, in", "1 of 1 passed"] {
        coach.shows(part);
    }
    coach.shows("That was all of them.");
    coach.press("n");
    let before = coach.shows("You have passed every exercise there is.");
    assert!(!before.contains("n next"), "there is nothing to go on to: {before}");
    coach.press("q");
    assert_eq!(coach.ends().code(), Some(0));
    workshop.learn(&["list"]).ends_with(0, &["passed  build-event"]);
}

#[test]
fn keys_work_and_a_save_starts_over_while_a_check_goes_on() {
    let workshop = Workshop::open();
    let endless = endless(&workshop);
    let mut coach = Coach::start(&workshop.root, &[]);
    coach.shows("watching");
    save(&workshop, &endless);
    coach.shows("compile  passed");
    coach.press("h");
    coach.shows("Hint 1 of 3");
    coach.press("l");
    coach.shows("to do   build-event");
    coach.press("s");
    coach.shows("Show the solution all the same? y/n");
    coach.press("n");
    coach.press("t");
    coach.shows("# Build the event flag");
    save(&workshop, &endless.replace("pub fn set(&self) {}", "pub fn set(&self) { self.flag = true }"));
    coach.shows("it starts over");
    let before = coach.shows("compile  failed");
    assert!(!before.contains("stopped"), "the check that was ended is not told about: {before}");
    coach.shows("no field `flag`");
    coach.press("q");
    assert_eq!(coach.ends().code(), Some(0));
    nothing_is_left_running(&workshop.root);
}

#[test]
fn the_terminal_is_given_back_in_order() {
    let workshop = Workshop::open();
    for key in ["q", "\x03"] {
        let mut coach = Coach::start(&workshop.root, &[]);
        coach.shows("watching");
        assert!(!coach.terminal_is_in_order(), "a key counts without Enter");
        coach.press(key);
        assert_eq!(coach.ends().code(), Some(0));
        assert!(coach.terminal_is_in_order());
        coach.shows("\x1b[?25h");
    }
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut coach = Coach::start(&workshop.root, &[]);
        coach.shows("watching");
        coach.signal(signal);
        assert_eq!(coach.ends().signal(), Some(signal.as_raw()));
        assert!(coach.terminal_is_in_order());
        coach.shows("\x1b[?25h");
    }
}

#[test]
fn a_coach_that_is_killed_leaves_nothing_running() {
    let workshop = Workshop::open();
    let endless = endless(&workshop);
    let mut coach = Coach::start(&workshop.root, &[]);
    coach.shows("watching");
    save(&workshop, &endless);
    coach.shows("compile  passed");
    coach.signal(Signal::KILL);
    assert_eq!(coach.ends().signal(), Some(Signal::KILL.as_raw()));
    nothing_is_left_running(&workshop.root);
    assert_eq!(fs::read_to_string(workshop.root.join(FILE)).expect("the file can be read"), endless);
}
