//! The commands as they are typed, in a small workspace whose tests report as checks of the model do.

use std::fs;
use std::path::Path;
use std::process::Command;

use schedule::{FORMAT, Failure, Place, Report, Schedule, Thread};
use tempfile::TempDir;

const LIB: &str = "\
pub fn sum() -> u32 {
    1 + 1
}

pub fn wait() {}
";

/// Its first test reports to the model, its last one has nothing to report.
const CONTRACT: &str = r#"
    fn report(folder: &str, passed: bool) {
        let report = std::fs::read(if passed { "pass.json" } else { "fail.json" }).unwrap();
        std::fs::write(std::path::Path::new(folder).join("1.json"), report).unwrap();
    }

    #[test]
    fn one_and_one_is_two() {
        let passed = guinea::sum() == 2;
        if let (true, Ok(folder)) = (cfg!(loom), std::env::var("MODEL_REPORTS")) {
            report(&folder, passed);
        }
        assert!(passed, "the sum is off");
    }

    #[test]
    fn waiting_ends() {
        guinea::wait();
    }
"#;

const MANIFEST: &str = r#"
    [package]
    name = "guinea"
    edition = "2024"

    [package.metadata.model]
    checks = ["contract"]
    portable = true
"#;

/// A workspace of two packages: `guinea`, which has model checks, and `plain`, which has none.
struct Workspace(TempDir);

impl Workspace {
    fn new() -> Workspace {
        let workspace = Workspace(tempfile::tempdir().expect("a temporary folder can be made"));
        workspace.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"guinea\", \"plain\"]\n");
        workspace.write("guinea/Cargo.toml", MANIFEST);
        workspace.write("guinea/src/lib.rs", LIB);
        workspace.write("guinea/tests/contract.rs", CONTRACT);
        workspace.write("guinea/pass.json", &report(None).to_json());
        workspace.write("guinea/fail.json", &report(Some(counterexample())).to_json());
        workspace.write("plain/Cargo.toml", "[package]\nname = \"plain\"\nedition = \"2024\"\n");
        workspace.write("plain/src/lib.rs", "#[test]\nfn fails() { panic!() }\n");
        workspace
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.0.path().join(file);
        fs::create_dir_all(file.parent().expect("it lies in a folder")).expect("a folder can be made");
        fs::write(file, text).expect("a file can be written");
    }

    /// Adds a mutant that replaces `from` by `to` in the library.
    fn mutant(&self, name: &str, header: &str, from: &str, to: &str) {
        let number = 1 + LIB.lines().position(|line| line == from).expect("the library has that line");
        let difference =
            format!("--- a/guinea/src/lib.rs\n+++ b/guinea/src/lib.rs\n@@ -{number} +{number} @@\n-{from}\n+{to}\n");
        self.write(&format!("guinea/mutants/{name}.patch"), &format!("{header}\n\nA story.\n\n{difference}"));
    }

    /// What a command prints, after it has ended well or not as expected.
    #[track_caller]
    fn run(&self, arguments: &[&str], succeeds: bool) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_check"));
        let output = command
            .args(arguments)
            .current_dir(self.0.path())
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .expect("the program can be run");
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert_eq!(output.status.success(), succeeds, "{arguments:?} said:\n{text}");
        text
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

fn report(counterexample: Option<Schedule>) -> Report {
    Report {
        format: FORMAT,
        package: "guinea".to_owned(),
        test: "one_and_one_is_two".to_owned(),
        place: schedule::Place { file: "tests/contract.rs".to_owned(), line: 7, column: 5 },
        schedules: 120,
        summary: "exhaustive, 120 schedules".to_owned(),
        seconds: 0.5,
        counterexample,
    }
}

fn counterexample() -> Schedule {
    let place = Place { file: "src/lib.rs".to_owned(), line: 1, column: 1 };
    Schedule {
        format: FORMAT,
        title: "one_and_one_is_two".to_owned(),
        threads: vec![Thread { name: "main".to_owned() }],
        steps: Vec::new(),
        failure: Some(Failure::Panic { thread: 0, message: "the sum is off".to_owned(), place }),
        outcome: None,
        preemptions: Some(0),
        explored: 1,
    }
}

#[test]
fn loom_runs_the_declared_checks_and_says_how_far_they_went() {
    let workspace = Workspace::new();
    let said = workspace.run(&["loom"], true);
    assert!(said.contains("contract::one_and_one_is_two"), "{said}");
    assert!(said.contains("exhaustive, 120 schedules"), "{said}");
    assert!(said.contains("1 check passed: 120 schedules"), "{said}");
    assert!(!said.contains("plain"), "{said}");
}

