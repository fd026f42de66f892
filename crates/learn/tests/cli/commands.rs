//! `cargo learn` as a learner meets it: the real binary, in a copy of the workspace.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A copy of the workspace. There is but one, so that most of it stays compiled; whoever holds it is alone in it.
struct Workshop {
    root: PathBuf,
    _alone: MutexGuard<'static, ()>,
}

const FILE: &str = "exercises/build-event/src/lib.rs";

impl Workshop {
    fn open() -> Workshop {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workshop");
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        fs::create_dir_all(&root).expect("a folder can be made");
        for part in ["Cargo.toml", "Cargo.lock", "benches", "crates", "exercises"] {
            copy(&original.join(part), &root.join(part)).expect("the workspace can be copied");
        }
        let workshop = Workshop { root, _alone: alone };
        workshop.hand_in("exercises/build-event/start.rs");
        let _ = fs::remove_dir_all(workshop.root.join(".locksmith"));
        workshop
    }

    /// Puts a file of the workspace in the place of the one that the learner edits.
    fn hand_in(&self, file: &str) {
        copy(&self.root.join(file), &self.root.join(FILE)).expect("the file can be copied");
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let file = self.root.join(file);
        let text = fs::read_to_string(&file).expect("the file can be read");
        assert!(text.contains(from), "{from:?} occurs in {}", file.display());
        fs::write(&file, text.replace(from, to)).expect("the file can be written");
    }

    fn learn(&self, arguments: &[&str]) -> Told {
        // The folder above is the target directory of this build. In it the learner's exercises are compiled, too.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target directory is above");
        learn(&self.root, target, arguments)
    }
}

/// What the command printed, and how it ended.
struct Told {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

impl Told {
    #[track_caller]
    fn ends_with(&self, code: i32, parts: &[&str]) {
        let Told { stdout, stderr, .. } = self;
        assert_eq!(self.code, Some(code), "{stdout}{stderr}");
        for part in parts {
            assert!(stdout.contains(part) || stderr.contains(part), "{part:?} is missing:\n{stdout}{stderr}");
        }
    }
}

fn learn(folder: &Path, target: &Path, arguments: &[&str]) -> Told {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_learn"))
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .expect("the command can be run");
    let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
    Told { stdout: text(stdout), stderr: text(stderr), code: status.code() }
}

/// Makes `to` like `from`. Leaves alone what is so already, and Cargo then does not compile it again.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_file() {
        let bytes = fs::read(from)?;
        return if fs::read(to).is_ok_and(|present| present == bytes) { Ok(()) } else { fs::write(to, bytes) };
    }
    fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let name = entry?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    for entry in to.read_dir()? {
        let entry = entry?;
        if from.join(entry.file_name()).exists() {
            continue;
        }
        if entry.path().is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}

/// The processes that run in `folder` or below it.
#[cfg(target_os = "linux")]
fn processes_in(folder: &Path) -> Vec<PathBuf> {
    let processes = Path::new("/proc").read_dir().expect("there is a /proc");
    let folders = processes.filter_map(|process| fs::read_link(process.ok()?.path().join("cwd")).ok());
    folders.filter(|cwd| cwd.starts_with(folder)).collect()
}

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
    told.ends_with(1, &["model    failed", "contract::a_set_and_a_clear_release_whoever_was_waiting: "]);
}

#[test]
fn an_error_of_the_compiler_is_shown() {
    let workshop = Workshop::open();
    workshop.change(FILE, "pub fn set(&self) {}", "pub fn set(&self) { self.flag = true }");
    let told = workshop.learn(&["check"]);
    told.ends_with(1, &["compile  failed", "no field `flag`", "Begin with the first error"]);
    assert!(!told.stdout.contains("tests "), "what does not compile is not run: {}", told.stdout);
}

/// Neither a watchdog nor the model can stop a thread that never looks at anything.
#[test]
#[cfg(target_os = "linux")]
fn a_loop_without_end_ends_in_a_verdict_and_leaves_no_process() {
    let workshop = Workshop::open();
    workshop.change(FILE, "pub fn wait(&self) {}", "pub fn wait(&self) { loop { std::hint::black_box(self); } }");
    let manifest = "exercises/build-event/exercise.toml";
    workshop.change(manifest, "tests = 15\nmodel = 15", "tests = 2\nmodel = 2");
    workshop.learn(&["check"]).ends_with(1, &["compile  passed", "the first by a time-out"]);
    assert_eq!(processes_in(&workshop.root), [] as [PathBuf; 0]);
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
    workshop.change(manifest, "id = \"build-event\"", "id = \"event\"");
    workshop.learn(&list).ends_with(2, &["its id is \"event\""]);
}
