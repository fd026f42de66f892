//! Measures contenders in turns and prints how ours does against each peer.

mod rounds;
mod table;

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use benches::{Placement, Scenario, scenarios};
use clap::{Parser, ValueEnum};
use results::{Comparisons, Machine};

use crate::rounds::Plan;

/// Compares our primitives with their peers, in interleaved rounds.
///
/// Each round runs every contender once, so that a machine that is slow for a while is slow for all of them, and gives
/// one ratio for each peer: its time over ours. The table shows the median of these ratios with the lowest and the
/// highest: above 1 we are faster. We call ourselves level with the best peer from a median of 0.95.
///
/// Where threads compete, operations of all threads count, and beside the time stand the least and the most that any
/// thread got in any round; 1.00 is an even share.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    /// Compare only these: a concept, concept/scenario or concept/scenario/threads, such as event/wake/16
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Only say which scenarios there are
    #[arg(long)]
    list: bool,
    /// How many rounds
    #[arg(long, default_value_t = 11, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How long each contender runs in each round, in milliseconds
    #[arg(long, default_value_t = 20, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    time: u64,
    /// How long it runs in each round if its threads compete, in milliseconds
    #[arg(long, default_value_t = 1000, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    contest: u64,
    /// Which processors the threads run on, one after the other (other than none: Linux only)
    #[arg(long, value_enum, value_name = "PIN", value_delimiter = ',', default_value = "none")]
    pin: Vec<Pin>,
    /// Also write everything that was measured to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Pin {
    /// Wherever the system likes
    None,
    /// All on one processor
    One,
    /// Thread after thread on processor after processor
    Spread,
}

impl Pin {
    fn placement(self) -> io::Result<Placement> {
        match self {
            Pin::None => Ok(Placement::anywhere()),
            Pin::One => Placement::one(),
            Pin::Spread => Placement::spread(),
        }
    }

    /// As it is given, and written down.
    const fn name(self) -> &'static str {
        match self {
            Pin::None => "none",
            Pin::One => "one",
            Pin::Spread => "spread",
        }
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("compare: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether `ids` names `scenario` or something that it is part of, or names nothing at all.
fn is_asked_for(scenario: &Scenario, ids: &[String]) -> bool {
    let full = format!("{}/", scenario.id());
    ids.is_empty() || ids.iter().any(|id| full.starts_with(&format!("{id}/")))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let asked: Vec<_> = scenarios().into_iter().filter(|scenario| is_asked_for(scenario, &arguments.ids)).collect();
    if asked.is_empty() {
        return Err("no scenario has such an id; try event or event/wake/16".into());
    }
    if arguments.list {
        for scenario in asked {
            println!("{:<40}  {}", scenario.id(), scenario.about);
        }
        return Ok(());
    }
    let plan = |&pin: &Pin| -> io::Result<Plan> {
        Ok(Plan {
            rounds: arguments.rounds,
            time: Duration::from_millis(arguments.time),
            contest: Duration::from_millis(arguments.contest),
            pin,
            placement: pin.placement()?,
        })
    };
    let plans = arguments.pin.iter().map(plan).collect::<io::Result<Vec<_>>>()?;

    let machine = Machine::this();
    let Arguments { rounds, time: milliseconds, contest: contest_milliseconds, .. } = *arguments;
    println!("{machine}");
    println!("{rounds} rounds of {milliseconds} ms each, contests of {contest_milliseconds} ms");
    let mut comparisons = Vec::new();
    for scenario in asked {
        for plan in &plans {
            let comparison = rounds::compare(&scenario, plan);
            print!("\n{}", table::draw(&comparison));
            comparisons.push(comparison);
        }
    }

    if let Some(file) = &arguments.json {
        results::write(file, &Comparisons { machine, rounds, milliseconds, contest_milliseconds, comparisons })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_whole_parts() {
        let scenarios = scenarios();
        let sixteen = scenarios.iter().find(|scenario| scenario.id() == "event/wake/16").unwrap();
        let asks = |id: &str| is_asked_for(sixteen, &[id.to_owned()]);
        assert!(asks("event") && asks("event/wake") && asks("event/wake/16"));
        assert!(!asks("event/wake/1") && !asks("eve") && !asks("wake"));
        assert!(is_asked_for(sixteen, &[]));
    }
}
