//! What developers and CI run, behind the aliases in `.cargo/config.toml`: `cargo loom`, `cargo portable`,
//! `cargo mutants` and `cargo exercises`.

mod error;
mod exercises;
mod loom;
mod mirror;
mod mutant;
mod mutants;
mod portable;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

#[derive(Debug, Parser)]
#[command(bin_name = "cargo", disable_help_subcommand = true)]
enum Command {
    /// Run the model checks: every schedule, under loom
    Loom(loom::Arguments),
    /// Run the tests on the futex for systems that have none of their own
    Portable(portable::Arguments),
    /// Make the mistakes that the mutants tell of, and see each caught by its test
    Mutants(mutants::Arguments),
    /// Hand in each exercise's solution, and its wrong solutions, and see each judged as its manifest declares
    Exercises(exercises::Arguments),
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Loom(arguments) => loom::run(&arguments),
        Command::Portable(arguments) => portable::run(&arguments),
        Command::Mutants(arguments) => mutants::run(&arguments),
        Command::Exercises(arguments) => exercises::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
