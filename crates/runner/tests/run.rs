//! Small packages with ill-behaved tests, run for real.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use runner::{Compilation, Error, Outcome, Run, Target, Verdict, World};
use tempfile::TempDir;

/// A package called `guinea` whose only tests are `source`, in `tests/pig.rs`.
fn package(source: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).expect("a file can be written");
    for below in ["src", "tests"] {
        fs::create_dir(folder.path().join(below)).expect("a folder can be made");
    }
    write("Cargo.toml", "[package]\nname = \"guinea\"\nedition = \"2024\"\n[lib]\ndoctest = false\n");
    write("src/lib.rs", "");
    write("tests/pig.rs", source);
    folder
}

/// Its tests, compiled to a folder of their own, and marked so that their processes can be found.
fn tests(package: &TempDir, world: World) -> Run {
    Run::new(package.path(), "guinea", world)
        .target(Target::Test("pig".to_owned()))
        .target_dir(package.path().join("target"))
        .env(MARK, package.path())
}

fn outcome(source: &str) -> Outcome {
    tests(&package(source), World::Real).run().expect("the tests can be run")
}

fn names(tests: &[runner::TestId]) -> Vec<String> {
    tests.iter().map(ToString::to_string).collect()
}

/// An environment variable that the processes of a run inherit, with the package's folder as its value.
const MARK: &str = "RUNNER_TEST_MARK";

#[test]
fn every_test_is_told_by_name() {
    let outcome = outcome(
        r#"
        #[test]
        fn floats() {}

        #[test]
        #[should_panic]
        fn overturns() { panic!() }

        #[test]
        #[ignore = "takes a day"]
        fn sleeps() {}

        mod deep {
            #[test]
            fn sinks() { assert_eq!(1 + 1, 3, "the hull") }
        }
        "#,
    );
    assert_eq!(outcome.verdict, Verdict::TestsFailed);
    assert_eq!(names(&outcome.passed), ["pig::floats", "pig::overturns"]);
    assert_eq!(names(&outcome.failed), ["pig::deep::sinks"]);
    assert_eq!(names(&outcome.unfinished), [] as [&str; 0]);
    assert_eq!((outcome.tests(), outcome.ignored), (3, 1));
    assert!(outcome.output.contains("the hull"), "{}", outcome.output);
}

#[test]
fn filters_choose_by_part_of_a_name_or_by_the_whole() {
    let package = package("#[test] fn sinks() {} #[test] fn sinks_twice() {} #[test] fn floats() {}");
    let parts = tests(&package, World::Real).filter("sink").run().expect("the tests can be run");
    assert_eq!(names(&parts.passed), ["pig::sinks", "pig::sinks_twice"]);
    let whole = tests(&package, World::Real).filter("sinks").exact(true).run().expect("the tests can be run");
    assert_eq!(names(&whole.passed), ["pig::sinks"]);
    let none = tests(&package, World::Real).filter("flies").run().expect("the tests can be run");
    assert_eq!((none.verdict, none.tests()), (Verdict::Passed, 0));
}

#[test]
fn a_test_runs_in_its_package_and_knows_it() {
    let outcome = outcome(
        r#"
        #[test]
        fn is_at_home() {
            assert!(std::path::Path::new("tests/pig.rs").exists());
            assert_eq!(std::env::var("CARGO_PKG_NAME").unwrap(), "guinea");
            assert_eq!(std::env::var_os("CARGO_MANIFEST_DIR").unwrap(), std::env::current_dir().unwrap());
        }
        "#,
    );
    assert_eq!(outcome.verdict, Verdict::Passed, "{}", outcome.output);
}

#[test]
fn an_error_of_the_compiler_is_no_failed_test() {
    let outcome = outcome("#[test] fn sinks() { let hull: u8 = \"holes\"; }");
    assert_eq!(outcome.verdict, Verdict::DoesNotCompile);
    assert!(outcome.output.contains("mismatched types"), "{}", outcome.output);
    assert_eq!(outcome.tests(), 0);
}

