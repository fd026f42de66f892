//! Measures servers: a thread per connection, workers that are used again, and others' servers beside them.

mod experiments;
mod house;
mod process;
mod rounds;
mod table;

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use results::{Experiment, Experiments, Machine};

use crate::experiments::{GROUPS, Group, Question};
use crate::house::House;
use crate::rounds::Effort;

/// Measures servers: a thread per connection, workers that are used again, and others' servers beside them.
///
/// Each server is a process of its own, so that its processor time and its memory can be told from those of its clients.
/// Those who are compared take turns, in several rounds. The tables show the median of the rounds. Clients and server share
/// the machine; whatever else runs on it takes its part, too.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, args_conflicts_with_subcommands = true)]
struct Arguments {
    /// Make only these
    #[arg(value_name = "EXPERIMENT", value_parser = GROUPS.map(|group| group.name))]
    experiments: Vec<String>,
    /// Fewer points, one round, a minute in all: to see the shapes
    #[arg(long)]
    quick: bool,
    /// Ask for your guess before each result
    #[arg(long)]
    predict: bool,
    /// How many rounds [default: 3, or 1 with --quick]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// Also write everything that was measured to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// List the experiments, and what each asks
    #[arg(long)]
    list: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Is a server. The program calls itself like this.
    #[command(hide = true)]
    House(House),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.part {
        Some(Part::House(house)) => house.run(),
        None => run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("servers: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let asked = |group: &&Group| {
        arguments.experiments.is_empty() || arguments.experiments.iter().any(|name| name == group.name)
    };
    if arguments.list {
        for group in GROUPS.iter().filter(asked) {
            println!("{:<14}  {}", group.name, group.question.text);
        }
        return Ok(());
    }

    process::allow_descriptors();
    let machine = Machine::this();
    let rounds = arguments.rounds.unwrap_or(if arguments.quick { 1 } else { 3 });
    let effort = Effort { rounds, quick: arguments.quick };
    println!("{machine}");
    let mut experiments = Vec::new();
    for group in GROUPS.iter().filter(asked) {
        let guess = if arguments.predict { Some(ask(&group.question)?) } else { None };
        let measured = (group.run)(effort)?;
        for experiment in &measured {
            print!("\n{}", table::draw(experiment));
        }
        if let Some(guess) = guess {
            println!("\n{}", verdict(&group.question, guess, &measured));
        }
        experiments.extend(measured);
    }
    if let Some(file) = &arguments.json {
        results::write(file, &Experiments { machine, rounds, quick: arguments.quick, experiments })?;
    }
    Ok(())
}

/// Asks until somebody types a number, or nothing.
fn ask(question: &Question) -> io::Result<Option<f64>> {
    println!("\n{}", textwrap::fill(question.text, table::WIDTH));
    loop {
        print!("Your guess (nothing: no guess): ");
        io::stdout().flush()?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        match line.trim() {
            "" => return Ok(None),
            typed => match typed.parse() {
                Ok(number) => return Ok(Some(number)),
                Err(_) => println!("{typed} is not a number."),
            },
        }
    }
}

/// The guess beside the answer.
fn verdict(question: &Question, guess: Option<f64>, measured: &[Experiment]) -> String {
    let guess = guess.map_or_else(|| "no guess".to_owned(), |guess| format!("you guessed {}", table::number(guess)));
    let answer = measured.iter().find(|experiment| experiment.id == question.experiment).and_then(|experiment| {
        let series = experiment.series.iter().find(|series| series.name == question.series)?;
        series.points.iter().find(|point| point.x == question.x)?.median()
    });
    match answer {
        Some(answer) => format!("{}: {guess}; measured: {}", question.experiment, table::number(answer)),
        None => format!("{}: {guess}; it could not be measured here", question.experiment),
    }
}

#[cfg(test)]
mod tests {
    use results::{Axis, Point, Series};

    use super::*;

    #[test]
    fn a_guess_is_shown_beside_the_median_of_what_it_is_about() {
        let question = Question { text: "", experiment: "a/b", series: "ours", x: 8.0 };
        let series = vec![
            Series::new("theirs", vec![Point::at(8.0, vec![1.0])]),
            Series::new("ours", vec![Point::at(4.0, vec![2.0]), Point::at(8.0, vec![30.0, 50.0, 40.0])]),
        ];
        let measured = [Experiment {
            id: "a/b".to_owned(),
            title: String::new(),
            about: String::new(),
            x: Axis::new("x"),
            y: Axis::new("y"),
            series,
            remarks: Vec::new(),
        }];
        assert_eq!(verdict(&question, Some(12.0), &measured), "a/b: you guessed 12; measured: 40");
        assert_eq!(verdict(&question, None, &[]), "a/b: no guess; it could not be measured here");
    }

    #[test]
    fn experiments_are_chosen_by_name_and_no_other_word_is_one() {
        assert!(Arguments::try_parse_from(["servers", "echo", "little", "--quick"]).is_ok());
        assert!(Arguments::try_parse_from(["servers", "everything"]).is_err());
        let house = House { patience: 7, ..House::echo(house::Keeper::TokioMany, 3) };
        let line = ["servers", "house"].map(str::to_owned).into_iter().chain(house.arguments());
        let Some(Part::House(parsed)) = Arguments::try_parse_from(line).unwrap().part else { panic!() };
        assert_eq!(format!("{parsed:?}"), format!("{house:?}"));
    }
}
