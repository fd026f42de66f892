//! Measuring, with stand-ins for what measures and for what draws.

use std::fs;
use std::path::Path;

use crate::workshop::{Told, copy, learn};

/// Says what it knows, and writes what the file beside it tells it to. About `mutex` it breaks off, and at `event/wake` it
/// would go on for a minute.
const COMPARE: &str = r#"
use std::{env, fs, process, thread, time::Duration};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments[0] == "--list" {
        println!("event/wake/2   wakes\nmutex/lock/1   locks");
        return;
    }
    let json = arguments.iter().position(|it| it == "--json").expect("it is told where to write");
    let results = fs::read_to_string("results.json").expect("it is there");
    fs::write(&arguments[json + 1], results).expect("it can be written");
    match &*arguments[0] {
        "mutex" => process::exit(3),
        "event/wake" => {
            fs::write("begun", "").expect("it can be written");
            thread::sleep(Duration::from_secs(60));
        }
        _ => println!("{}", arguments.join(" ")),
    }
}
"#;

/// Writes down what it was told to draw.
const DRAW: &str = r#"
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    assert_eq!(arguments[..2], ["report", "--out"]);
    std::fs::write(&arguments[2], arguments[3..].join("\n")).expect("it can be written");
}
"#;

struct Stand(tempfile::TempDir);

impl Stand {
    fn new() -> Stand {
        let stand = Stand(tempfile::tempdir().expect("a temporary folder can be made"));
        let package = |name: &str| format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
        stand.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"benches\", \"bookbinder\"]\n");
        stand.write("benches/Cargo.toml", &package("benches"));
        stand.write("benches/src/bin/compare/main.rs", COMPARE);
        stand.write("bookbinder/Cargo.toml", &package("bookbinder"));
        stand.write("bookbinder/src/main.rs", DRAW);
        stand.write("exercises/course.toml", "exercises = [\"read-exactly\"]\n");
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../exercises/read-exactly");
        copy(&original, &stand.path().join("exercises/read-exactly")).expect("an exercise can be copied");
        stand.take("[10.0, 11.0, 12.0]");
        stand
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.path().join(name);
        fs::create_dir_all(file.parent().expect("it lies in a folder")).expect("a folder can be made");
        fs::write(file, text).expect("a file can be written");
    }

    /// From now on ours takes so many nanoseconds in each round.
    fn take(&self, elapsed: &str) {
        let ours = format!(r#"{{"name": "locksmith", "elapsed": {elapsed}}}"#);
        let ratio = r#"{"median": 2, "min": 1.5, "max": 2.5}"#;
        let peer = format!(r#"{{"name": "std", "elapsed": [20, 21, 22], "ratio": {ratio}}}"#);
        let comparison = format!(r#"{{"id": "event/wake/2", "pin": "none", "contenders": [{ours}, {peer}]}}"#);
        let machine = r#"{"processor": "Abacus", "processors": 2, "system": "Linux", "date": "2026-11-22"}"#;
        self.write(
            "results.json",
            &format!(
                r#"{{"machine": {machine}, "rounds": 3, "milliseconds": 5, "contest_milliseconds": 20,
                "comparisons": [{comparison}]}}"#
            ),
        );
    }

    fn bench(&self, arguments: &[&str]) -> Told {
        learn(self.path(), &self.path().join("target"), &[&["bench"], arguments].concat())
    }

    /// What lies where runs are kept, hidden or not.
    fn kept(&self) -> Vec<String> {
        let folder = self.path().join("target/bench");
        let entries =
            folder.read_dir().map(|entries| entries.map(|entry| entry.expect("it can be listed").file_name()));
        entries.map_or_else(|_| Vec::new(), |names| names.map(|name| name.to_string_lossy().into_owned()).collect())
    }
}

#[test]
fn a_run_is_told_kept_and_drawn_and_a_later_one_compared_with_it() {
    let stand = Stand::new();
    stand.bench(&["--list"]).ends_with(0, &["Nothing has been measured yet"]);
    let told = stand.bench(&["event", "--quick"]);
    told.ends_with(0, &["event --rounds 3", "event/wake/2", "11.0 ns", "std", "2.00 (1.50 to 2.50)", "report.html"]);
    let [run] = &stand.kept()[..] else { panic!("one run is kept: {:?}", stand.kept()) };
    assert!(run.ends_with("_event"), "{run}");
    let report = stand.path().join("target/bench").join(run).join("report.html");
    let drawn = fs::read_to_string(&report).expect("it was drawn");
    assert!(drawn.ends_with("compare.json") && !drawn.contains("--against"), "{drawn}");
    stand.bench(&["--list"]).ends_with(0, &[run, "2 × Abacus"]);

    // In a run of everything. Its name differs, whatever the clock says.
    stand.take("[5.0, 5.5, 6.0]");
    let told = stand.bench(&["--quick", "--against", run]);
    told.ends_with(0, &["1 of 2 values have changed", "locksmith: 11.0 (10.0 to 12.0) before, now 5.50", "50 % less"]);
    assert_eq!(stand.kept().len(), 2);
    let all = stand.kept().into_iter().find(|name| name.ends_with("_all")).expect("it is kept");
    let drawn = fs::read_to_string(stand.path().join("target/bench").join(all).join("report.html"));
    assert!(
        drawn
            .expect("it was drawn")
            .contains(&format!("--against\n{}", report.with_file_name("compare.json").display()))
    );
    let told = stand.bench(&["compare", "--against", "_all"]);
    told.ends_with(0, &["--rounds 7", "No change that the noise would not explain, in 2 values"]);
}

#[test]
fn what_fails_is_told_and_nothing_of_it_is_kept() {
    let stand = Stand::new();
    stand.bench(&["evnt"]).ends_with(2, &["nothing is called \"evnt\"", "compare, event, mutex"]);
    stand.bench(&["mutex"]).ends_with(2, &["compare has failed (exit status: 3)"]);
    stand.bench(&["event", "--against", "june"]).ends_with(2, &["no run is called \"june\""]);
    assert_eq!(stand.kept(), [] as [String; 0]);
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupted_run_leaves_no_file_and_no_process() {
    use std::process::Command;
    use std::time::{Duration, Instant};

    use rustix::process::{Pid, Signal, kill_process};

    let stand = Stand::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_learn"))
        .args(["bench", "event/wake"])
        .current_dir(stand.path())
        .env("CARGO_TARGET_DIR", stand.path().join("target"))
        .spawn()
        .expect("the command can be run");
    let deadline = Instant::now() + Duration::from_secs(120);
    while !stand.path().join("begun").exists() {
        assert!(Instant::now() < deadline, "it does not begin to measure");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(stand.kept().len(), 1, "it is being written");
    kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
    assert_eq!(child.wait().expect("it ends").code(), Some(2));
    assert_eq!(stand.kept(), [] as [String; 0]);
    assert_eq!(crate::workshop::processes_in(stand.path()), [] as [std::path::PathBuf; 0]);
}