#[test]
fn warnings_are_at_hand_before_the_tests_run() {
    let package = package("#[test] fn floats() { let hull = 1; }");
    let run = tests(&package, World::Real);
    let Compilation::Done(compiled) = run.compile().expect("Cargo can be run") else { panic!("it compiles") };
    assert!(compiled.diagnostics().contains("unused variable: `hull`"), "{}", compiled.diagnostics());
    assert_eq!(compiled.test().expect("the tests can be run").verdict, Verdict::Passed);
}

#[test]
fn what_cargo_refuses_is_an_error_in_its_own_words() {
    let package = package("");
    let run = tests(&package, World::Real).target(Target::Test("cow".to_owned()));
    let error = run.run().expect_err("there is no such target");
    assert!(matches!(error, Error::Cargo { .. }), "{error:?}");
    assert!(error.to_string().contains("no test target named `cow`"), "{error}");
}

#[test]
fn a_flood_is_stopped_and_shown_in_brief() {
    let package = package("#[test] fn floods() { loop { eprintln!(\"water\") } }");
    // The harness would keep what is printed through `eprintln!`, so the test asks it not to by a variable of its own.
    let run = tests(&package, World::Real).env("RUST_TEST_NOCAPTURE", "1").output_limit(1 << 20);
    let outcome = run.run().expect("the tests can be run");
    assert_eq!(outcome.verdict, Verdict::OutputFlood);
    assert_eq!(names(&outcome.unfinished), ["pig::floods"]);
    assert!(outcome.output.contains("bytes are left out here"));
    assert!(outcome.output.len() < 100_000, "{}", outcome.output.len());
}

#[test]
fn a_program_that_leaves_before_its_tests_end_has_not_passed() {
    let left = outcome("#[test] fn leaves() { std::process::exit(0) }");
    assert!(matches!(left.verdict, Verdict::Died(status) if status.success()), "{:?}", left.verdict);
    assert_eq!(names(&left.unfinished), ["pig::leaves"]);

    let aborted = outcome("#[test] fn aborts() { std::process::abort() }");
    assert!(matches!(aborted.verdict, Verdict::Died(status) if !status.success()), "{:?}", aborted.verdict);
    assert_eq!(names(&aborted.unfinished), ["pig::aborts"]);
}

/// A test that reports like a check of the model, if the model is on.
const CHECKS: &str = r#"
    #[test]
    fn checks() {
        if cfg!(loom) {
            let folder = std::env::var_os("MODEL_REPORTS").unwrap();
            let report = std::fs::read("report.json").unwrap();
            std::fs::write(std::path::Path::new(&folder).join("1.json"), report).unwrap();
        }
    }
"#;

/// A report with nothing in it but what has to be there.
fn report() -> schedule::Report {
    schedule::Report {
        format: schedule::FORMAT,
        package: "guinea".to_owned(),
        test: "checks".to_owned(),
        schedules: 120,
        summary: "exhaustive, 120 schedules".to_owned(),
        seconds: 0.5,
        counterexample: None,
    }
}

#[test]
fn the_model_is_on_whatever_flags_are_around() {
    if let Some(folder) = env::var_os(CHILD) {
        let run = Run::new(&folder, "guinea", World::Model).target_dir(Path::new(&folder).join("target"));
        let outcome = run.run().expect("the tests can be run, and report");
        assert_eq!(outcome.reports.len(), 1);
        assert_eq!(outcome.reports[0].summary, "exhaustive, 120 schedules");
        return;
    }
    let package = package(CHECKS);
    fs::write(package.path().join("report.json"), report().to_json()).expect("a file can be written");
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        let mut child = this_test_again("the_model_is_on_whatever_flags_are_around", package.path());
        assert_passes(child.env(variable, "-Cdebuginfo=0"));
    }
}

#[test]
fn the_ordinary_world_is_ordinary_whatever_flags_are_around() {
    if let Some(folder) = env::var_os(CHILD) {
        let run = Run::new(&folder, "guinea", World::Real).target_dir(Path::new(&folder).join("target"));
        assert_eq!(run.run().expect("the tests can be run").verdict, Verdict::Passed);
        return;
    }
    let package = package("#[test] fn is_ordinary() { assert!(!cfg!(loom)) }");
    let mut child = this_test_again("the_ordinary_world_is_ordinary_whatever_flags_are_around", package.path());
    assert_passes(child.env("RUSTFLAGS", "--cfg loom"));
}

