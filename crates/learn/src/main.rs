//! `cargo learn`: the coach at the terminal.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anstream::{eprintln, print, println};
use anstyle::{AnsiColor, Style};
use clap::{Parser, Subcommand};
use learn::{Course, End, Ended, Exercise, Failed, Judge, Progress, Stage, Verdict, advice};

/// Learn concurrency by building its primitives, with a model checker watching.
///
/// Without a command: shows the exercise that is to be done now, and what to do next.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo learn")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Task>,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Judges what you wrote: does it compile, do its tests pass, does every schedule?
    ///
    /// Ends with 0 if it passed, with 1 if not yet, and with 2 if it could not be judged.
    Check {
        /// The exercise; by default the one that is to be done now.
        id: Option<String>,
    },
    /// Shows the next hint.
    Hint {
        /// The exercise; by default the one that is to be done now.
        id: Option<String>,
    },
    /// Shows an exercise's text.
    Show {
        /// The exercise; by default the one that is to be done now.
        id: Option<String>,
    },
    /// Lists the exercises.
    List,
    /// Compiles what judging needs.
    #[command(hide = true)]
    Prepare,
}

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// What is easy to read, on a terminal however wide.
const WIDEST: usize = 100;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    run(arguments.command).unwrap_or_else(|error| {
        eprintln!("{BAD}error:{BAD:#} {error}");
        ExitCode::from(2)
    })
}

