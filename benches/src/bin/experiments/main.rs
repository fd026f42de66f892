//! Measures what threads, pools and processes are good for: one thing is varied, and another is watched.

mod amdahl;
mod completion;
mod compute;
mod convoy;
mod cost;
mod lab;
mod others;
mod python;
mod sharing;
mod table;
mod wait;
mod ways;
mod workers;

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use benches::work;
use clap::{Parser, ValueEnum};
use results::{Experiment, Experiments, Machine};

use crate::lab::{Lab, Picture, Scale};
use crate::others::Others;

/// Measures what threads, pools and processes are good for.
///
/// Each experiment is a picture: one thing is varied, such as the number of workers, and another is watched, such as how
/// many times as fast it goes. Write down what you expect before you run it. Each round measures every point once, so that
/// a machine that is slow for a while is slow for all of them, and the table shows the middle of the rounds. All results
/// of all work are checked: nobody is fast who does something else.
///
/// The whole takes some ten minutes, and wants a machine that has nothing else to do.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    /// Run only these: a group or an experiment, such as convoy or compute/workers
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Only say which experiments there are
    #[arg(long)]
    list: bool,
    /// Fewer points and less work, for the impatient: less than two minutes
    #[arg(long)]
    quick: bool,
    /// So little work that the numbers mean nothing: to see that everything runs
    #[arg(long, conflicts_with = "quick")]
    miniature: bool,
    /// How often each point is measured [default: 7; 3 if quick]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// Also write everything that was measured to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// What this process is for; the program starts itself with it
    #[arg(long, value_enum, hide = true)]
    role: Option<Role>,
}

/// What a process is for that an experiment has started.
#[derive(Clone, Copy, ValueEnum)]
enum Role {
    /// Does tasks
    Worker,
    /// Answers those who ask
    Responder,
    /// Has threads, and says how much memory they have
    Crowd,
}

/// Something went wrong that makes numbers worthless.
type Failure = Box<dyn Error>;

/// An experiment that has not been made yet.
struct Plan {
    /// `group/name`.
    id: &'static str,
    title: &'static str,
    about: &'static str,
    run: fn(&Lab) -> Result<Picture, Failure>,
}

/// All experiments, in the order in which they are best read.
fn plans() -> Vec<Plan> {
    [
        &compute::PLANS[..],
        &wait::PLANS,
        &workers::PLANS,
        &ways::PLANS,
        &completion::PLANS,
        &sharing::PLANS,
        &cost::PLANS,
        &convoy::PLANS,
        &python::PLANS,
    ]
    .into_iter()
    .flatten()
    .map(|&Plan { id, title, about, run }| Plan { id, title, about, run })
    .collect()
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.role {
        Some(Role::Worker) => work::work().map_err(Failure::from),
        Some(Role::Responder) => work::respond().map_err(Failure::from),
        Some(Role::Crowd) => cost::crowd(),
        None => run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("experiments: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether `ids` names the experiment `id` or its group, or names nothing at all.
fn is_asked_for(id: &str, ids: &[String]) -> bool {
    ids.is_empty() || ids.iter().any(|asked| format!("{id}/").starts_with(&format!("{asked}/")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(unknown) = arguments.ids.iter().find(|asked| !plans().iter().any(|plan| names(plan.id, asked))) {
        return Err(format!("no experiment is called {unknown}; --list says which there are").into());
    }
    let asked: Vec<Plan> = plans().into_iter().filter(|plan| is_asked_for(plan.id, &arguments.ids)).collect();
    if arguments.list {
        for plan in asked {
            println!("{:<20}  {}", plan.id, plan.title);
        }
        return Ok(());
    }

    let scale = match arguments {
        Arguments { miniature: true, .. } => Scale::Miniature,
        Arguments { quick: true, .. } => Scale::Quick,
        _ => Scale::Full,
    };
    let lab = Lab {
        rounds: arguments.rounds.unwrap_or(if scale == Scale::Full { 7 } else { 3 }),
        scale,
        program: std::env::current_exe()?,
        processors: available_parallelism().map_or(1, NonZero::get),
    };
    let machine = Machine::this();
    println!("{machine}");
    println!("{} rounds", lab.rounds);
    warn_of_others();
    let mut experiments = Vec::new();
    let count = asked.len();
    for (number, plan) in asked.iter().enumerate() {
        let start = Instant::now();
        eprint!("\n{} of {count}, {} ... ", number + 1, plan.id);
        io::stderr().flush()?;
        let experiment = perform(plan, &lab)?;
        eprintln!("{:.0} s", start.elapsed().as_secs_f64());
        print!("\n{}", table::draw(&experiment));
        experiments.push(experiment);
    }

    if let Some(file) = &arguments.json {
        let quick = lab.scale != Scale::Full;
        results::write(file, &Experiments { machine, rounds: lab.rounds, quick, experiments })?;
    }
    Ok(())
}

/// Whether `asked` is the experiment `id` or its group.
fn names(id: &str, asked: &str) -> bool {
    is_asked_for(id, &[asked.to_owned()])
}

/// How many processors' time others may use before it is worth a word.
const QUIET: f64 = 0.1;

/// Looks for half a second whether this machine has anything else to do, and says so.
fn warn_of_others() {
    let others = Others::begin();
    thread::sleep(Duration::from_millis(500));
    if let Some(busy) = others.and_then(Others::end).filter(|busy| *busy > QUIET) {
        let advice = if io::stderr().is_terminal() { " Stop it if you can." } else { "" };
        eprintln!(
            "Something else uses {busy:.1} processors of this machine.{advice} The numbers will not be the machine's best."
        );
    }
}

/// Makes the experiment, and writes down if others were at work meanwhile.
fn perform(plan: &Plan, lab: &Lab) -> Result<Experiment, Failure> {
    let others = Others::begin();
    let Picture { x, y, series, mut remarks } = (plan.run)(lab).map_err(|error| format!("{}: {error}", plan.id))?;
    if let Some(busy) = others.and_then(Others::end).filter(|busy| *busy > QUIET) {
        remarks.push(format!(
            "Other programs used {busy:.1} processors of this machine meanwhile: look at the shape, not at the numbers."
        ));
    }
    let [id, title, about] = [plan.id, plan.title, plan.about].map(str::to_owned);
    Ok(Experiment { id, title, about, x, y, series, remarks })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_experiments_have_one_id() {
        let mut ids = HashSet::new();
        for plan in plans() {
            assert!(ids.insert(plan.id), "{}", plan.id);
            assert_eq!(plan.id.split('/').count(), 2, "{}", plan.id);
        }
    }

    #[test]
    fn an_id_names_whole_parts() {
        assert!(names("compute/workers", "compute") && names("compute/workers", "compute/workers"));
        assert!(!names("compute/workers", "comp") && !names("compute/workers", "workers"));
        assert!(is_asked_for("compute/workers", &[]));
    }
}