#[test]
fn tests_that_pass_in_the_model_without_a_report_are_an_error() {
    let package = package("#[test] fn checks_nothing() {}");
    let error = tests(&package, World::Model).run().expect_err("nobody reports");
    assert!(matches!(&error, Error::NoChecks { package } if package == "guinea"), "{error:?}");
}

/// Tells a test that it is the process that [`this_test_again`] starts, and where its package lies.
const CHILD: &str = "RUNNER_TEST_CHILD";

/// The same test in a process of its own: for what is done to a process as a whole.
fn this_test_again(name: &str, package: &Path) -> Command {
    let mut command = Command::new(env::current_exe().expect("a program knows itself"));
    command.args([name, "--exact"]).env(CHILD, package);
    command
}

/// Runs a test again, and asks for more than a harness that found no test of that name.
#[track_caller]
fn assert_passes(test: &mut Command) {
    let output = test.output().expect("a test can be run again");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && stdout.contains("1 passed"), "{test:?} said:\n{stdout}");
}

/// What becomes of processes: told by Linux, where all of them can be looked at.
#[cfg(target_os = "linux")]
mod processes {
    use std::process::Stdio;
    use std::thread;
    use std::time::{Duration, Instant};

    use runner::Canceller;

    use super::*;

    /// How long to wait for what has to come soon, on a machine however busy.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// A test that hangs, and has a child that would outlive it.
    const HANGS: &str = r#"
        #[test]
        fn ends() {}

        #[test]
        fn hangs() {
            std::process::Command::new("sleep").arg("1000").spawn().unwrap();
            loop { std::thread::park() }
        }
    "#;

    /// The processes that belong to a run of `package`, other than those that have ended and are not waited for.
    fn processes(package: &Path) -> Vec<u32> {
        let mark = format!("{MARK}={}", package.display());
        let is_marked = |id: &u32| {
            let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            environment.split(|&byte| byte == 0).any(|variable| variable == mark.as_bytes())
        };
        let proc = fs::read_dir("/proc").expect("/proc can be read");
        let ids = proc.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        ids.filter(is_marked).collect()
    }

    /// Waits until nothing is left of a run of `package`.
    #[track_caller]
    fn await_silence(package: &Path) {
        await_that(|| processes(package).is_empty());
    }

    /// Waits until a process called `name` belongs to a run of `package`.
    #[track_caller]
    fn await_process(package: &Path, name: &str) {
        let is_called = |id: &u32| fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default().starts_with(name);
        await_that(|| processes(package).iter().any(is_called));
    }