#[test]
fn loom_is_not_content_without_checks() {
    let workspace = Workspace::new();
    let said = workspace.run(&["loom", "-p", "plain"], false);
    assert!(said.contains("`plain` has no `checks` under [package.metadata.model]"), "{said}");
    let said = workspace.run(&["loom", "-p", "plane"], false);
    assert!(said.contains("the workspace has no package `plane`"), "{said}");
    let said = workspace.run(&["loom", "three"], false);
    assert!(said.contains("nothing is called `three`"), "{said}");

    workspace.write("guinea/tests/contract.rs", "#[test] fn checks_nothing() {}");
    let said = workspace.run(&["loom"], false);
    assert!(said.contains("no check of `guinea` has reported"), "{said}");

    workspace.write("guinea/tests/contract.rs", CONTRACT);
    workspace.write("guinea/tests/more.rs", "#[test] fn checks_nothing() {}");
    workspace.write("guinea/Cargo.toml", &MANIFEST.replace(r#"["contract"]"#, r#"["contract", "more"]"#));
    let said = workspace.run(&["loom"], false);
    assert!(said.contains("tests/more.rs has run no check"), "{said}");
}

#[test]
fn loom_shows_what_a_failed_check_printed() {
    let workspace = Workspace::new();
    workspace.write("guinea/src/lib.rs", &LIB.replace("1 + 1", "1 + 2"));
    let said = workspace.run(&["loom"], false);
    assert!(said.contains("the sum is off"), "{said}");
    assert!(said.contains("contract::one_and_one_is_two failed"), "{said}");
    assert!(said.contains("1 of 1 packages failed"), "{said}");
}

#[test]
fn portable_tests_with_its_own_flag_and_needs_tests() {
    let workspace = Workspace::new();
    workspace.write("guinea/tests/contract.rs", "#[test] fn is_portable() { assert!(cfg!(portable_futex)) }");
    let said = workspace.run(&["portable"], true);
    assert!(said.contains("guinea: 1 test passed"), "{said}");
    workspace.write("guinea/tests/contract.rs", "");
    let said = workspace.run(&["portable"], false);
    assert!(said.contains("0 tests ran"), "{said}");
}

#[test]
fn mutants_die_by_the_tests_that_they_name_and_leave_the_sources_alone() {
    let workspace = Workspace::new();
    let checked = "Title: Miscount\nKilled-by: contract::one_and_one_is_two\nWorld: model\nExpect: the sum is off";
    workspace.mutant("miscount", checked, "    1 + 1", "    1 + 2");
    let real = "Title: Miscount\nKilled-by: contract::one_and_one_is_two\nWorld: real";
    workspace.mutant("miscount_for_real", real, "    1 + 1", "    1 + 2");
    let hangs = "Title: Wait for ever\nKilled-by: contract::waiting_ends\nWorld: real\nExpect: time limit";
    workspace.mutant("hang", hangs, "pub fn wait() {}", "pub fn wait() { loop { std::thread::park() } }");

    let said = workspace.run(&["mutants"], true);
    assert!(said.contains("guinea/mutants/miscount.patch"), "{said}");
    assert!(said.contains("killed by contract::one_and_one_is_two: panic\n"), "{said}");
    assert!(said.contains("killed by contract::one_and_one_is_two: a failure with real threads\n"), "{said}");
    assert!(said.contains("killed by contract::waiting_ends: it ran into the time limit\n"), "{said}");
    assert!(said.contains("3 mutants, each killed by the test that it names"), "{said}");
    for sources in ["", "target/mutants/sources"] {
        let library = workspace.path().join(sources).join("guinea/src/lib.rs");
        assert_eq!(fs::read_to_string(library).expect("it is there"), LIB, "the mutant was taken back");
    }
}

#[test]
fn a_mutant_that_lives_or_dies_of_something_else_is_told() {
    let killed_by = |test: &str| format!("Title: T\nKilled-by: contract::{test}\nWorld: real");
    let workspace = Workspace::new();
    workspace.mutant("survives", &killed_by("waiting_ends"), "    1 + 1", "    1 + 2");
    workspace.mutant("nonsense", &killed_by("one_and_one_is_two"), "    1 + 1", "    \"two\"");
    let leaves = "pub fn wait() { std::process::exit(0) }";
    workspace.mutant("leaves", &killed_by("waiting_ends"), "pub fn wait() {}", leaves);
    let otherwise = format!("{}\nExpect: an earthquake", killed_by("one_and_one_is_two"));
    workspace.mutant("otherwise", &otherwise, "    1 + 1", "    1 + 2");

    let said = workspace.run(&["mutants", "-p", "guinea"], false);
    assert!(said.contains("survives.patch: T\n  SURVIVED: its test passed"), "{said}");
    assert!(said.contains("nonsense.patch: T\n  SURVIVED: it does not compile"), "{said}");
    assert!(said.contains("leaves.patch: T\n  SURVIVED: its test ended before its tests had"), "{said}");
    assert!(said.contains("otherwise.patch: T\n  SURVIVED: its end (a failure with real threads) is not"), "{said}");
    assert!(said.contains("4 of 4 mutants survived"), "{said}");

    let said = workspace.run(&["mutants", "surv"], false);
    assert!(said.contains("1 of 1 mutants survived"), "{said}");
}

#[test]
fn a_mutant_needs_a_test_that_passes_without_it() {
    let workspace = Workspace::new();
    let header = "Title: T\nKilled-by: contract::three_is_a_crowd\nWorld: real";
    workspace.mutant("crowd", header, "    1 + 1", "    1 + 2");
    let said = workspace.run(&["mutants"], false);
    assert!(said.contains("crowd.patch: there is no test `contract::three_is_a_crowd` to kill it"), "{said}");

    workspace.write("guinea/tests/contract.rs", "#[test] fn three_is_a_crowd() { panic!() }");
    let said = workspace.run(&["mutants"], false);
    assert!(said.contains("crowd.patch: without the mutant too, the run of `contract::three_is_a_crowd`"), "{said}");

    workspace.write("guinea/mutants/crowd.patch", "Title: T\nKilled-by: three_is_a_crowd\n");
    let said = workspace.run(&["mutants"], false);
    assert!(said.contains("guinea/mutants/crowd.patch: the header lacks a line `World: ...`"), "{said}");
}
