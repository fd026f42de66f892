//! The checks of an exercise under the model, so that `cargo test -p EXERCISE` gives the whole verdict.
//!
//! Every exercise has this file as its test `check`; what is checked lies in the exercise's own `tests/contract.rs`. Cargo
//! runs test programs in the order of their names and stops at the first that fails: this one knows more than the same tests
//! with real threads, so it has to come before them.
#![cfg(not(loom))]

use std::path::Path;

use runner::{Run, Target, Verdict, World};

#[test]
fn the_contract_holds_in_every_schedule() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let run = Run::new(workspace, env!("CARGO_PKG_NAME"), World::Model).target(Target::Test("contract".to_owned()));
    let outcome = run.run().expect("Cargo can run the tests under the model");
    assert!(outcome.verdict == Verdict::Passed, "{}\n{}", outcome.verdict, outcome.output);
}
