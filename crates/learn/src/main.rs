//! `cargo learn`: the coach at the terminal.

mod bench;
mod page;
mod screen;
mod watch;

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anstream::{eprintln, print, println};
use clap::{Parser, Subcommand};
use learn::{Course, Drawer, Exercise, Judge, Progress, Update};

use bench::Bench;
use page::{BAD, FAINT, STRONG};

/// Learn concurrency by building its primitives, with a model checker watching.
///
/// Without a command: shows the exercise that is to be done now, watches its files, and judges what you wrote each time you
/// save it. Without a terminal it only shows the exercise, and what to do next.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo learn", after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Task>,
}

const EXIT_CODES: &str = "\
It ends with
  0  if all is well; after `check`: it passed
  1  if not: what `check` judged has not passed; `solution` was not to be shown yet
  2  if the command could not do its work, and says why";

#[derive(Debug, Subcommand)]
enum Task {
    /// Watches an exercise's files, and judges what you wrote each time you save it.
    ///
    /// Keys work at any time; `?` lists them. Needs a terminal.
    Watch {
        /// The exercise; by default the one that is to be done now.
        id: Option<String>,
    },
    /// Judges what you wrote: does it compile, do its tests pass, does every schedule?
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
    /// Shows the first exercise that has not been passed.
    Next,
    /// Shows the solution.
    ///
    /// If the exercise has not been passed yet, asks whether that is what you want.
    Solution {
        /// The exercise; by default the one that is to be done now.
        id: Option<String>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Begins an exercise anew, and keeps what you wrote.
    ///
    /// What you wrote is put away in `.locksmith/kept` first.
    Reset {
        /// The exercise; by default the one that is to be done now, if there is one.
        id: Option<String>,
    },
    /// Looks, after `git pull`, which exercises have changed.
    ///
    /// Where you have not written anything yet, the new version is handed out. What you wrote is left alone.
    ///
    /// `git pull --autostash` takes your changes along. Where you and the course have changed the same lines, Git marks
    /// both in your file and keeps what you had (`git stash list`).
    Update,
    /// Measures on this machine, and draws what was measured.
    ///
    /// Each of our primitives beside its peers, what threads and processes are good for, and servers under load. Runs are
    /// kept, and can be compared.
    Bench {
        /// What to measure, such as `event` or `event/wake`; by default everything.
        concept: Option<String>,
        /// For a first look: less work, and less sure.
        #[arg(long)]
        quick: bool,
        /// Say what has changed since this run: its name or a part of it, or `last`.
        #[arg(long, value_name = "RUN")]
        against: Option<String>,
        /// List the runs that are kept.
        #[arg(long, exclusive = true)]
        list: bool,
    },
    /// Compiles what judging needs.
    #[command(hide = true)]
    Prepare,
}

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
    let drawer = Drawer::of(&course);
    // With what is handed out today a later version of the course will be compared.
    if let Err(error) = course.exercises().iter().try_for_each(|exercise| drawer.begin(exercise)) {
        eprintln!("{BAD}warning:{BAD:#} {error}");
    }
    let chosen = |id: Option<String>| match id {
        Some(id) => course.exercise(&id),
        None => Ok(progress.current(&course)),
    };
    match task {
        None if screen::is_interactive() => {
            let exercise = progress.current(&course);
            watch::watch(&course, &drawer, judge(&course), progress, exercise)?;
        }
        None => {
            println!("{STRONG}Locksmith{STRONG:#}: learn concurrency by building its primitives.");
            show(&course, progress.current(&course))?;
            if !judge(&course).is_prepared(progress.current(&course)) {
                prepare_in_background(&course)?;
            }
        }
        Some(Task::Watch { id }) => {
            let exercise = chosen(id)?;
            if !screen::is_interactive() {
                return Err("only a terminal can be watched from; `cargo learn check` judges once".into());
            }
            watch::watch(&course, &drawer, judge(&course), progress, exercise)?;
        }
        Some(Task::Check { id }) => {
            let exercise = chosen(id)?;
            return check(&course, &drawer, &mut progress, exercise);
        }
        Some(Task::Hint { id }) => {
            let exercise = chosen(id)?;
            let (hint, number) = page::hint(&progress, exercise)?;
            println!("{hint}");
            progress.take_hints(exercise, number)?;
        }
        Some(Task::Show { id }) => show(&course, chosen(id)?)?,
        Some(Task::List) => {
            println!("{}\n\n{}", page::list(&course, &progress, &drawer), page::bar(&course, &progress));
        }
        Some(Task::Next) => {
            let exercise = progress.current(&course);
            if progress.passed(exercise) {
                println!("You have passed every exercise there is.\n\n{}", page::bar(&course, &progress));
            } else {
                show(&course, exercise)?;
            }
        }
        Some(Task::Solution { id, yes }) => {
            let exercise = chosen(id)?;
            if !(yes || progress.passed(exercise) || confirmed(exercise)?) {
                return Ok(ExitCode::from(1));
            }
            println!("{}", page::solution(&course, exercise)?);
        }
        Some(Task::Reset { id: None }) if progress.passed(progress.current(&course)) => {
            return Err(
                "you have passed every exercise: say which one is to begin anew, as in `cargo learn reset ID` \
                        (`cargo learn list` lists them)"
                    .into(),
            );
        }
        Some(Task::Reset { id }) => reset(&drawer, chosen(id)?)?,
        Some(Task::Update) => update(&course, &drawer)?,
        Some(Task::Bench { list, concept, quick, against }) => {
            let bench = Bench { root: course.root().to_owned(), target: target(&course) };
            match list {
                true => bench.list()?,
                false => bench.measure(concept.as_deref(), quick, against.as_deref())?,
            }
        }
        Some(Task::Prepare) => judge(&course).prepare(progress.current(&course))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Where Cargo's other commands compile to.
fn target(course: &Course) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
    target.map_or_else(|| course.root().join("target"), PathBuf::from)
}

/// The judge works apart from where Cargo's other commands do.
fn judge(course: &Course) -> Judge {
    Judge {
        workspace: course.root().to_owned(),
        target_dir: target(course).join("learn"),
        color: page::colors(),
        after_failure: Judge::AFTER_FAILURE,
    }
}

fn show(course: &Course, exercise: &Exercise) -> Result<(), Box<dyn Error>> {
    println!(
        "{}{}{}",
        page::exercise(course, exercise)?,
        page::label("Saved it?", format_args!("{STRONG}cargo learn check{STRONG:#}")),
        page::label("Stuck?", format_args!("{STRONG}cargo learn hint{STRONG:#}")),
    );
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
    println!("\n{}", page::wrapped(page::MODEL_IS_COMPILED));
    Ok(())
}

fn check(
    course: &Course,
    drawer: &Drawer,
    progress: &mut Progress,
    exercise: &Exercise,
) -> Result<ExitCode, Box<dyn Error>> {
    let judge = judge(course);
    for file in exercise.files() {
        println!("Checking {STRONG}{}{STRONG:#}", file.display());
    }
    if !judge.is_prepared(exercise) {
        println!("{FAINT}{}{FAINT:#}", page::wrapped(page::MODEL_IS_COMPILED_FIRST));
    }
    let written = drawer.written(exercise)?;
    let verdict = judge.judge(exercise, |ended| println!("{}", page::stage(ended)))?;
    println!("\n{}", page::verdict(course, progress, exercise, &verdict));
    if !verdict.passed() {
        println!("\nNot yet. Stuck? `cargo learn hint`");
        return Ok(ExitCode::from(1));
    }
    progress.pass(exercise)?;
    drawer.pass(exercise, &written)?;
    println!("Go on: `cargo learn next`");
    Ok(ExitCode::SUCCESS)
}

/// Whether the learner wants to see the solution before it was found.
fn confirmed(exercise: &Exercise) -> io::Result<bool> {
    let id = &exercise.manifest().id;
    if !io::stdin().is_terminal() {
        eprintln!("{id} has not been passed yet; `cargo learn solution {id} --yes` shows its solution all the same");
        return Ok(false);
    }
    print!("{id} has not been passed yet. Show its solution all the same? [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

fn reset(drawer: &Drawer, exercise: &Exercise) -> Result<(), Box<dyn Error>> {
    let id = &exercise.manifest().id;
    match drawer.reset(exercise)? {
        Some(kept) => {
            let kept = kept.display();
            println!("{id} is as handed out again. What you wrote lies in {STRONG}{kept}{STRONG:#}");
        }
        None => println!("{id} is as handed out already."),
    }
    Ok(())
}

fn update(course: &Course, drawer: &Drawer) -> Result<(), Box<dyn Error>> {
    let mut changed = false;
    for exercise in course.exercises() {
        let id = &exercise.manifest().id;
        match drawer.update(exercise)? {
            Update::Unchanged => continue,
            Update::BroughtUpToDate => println!("{STRONG}{id}{STRONG:#} has changed, and is handed out anew."),
            Update::LeftAlone { began_with } => println!(
                "{STRONG}{id}{STRONG:#} has changed, and what you wrote is left alone. To see what is new:\n  git diff \
                 --no-index {} {}\nTo begin anew, and keep what you wrote: cargo learn reset {id}",
                began_with.display(),
                exercise.folder().join("start.rs").display()
            ),
        }
        changed = true;
    }
    if !changed {
        println!("No exercise has changed since you began with it.");
    }
    Ok(())
}
