//! `cargo portable`: the tests, on the futex for systems that have none of their own.

use std::time::Duration;

use clap::Args;
use runner::{Run, Verdict, World};

use crate::error::{Error, count};
use crate::workspace::Workspace;

/// How long the tests of one package may take.
const LIMIT: Duration = Duration::from_secs(300);

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Test this package; may be given several times [default: every package that declares itself portable]
    #[arg(short, long = "package", value_name = "CRATE")]
    packages: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Error> {
    let workspace = Workspace::find()?;
    let packages = workspace.declaring(&arguments.packages, "portable", |model| model.portable)?;
    let mut failed = 0;
    for package in &packages {
        let run =
            Run::new(&workspace.root, &package.name, World::Portable).target_dir(&workspace.target_dir).limit(LIMIT);
        let outcome = run.run().map_err(|source| Error::Run { package: package.name.clone(), source })?;
        let (tests, seconds) = (count(outcome.tests(), "test"), outcome.test_time.as_secs_f64());
        if outcome.verdict == Verdict::Passed && outcome.tests() > 0 {
            println!("{}: {tests} passed in {seconds:.2} s", package.name);
        } else {
            println!("{}\n{}: {tests} ran, {}", outcome.output.trim_end(), package.name, outcome.verdict);
            failed += 1;
        }
    }
    if failed == 0 { Ok(()) } else { Err(Error::Failed { failed, of: packages.len(), what: "packages failed" }) }
}
