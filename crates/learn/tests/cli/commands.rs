//! The commands, each as it is typed.

use std::fs;

use crate::workshop::{FILE, Workshop, copy, learn};

#[test]
fn the_first_screen_shows_the_exercise_and_what_to_do() {
    let workshop = Workshop::open();
    // What was prepared once is not prepared again: nothing is started in the background.
    let target = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(target.path().join("learn")).expect("a folder can be made");
    fs::write(target.path().join("learn/prepared"), "").expect("a file can be written");

    let told = learn(&workshop.root, target.path(), &[]);
    told.ends_with(0, &["Exercise 1 of 1", "# Build the event flag", FILE, "cargo learn check", "cargo learn hint"]);
    assert!(!told.stdout.contains("compiled in the background"), "{}", told.stdout);
    assert!(!told.stdout.contains('\x1b'), "no colours where there is no terminal");
    assert!(told.stdout.lines().all(|line| line.chars().count() <= 80), "{}", told.stdout);
}

#[test]
fn each_call_shows_the_next_hint_and_then_the_last_again() {
    let workshop = Workshop::open();
    for number in ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"] {
        workshop.learn(&["hint"]).ends_with(0, &[number]);
    }
}

#[test]
fn as_handed_out_it_is_refused_and_not_passed() {
    let workshop = Workshop::open();
    let test = "contract::set_raises_the_flag_and_clear_takes_it_down: panic";
    workshop.learn(&["check"]).ends_with(1, &["compile  passed", "model    failed", test, "Not yet"]);
    workshop.learn(&["list"]).ends_with(0, &["to do   build-event"]);
}

#[test]
fn the_solution_passes_and_is_remembered() {
    let workshop = Workshop::open();
    workshop.hand_in("crates/event/src/lib.rs");
    let parts = ["compile  passed", "tests    passed", "model    passed", "Passed, in", "crates/event/src/lib.rs"];
    workshop.learn(&["check", "build-event"]).ends_with(0, &parts);
    workshop.learn(&["list"]).ends_with(0, &["passed  build-event"]);
    assert!(!workshop.learn(&["list"]).stdout.contains("changed since"));
    workshop.hand_in("exercises/build-event/wrong/looks-twice.rs");
    workshop.learn(&["list"]).ends_with(0, &["passed  build-event", ", changed since"]);
}

#[test]
fn a_lost_wake_up_is_shown() {
    let workshop = Workshop::open();
    workshop.hand_in("exercises/build-event/wrong/looks-twice.rs");
    let told = workshop.learn(&["check"]);
    told.ends_with(1, &["model    failed", "contract::set_releases_a_waiter: deadlock", "falls asleep for good"]);
}

#[test]
fn a_set_that_wakes_one_is_refused() {
    let workshop = Workshop::open();
    workshop.hand_in("exercises/build-event/wrong/wakes-one.rs");
    let told = workshop.learn(&["check"]);
    told.ends_with(
        1,
        &["model    failed", "contract::set_releases_every_waiter: deadlock", "wake one", "is everybody?"],
    );
}

#[test]
fn a_flag_without_a_generation_is_refused() {
    let workshop = Workshop::open();
    workshop.hand_in("exercises/build-event/wrong/no-generation.rs");
    let told = workshop.learn(&["check"]);
    told.ends_with(1, &["model    failed", "contract::a_set_and_a_clear_release_a_sleeper: "]);
}

#[test]
fn an_error_of_the_compiler_is_shown() {
    let workshop = Workshop::open();
    workshop.change(FILE, "pub fn set(&self) {}", "pub fn set(&self) { self.flag = true }");
    let told = workshop.learn(&["check"]);
    told.ends_with(1, &["compile  failed", "no field `flag`", "Begin with the first error"]);
    assert!(!told.stdout.contains("tests "), "what does not compile is not run: {}", told.stdout);
}

#[test]
fn where_there_are_no_threads_the_model_is_not_asked() {
    let workshop = Workshop::open();
    fs::write(workshop.root.join("exercises/course.toml"), "exercises = [\"read-exactly\"]\n")
        .expect("a file can be written");
    // Not where the model may have been compiled already.
    let target = tempfile::tempdir().expect("a temporary folder can be made");
    let check = || learn(&workshop.root, target.path(), &["check"]);

    let file = "exercises/read-exactly/src/lib.rs";
    workshop.change(file, "    match stream", "    let _unseen = std::sync::Mutex::new(());\n    match stream");
    let told = check();
    told.ends_with(1, &["compile  passed", "tests    failed", "pieces_are_put_together", "which promise", "Not yet"]);
    assert!(!told.stdout.contains("model"), "{}", told.stdout);

    copy(&workshop.root.join("exercises/read-exactly/solution.rs"), &workshop.root.join(file))
        .expect("the file can be copied");
    let told = check();
    told.ends_with(0, &["compile  passed", "tests    passed", "Passed, in"]);
    assert!(!told.stdout.contains("model"), "{}", told.stdout);
    assert!(!target.path().join("learn/prepared").exists(), "the model has not been compiled");
}

