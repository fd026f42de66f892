//! `cargo loom`: the model checks.

use std::time::Duration;

use clap::Args;
use runner::{Outcome, Run, Target, TestId, Verdict, World};
use schedule::Report;

use crate::error::{Error, count};
use crate::workspace::{Package, Workspace};

/// How long all checks of one package may take.
const LIMIT: Duration = Duration::from_secs(600);

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Check this package; may be given several times [default: every package that declares checks]
    #[arg(short, long = "package", value_name = "CRATE")]
    packages: Vec<String>,
    /// Run only tests whose name contains this
    filter: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Error> {
    let workspace = Workspace::find()?;
    let packages = workspace.declaring(&arguments.packages, "checks", |model| !model.checks.is_empty())?;
    if !workspace.target_dir.join("loom").exists() {
        println!("Loom is being compiled, which takes about half a minute.");
    }

    let mut failed = 0;
    let mut total = Total::default();
    for package in &packages {
        println!("{}", package.name);
        let mut run = Run::new(&workspace.root, &package.name, World::Model)
            .target_dir(&workspace.target_dir)
            // A counterexample says where; the frames of the checker below it help nobody.
            .env("RUST_BACKTRACE", "0")
            .limit(LIMIT);
        for target in &package.model.checks {
            run = run.target(Target::Test(target.clone()));
        }
        if let Some(filter) = &arguments.filter {
            run = run.filter(filter);
        }
        let outcome = match run.run() {
            Ok(outcome) => outcome,
            // A filter may well choose a test of the package that checks nothing.
            Err(runner::Error::NoChecks { .. }) if arguments.filter.is_some() => continue,
            Err(source) => return Err(Error::Run { package: package.name.clone(), source }),
        };
        total.add(&outcome);
        let complete = arguments.filter.is_some() || has_checks_everywhere(package, &outcome);
        if !print(&outcome) || !complete {
            failed += 1;
        }
    }

    match &arguments.filter {
        _ if failed > 0 => Err(Error::Failed { failed, of: packages.len(), what: "packages failed" }),
        Some(filter) if total.checks == 0 => Err(Error::NothingMatches { filter: filter.clone() }),
        _ => {
            let Total { checks, schedules, seconds } = total;
            println!("{} passed: {} in {seconds:.2} s", count(checks, "check"), count(schedules, "schedule"));
            Ok(())
        }
    }
}

#[derive(Default)]
struct Total {
    checks: usize,
    schedules: usize,
    seconds: f64,
}

impl Total {
    fn add(&mut self, outcome: &Outcome) {
        self.checks += outcome.reports.len();
        self.schedules += outcome.reports.iter().map(|report| report.schedules).sum::<usize>();
        self.seconds += outcome.test_time.as_secs_f64();
    }
}

/// Whether at least one check ran in each place where the package says that it has some.
fn has_checks_everywhere(package: &Package, outcome: &Outcome) -> bool {
    if outcome.verdict != Verdict::Passed {
        // Then something else is to be said.
        return true;
    }
    let mut complete = true;
    for name in &package.model.checks {
        let target = Target::Test(name.clone());
        let checks = |test: &TestId| test.target == target && reports(outcome, test).next().is_some();
        if !outcome.passed.iter().any(checks) {
            println!("  tests/{name}.rs has run no check");
            complete = false;
        }
    }
    complete
}

fn reports<'outcome>(outcome: &'outcome Outcome, test: &'outcome TestId) -> impl Iterator<Item = &'outcome Report> {
    outcome.reports.iter().filter(|report| report.test == test.name)
}

/// Prints a line for each check, and what the tests printed if one failed; tells whether all passed.
fn print(outcome: &Outcome) -> bool {
    let of_test = |test| reports(outcome, test).map(move |report| (test.to_string(), report));
    let lines: Vec<(String, &Report)> = outcome.passed.iter().flat_map(of_test).collect();
    let name_width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let summary_width = lines.iter().map(|(_, report)| report.summary.len()).max().unwrap_or(0);
    for (name, report) in &lines {
        println!("  {name:<name_width$}  {:<summary_width$}  {:>6.2} s", report.summary, report.seconds);
    }
    if outcome.verdict == Verdict::Passed {
        return true;
    }
    println!("{}", outcome.output.trim_end());
    for test in &outcome.failed {
        println!("  {test} failed");
    }
    for test in &outcome.unfinished {
        println!("  {test} did not end");
    }
    println!("  {}", outcome.verdict);
    false
}