fn run(task: Option<Task>) -> Result<ExitCode, Box<dyn Error>> {
    let course = Course::find(&env::current_dir()?)?;
    let mut progress = Progress::open(&course)?;
    let chosen = |id: Option<String>| match id {
        Some(id) => course.exercise(&id),
        None => Ok(progress.current(&course)),
    };
    match task {
        None => {
            let exercise = progress.current(&course);
            welcome(&course, exercise)?;
            if !judge(&course).is_prepared() {
                prepare_in_background(&course)?;
            }
        }
        Some(Task::Check { id }) => {
            let exercise = chosen(id)?;
            let verdict = check(&course, exercise)?;
            if !verdict.passed() {
                return Ok(ExitCode::from(1));
            }
            progress.pass(exercise)?;
        }
        Some(Task::Hint { id }) => {
            let exercise = chosen(id)?;
            hint(&mut progress, exercise)?;
        }
        Some(Task::Show { id }) => show(chosen(id)?)?,
        Some(Task::List) => list(&course, &progress),
        Some(Task::Prepare) => judge(&course).prepare(progress.current(&course))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The judge works apart from where Cargo's other commands do.
fn judge(course: &Course) -> Judge {
    let target = env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
    let target = target.map_or_else(|| course.root().join("target"), PathBuf::from);
    Judge { workspace: course.root().to_owned(), target_dir: target.join("learn"), color: colors() }
}

fn welcome(course: &Course, exercise: &Exercise) -> Result<(), Box<dyn Error>> {
    let count = course.exercises().len();
    let number =
        course.exercises().iter().take_while(|other| other.manifest().id != exercise.manifest().id).count() + 1;
    println!("{STRONG}Locksmith{STRONG:#}: learn concurrency by building its primitives.");
    println!("{FAINT}Exercise {number} of {count}: {}{FAINT:#}\n", exercise.manifest().id);
    show(exercise)?;
    Ok(())
}

fn show(exercise: &Exercise) -> Result<(), Box<dyn Error>> {
    println!("{}", wrapped(&exercise.text()?));
    let label = |label: &str| format!("\n{FAINT}{label:<12}{FAINT:#}");
    for file in exercise.files() {
        print!("{}{STRONG}{}{STRONG:#}", label("Your file"), file.display());
    }
    let to_read = exercise.manifest().read.iter().map(|file| file.display().to_string()).collect::<Vec<_>>();
    if !to_read.is_empty() {
        print!("{}{}", label("To read"), to_read.join(", "));
    }
    print!("{}{STRONG}cargo learn check{STRONG:#}", label("Saved it?"));
    println!("{}{STRONG}cargo learn hint{STRONG:#}", label("Stuck?"));
    Ok(())
}

/// Starts to compile what the first check needs, in a process that ends by itself when that is done.
fn prepare_in_background(course: &Course) -> io::Result<()> {
    let folder = judge(course).target_dir;
    fs::create_dir_all(&folder)?;
    let log = File::create(folder.join("prepare.log"))?;
    let mut command = Command::new(env::current_exe()?);
    command.arg("prepare").current_dir(course.root()).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // What interrupts this process at the terminal is not meant for that one.
        command.process_group(0);
    }
    command.spawn()?;
    println!(
        "\n{}",
        wrapped(
            "The model checker, which tries all schedules, is being compiled in the background now: once, for about half \
             a minute. A check that comes sooner waits for it."
        )
    );
    Ok(())
}

fn check(course: &Course, exercise: &Exercise) -> Result<Verdict, Box<dyn Error>> {
    let judge = judge(course);
    for file in exercise.files() {
        println!("Checking {STRONG}{}{STRONG:#}", file.display());
    }
    if !judge.is_prepared() {
        println!("{FAINT}The first time the model checker is compiled: about half a minute.{FAINT:#}");
    }
    let verdict = judge.judge(exercise, print_stage)?;
    println!();
    match verdict.refusal() {
        Some((_, refused)) => {
            let told =
                verdict.failure(Stage::Model).filter(|failed| failed.counterexample.is_some()).unwrap_or(refused);
            if refused.counterexample.is_none() {
                if let Some(test) = &refused.test {
                    println!("{STRONG}{test}{STRONG:#}");
                }
                println!("{}\n", indented(&refused.message));
            }
            if let Some(schedule) = &told.counterexample {
                let style = schedule::Style { colour: colors(), width: width() };
                println!("{}", schedule.to_text(style));
            }
            println!("{STRONG}{}{STRONG:#}", wrapped(&advice(told)));
            println!("\nNot yet. Stuck? `cargo learn hint`");
        }
        None => {
            println!("{GOOD}Passed{GOOD:#}, in {}.", seconds(verdict.elapsed));
            for reference in exercise.manifest().solution.values() {
                println!("Compare yours with the reference: {}", reference.display());
            }
        }
    }
    Ok(verdict)
}

fn print_stage(ended: &Ended) {
    let name = ended.stage.name();
    let (style, word, what) = match &ended.end {
        End::Passed { summary } => (GOOD, "passed", summary.clone()),
        End::Failed(failed) => (BAD, "failed", failure(failed)),
        End::Stopped { failed: 0 } => (FAINT, "stopped", "they still ran when the model knew why".to_owned()),
        End::Stopped { failed } => (BAD, "stopped", format!("{failed} had failed when the model knew why")),
    };
    println!("  {name:<9}{style}{word:<9}{style:#}{what} {FAINT}({}){FAINT:#}", seconds(ended.elapsed));
}

fn failure(failed: &Failed) -> String {
    match failed.tests {
        0 => failed.kind.to_string(),
        tests => format!("{} of {tests} tests, the first by a {}", failed.failed, failed.kind),
    }
}

fn hint(progress: &mut Progress, exercise: &Exercise) -> Result<(), Box<dyn Error>> {
    let hints = exercise.hints()?;
    let number = (progress.hints(exercise) + 1).min(hints.len());
    match hints.get(number.wrapping_sub(1)) {
        None => println!("There are no hints for {}.", exercise.manifest().id),
        Some(hint) => {
            println!("{FAINT}Hint {number} of {}{FAINT:#}\n\n{}", hints.len(), wrapped(hint));
            progress.take_hints(exercise, number)?;
        }
    }
    Ok(())
}

fn list(course: &Course, progress: &Progress) {
    let longest = course.exercises().iter().map(|exercise| exercise.manifest().id.len()).max().unwrap_or(0);
    for exercise in course.exercises() {
        let manifest = exercise.manifest();
        let (style, mark) = if progress.passed(exercise) { (GOOD, "passed") } else { (FAINT, "to do ") };
        println!("{style}{mark}{style:#}  {:<longest$}  {}", manifest.id, manifest.title);
    }
}

/// The texts are written to be read as they are; only what is too long for the terminal is broken.
fn wrapped(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let indent = &line[..line.len() - line.trim_start().len()];
        textwrap::fill(line, textwrap::Options::new(width()).subsequent_indent(indent))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)).min(WIDEST)
}

fn colors() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