#[test]
fn a_guess_with_a_reason_passes_and_the_measurement_is_laid_over_it() {
    let workshop = Workshop::open();
    fs::write(workshop.root.join("exercises/course.toml"), "exercises = [\"how-many-workers\"]\n")
        .expect("a file can be written");
    let hand_in = |name: &str| {
        let folder = workshop.root.join("exercises/how-many-workers");
        copy(&folder.join(name), &folder.join("src/lib.rs")).expect("the file can be copied");
        workshop.learn(&["check"])
    };
    // Far from what comes out, on any computer: no speed is judged.
    let told = hand_in("right/sixteen-of-everything.rs");
    told.ends_with(
        0,
        &["● jobs that wait", "□ jobs that compute: your guess", "Jobs that compute: you expected", "Passed"],
    );
    let picture = told.stdout.split("Drawn: ").nth(1).and_then(|rest| rest.lines().next()).expect("it says where");
    assert!(fs::read_to_string(picture).expect("it is there").contains("How much do more workers help?"));

    let told = hand_in("wrong/no-reason.rs");
    told.ends_with(1, &["the first by a guess that is none", "why you expect that", "before you know it"]);
    assert!(!told.stdout.contains("Drawn"), "what was measured before is not shown again: {}", told.stdout);
}

/// Neither a watchdog nor the model can stop a thread that never looks at anything.
#[test]
#[cfg(target_os = "linux")]
fn a_loop_without_end_ends_in_a_verdict_and_leaves_no_process() {
    let workshop = Workshop::open();
    workshop.hand_in("crates/event/src/lib.rs");
    workshop.change(
        FILE,
        "pub fn wait(&self) {",
        "pub fn wait(&self) { loop { std::hint::black_box(self); } }\nfn _wait(&self) {",
    );
    let parts = [
        "compile  passed",
        "of them had not ended",
        "a loop without an atomic in it",
        "contract::wait_returns_at_once_when_set",
        "Something never came to an end",
    ];
    workshop.learn(&["check"]).ends_with(1, &parts);
    assert_eq!(crate::workshop::processes_in(&workshop.root), [] as [std::path::PathBuf; 0]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_crash_is_a_verdict_and_the_children_that_it_leaves_behind_are_ended() {
    let workshop = Workshop::open();
    // All else is right: whichever test comes first, none can fail in another way before the crash.
    workshop.hand_in("crates/event/src/lib.rs");
    let crash = "let _ = std::process::Command::new(\"sleep\").arg(\"1000\").spawn(); std::process::abort();";
    workshop.change(FILE, "pub fn wait(&self) {", &format!("pub fn wait(&self) {{ {crash}"));
    workshop
        .learn(&["check"])
        .ends_with(1, &["compile  passed", "the first by a crash", "look at what it printed last"]);
    assert_eq!(crate::workshop::processes_in(&workshop.root), [] as [std::path::PathBuf; 0]);
}

#[test]
fn what_is_not_there_is_a_usage_error() {
    let workshop = Workshop::open();
    workshop
        .learn(&["chekc"])
        .ends_with(2, &["unrecognized subcommand 'chekc'", "a similar subcommand exists: 'check'"]);
    workshop.learn(&["check", "build-even"]).ends_with(2, &["no exercise \"build-even\"", "build-event"]);
    let nowhere = tempfile::tempdir().expect("a temporary folder can be made");
    learn(nowhere.path(), nowhere.path(), &["list"]).ends_with(2, &["no course here"]);
}

#[test]
fn a_manifest_that_makes_no_sense_is_told_with_its_place() {
    let workshop = Workshop::open();
    let manifest = "exercises/build-event/exercise.toml";
    let list = ["list"];
    workshop.change(manifest, "kind = \"build\"", "kind = \"destroy\"");
    workshop.learn(&list).ends_with(2, &["exercise.toml", "line 3", "unknown variant `destroy`"]);
    workshop.change(manifest, "kind = \"destroy\"", "kind = \"build\"\ncolour = \"red\"");
    workshop.learn(&list).ends_with(2, &["exercise.toml", "line 4", "unknown field `colour`"]);
    workshop.change(manifest, "colour = \"red\"", "");
    workshop.change(manifest, "wrong/wakes-one.rs", "wrong/wakes-two.rs");
    workshop.learn(&list).ends_with(2, &["exercise.toml", "there is no exercises/build-event/wrong/wakes-two.rs"]);
    workshop.change(manifest, "wrong/wakes-two.rs", "wrong/wakes-one.rs");
    workshop.change(manifest, "model = [\"contract\"]", "");
    workshop.learn(&list).ends_with(2, &["exercise.toml", "a limit for them belong together"]);
    workshop.change(manifest, "id = \"build-event\"", "id = \"event\"");
    workshop.learn(&list).ends_with(2, &["its id is \"event\""]);
}