    #[track_caller]
    fn await_that(condition: impl Fn() -> bool) {
        let started = Instant::now();
        while !condition() {
            assert!(started.elapsed() < PATIENCE, "it never comes true");
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_hanging_test_is_ended_in_time_with_all_that_it_started() {
        let package = package(HANGS);
        let limit = Duration::from_millis(500);
        let outcome = tests(&package, World::Real).limit(limit).run().expect("the tests can be run");
        assert_eq!(outcome.verdict, Verdict::TimedOut);
        assert_eq!(names(&outcome.passed), ["pig::ends"]);
        assert_eq!(names(&outcome.unfinished), ["pig::hangs"]);
        assert!(outcome.test_time < limit + Duration::from_secs(4), "{:?}", outcome.test_time);
        await_silence(package.path());
    }

    #[test]
    fn after_a_failure_who_hangs_is_not_waited_for_and_the_failure_is_told() {
        let package = package(
            r#"
            #[test]
            fn hangs() { loop { std::thread::park() } }

            #[test]
            fn sinks() { assert_eq!(1 + 1, 3, "the hull") }
            "#,
        );
        let run = tests(&package, World::Real).limit(PATIENCE).after_failure(Duration::from_millis(200));
        let outcome = run.run().expect("the tests can be run");
        assert_eq!(outcome.verdict, Verdict::TimedOut);
        assert_eq!(names(&outcome.failed), ["pig::sinks"]);
        assert_eq!(names(&outcome.unfinished), ["pig::hangs"]);
        assert!(outcome.output.contains("---- sinks stdout ----"), "{}", outcome.output);
        assert!(outcome.output.contains("the hull"), "{}", outcome.output);
        assert!(outcome.test_time < PATIENCE, "{:?}", outcome.test_time);
        await_silence(package.path());
    }

    #[test]
    fn what_a_passing_test_leaves_behind_is_ended() {
        let package = package(
            r#"
            #[test]
            fn leaves_a_child() { std::process::Command::new("sleep").arg("1000").spawn().unwrap(); }
            "#,
        );
        let outcome = tests(&package, World::Real).run().expect("the tests can be run");
        assert_eq!(outcome.verdict, Verdict::Passed);
        // The child holds its parent's output open, and nobody has waited for it to let go.
        assert!(outcome.test_time < Duration::from_secs(4), "{:?}", outcome.test_time);
        await_silence(package.path());
    }

    #[test]
    fn who_cancels_need_not_wait() {
        let package = package(HANGS);
        let run = tests(&package, World::Real).limit(PATIENCE);
        let canceller = run.canceller();
        let path = package.path();
        thread::scope(|scope| {
            let running = scope.spawn(|| run.run().expect("the tests can be run"));
            await_process(path, "sleep");
            let cancelled = Instant::now();
            canceller.cancel();
            let outcome = running.join().expect("the run does not panic");
            assert_eq!(outcome.verdict, Verdict::Cancelled);
            assert!(cancelled.elapsed() < Duration::from_secs(4), "{:?}", cancelled.elapsed());
        });
        await_silence(path);

        let again = run.run().expect("Cargo need not be run");
        assert_eq!(again.verdict, Verdict::Cancelled, "a run that was cancelled stays so");
    }

    #[test]
    fn a_compiler_can_be_cancelled_too() {
        // Cargo waits for the build script for as long as we like.
        let package = package("");
        fs::write(package.path().join("build.rs"), "fn main() { loop { std::thread::park() } }")
            .expect("it can be written");
        let run = tests(&package, World::Real).compile_limit(PATIENCE);
        let canceller = run.canceller();
        thread::scope(|scope| {
            let running = scope.spawn(|| run.run().expect("Cargo can be run"));
            await_process(package.path(), "build-script");
            canceller.cancel();
            assert_eq!(running.join().expect("the run does not panic").verdict, Verdict::Cancelled);
        });
        await_silence(package.path());
    }

    #[test]
    fn one_canceller_ends_several_runs_and_one_runs_own_only_that() {
        let packages = [package(HANGS), package(HANGS)];
        let all = Canceller::default();
        let runs = packages.each_ref().map(|package| tests(package, World::Real).limit(PATIENCE).cancelled_by(&all));
        thread::scope(|scope| {
            let running = runs.each_ref().map(|run| scope.spawn(|| run.run().expect("the tests can be run")));
            for package in &packages {
                await_process(package.path(), "sleep");
            }
            runs[0].canceller().cancel();
            await_silence(packages[0].path());
            await_process(packages[1].path(), "sleep");
            assert!(!all.is_cancelled());
            all.cancel();
            for run in running {
                assert_eq!(run.join().expect("the run does not panic").verdict, Verdict::Cancelled);
            }
        });
        await_silence(packages[1].path());

        let late = tests(&packages[0], World::Real).cancelled_by(&all).run().expect("Cargo need not be run");
        assert_eq!(late.verdict, Verdict::Cancelled, "who follows a cancelled one is cancelled");
    }

    #[test]
    fn when_the_runner_itself_is_killed_nothing_is_left() {
        if let Some(folder) = env::var_os(CHILD) {
            let run = Run::new(&folder, "guinea", World::Real).env(MARK, &folder).limit(PATIENCE);
            let _ = run.target_dir(Path::new(&folder).join("target")).run();
            unreachable!("the test hangs, and this process is killed meanwhile");
        }
        let package = package(HANGS);
        let mut command =
            this_test_again("processes::when_the_runner_itself_is_killed_nothing_is_left", package.path());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a test can be run again");
        await_process(package.path(), "sleep");
        child.kill().expect("a child can be killed");
        child.wait().expect("a child can be waited for");
        await_silence(package.path());
    }
}
