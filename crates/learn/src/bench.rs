//! `cargo learn bench`: measures on this machine, keeps what was measured, and has it drawn.
//!
//! The programs that measure are in the package `benches`, and whoever draws is the book's builder; both run as child
//! processes, so that the coach needs nothing of theirs.

use std::env;
use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anstream::println;
use results::{Changes, Comparison, Results, Run, Runs, duration, figures, median};

use crate::page::{FAINT, STRONG, wrapped};

/// The programs that measure, in the order in which they run.
const PROGRAMS: [Program; 3] = [
    // A concept is done in less than a minute: many scenarios, each of them short.
    Program {
        name: "compare",
        full: &["--rounds", "7", "--time", "20", "--contest", "40"],
        quick: &["--rounds", "3", "--time", "5", "--contest", "20"],
        // As for the book's charts.
        always: if cfg!(target_os = "linux") { &["--pin", "spread"] } else { &[] },
    },
    Program { name: "experiments", full: &[], quick: &["--quick"], always: &[] },
    Program { name: "servers", full: &[], quick: &["--quick"], always: &[] },
];

/// How often to look whether a child has ended, or this process is to.
const LOOK: Duration = Duration::from_millis(50);

/// So many changes are listed; all of them are in the report.
const LISTED: usize = 20;

/// A program of the package `benches`.
struct Program {
    name: &'static str,
    /// What it is given for numbers that are worth something,
    full: &'static [&'static str],
    /// and for a first look.
    quick: &'static [&'static str],
    /// What it is given in any case.
    always: &'static [&'static str],
}

impl Program {
    /// Whether the workspace has it.
    fn is_in(&self, root: &Path) -> bool {
        let folder = root.join("benches/src/bin");
        folder.join(self.name).is_dir() || folder.join(self.name).with_extension("rs").is_file()
    }
}

/// Measures.
pub(crate) struct Bench {
    pub(crate) root: PathBuf,
    /// Where Cargo compiles to.
    pub(crate) target: PathBuf,
}

impl Bench {
    fn runs(&self) -> Runs {
        Runs::of(&self.target)
    }

    /// Lists the runs that are kept, the newest first.
    pub(crate) fn list(&self) -> Result<(), Box<dyn Error>> {
        let runs = self.runs().newest_first()?;
        if runs.is_empty() {
            println!("Nothing has been measured yet: `cargo learn bench` does.");
        }
        for run in runs {
            let results = read(&run)?;
            let machine = results.first().map_or(String::new(), |results| {
                let load = results.machine().load.map_or(String::new(), |load| format!(", load {load}"));
                format!("{}{load}", results.machine())
            });
            println!("{STRONG}{}{STRONG:#}  {FAINT}{machine}{FAINT:#}", run.name);
        }
        Ok(())
    }

    /// Measures `concept`, or everything; keeps it; tells what came out, and what has changed since the run `against`.
    pub(crate) fn measure(
        &self,
        concept: Option<&str>,
        quick: bool,
        against: Option<&str>,
    ) -> Result<(), Box<dyn Error>> {
        let against = against.map(|name| self.find(name)).transpose()?;
        let stop = Stop::listen()?;
        println!("Compiling what measures.");
        let mut cargo = self.cargo();
        cargo.args(["build", "--release", "--package", "benches", "--bins"]);
        stop.wait(cargo.spawn()?, "cargo build")?;

        let asked = self.asked(concept)?;
        if concept.is_none() && !quick {
            println!(
                "{}",
                wrapped(
                    "Everything takes half an hour. With --quick it takes some minutes; one concept takes less than one."
                )
            );
        }
        let draft = self.runs().begin(concept.unwrap_or("all"))?;
        for program in asked {
            println!("\n{STRONG}{}{STRONG:#}", program.name);
            let mut command = Command::new(self.path_of(program));
            command.args(if is_name(program, concept) { None } else { concept });
            command.args(if quick { program.quick } else { program.full }).args(program.always);
            command.arg("--json").arg(draft.folder().join(program.name).with_extension("json"));
            stop.wait(command.current_dir(&self.root).spawn()?, program.name)?;
        }
        let run = draft.keep()?;
        self.tell(&run, against.as_ref())?;
        self.draw(&run, against.as_ref(), &stop)
    }

    /// The programs that know `concept`; all, if there is none.
    fn asked(&self, concept: Option<&str>) -> Result<Vec<&'static Program>, Box<dyn Error>> {
        let programs: Vec<&Program> = PROGRAMS.iter().filter(|program| program.is_in(&self.root)).collect();
        let Some(concept) = concept else { return Ok(programs) };
        let mut asked = Vec::new();
        let mut known: Vec<String> = programs.iter().map(|program| program.name.to_owned()).collect();
        for program in programs {
            let ids = self.ids(program)?;
            let is_part = |id: &String| format!("{id}/").starts_with(&format!("{concept}/"));
            if is_name(program, Some(concept)) || ids.iter().any(is_part) {
                asked.push(program);
            }
            known.extend(ids.iter().map(|id| id.split('/').next().unwrap_or_default().to_owned()));
        }
        known.dedup();
        match asked.is_empty() {
            true => {
                Err(format!("nothing is called {concept:?} that could be measured; there are: {}", known.join(", "))
                    .into())
            }
            false => Ok(asked),
        }
    }

    /// The ids that `program` knows: each begins a line of what it lists.
    fn ids(&self, program: &Program) -> Result<Vec<String>, Box<dyn Error>> {
        let listed = Command::new(self.path_of(program)).arg("--list").current_dir(&self.root).output()?;
        if !listed.status.success() {
            let said = String::from_utf8_lossy(&listed.stderr);
            return Err(format!("{} does not say what it can measure: {}", program.name, said.trim_end()).into());
        }
        let text = String::from_utf8_lossy(&listed.stdout);
        Ok(text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
    }

    /// The run that is called `name`, or the only one whose name has this in it; the newest, if that is `last`.
    fn find(&self, name: &str) -> Result<Run, Box<dyn Error>> {
        let mut runs = self.runs().newest_first()?;
        if name != "last" {
            let exact = runs.iter().any(|run| run.name == name);
            runs.retain(|run| if exact { run.name == name } else { run.name.contains(name) });
            if runs.len() > 1 {
                let names: Vec<&str> = runs.iter().map(|run| &*run.name).collect();
                return Err(format!("which run is meant by {name:?}? There are: {}", names.join(", ")).into());
            }
        }
        let missing = || format!("no run is called {name:?}: `cargo learn bench --list` lists those that there are");
        runs.into_iter().next().ok_or_else(|| missing().into())
    }

    /// Prints a line for each comparison and each experiment, and what has changed.
    fn tell(&self, run: &Run, against: Option<&Run>) -> Result<(), Box<dyn Error>> {
        let results = read(run)?;
        println!("\n{STRONG}{}{STRONG:#}", run.name);
        for results in &results {
            match results {
                Results::Comparisons(results) => {
                    println!("\n{FAINT}{:<34}{:>9}   best peer                theirs / ours{FAINT:#}", "", "ours");
                    results.comparisons.iter().for_each(|comparison| println!("{}", row(comparison)));
                }
                Results::Experiments(results) => {
                    println!();
                    for experiment in &results.experiments {
                        println!("{:<20}  {}", experiment.id, experiment.title);
                    }
                }
            }
        }
        if let Some(against) = against {
            let changes = Changes::between(&read(against)?, &results);
            println!("\n{STRONG}Since {}{STRONG:#}\n{}", against.name, wrapped(&changes.to_string()));
            for change in changes.changed.iter().take(LISTED) {
                println!("{}", wrapped(&format!("  {change}")));
            }
            if changes.changed.len() > LISTED {
                println!("  … and {} more; the report has them all", changes.changed.len() - LISTED);
            }
        }
        Ok(())
    }

    /// Has the report drawn by the book's builder.
    fn draw(&self, run: &Run, against: Option<&Run>, stop: &Stop) -> Result<(), Box<dyn Error>> {
        let page = run.folder.join("report.html");
        println!("\n{FAINT}Drawing it. (What draws is compiled first, if it has never been.){FAINT:#}");
        let mut cargo = self.cargo();
        cargo.args(["run", "--quiet", "--package", "bookbinder", "--", "report", "--out"]).arg(&page);
        cargo.args(run.files()?).stdout(Stdio::null());
        if let Some(against) = against {
            cargo.arg("--against").args(against.files()?);
        }
        stop.wait(cargo.spawn()?, "the drawing")?;
        println!("The report: {STRONG}{}{STRONG:#}", page.display());
        Ok(())
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        cargo
    }

    fn path_of(&self, program: &Program) -> PathBuf {
        self.target.join("release").join(format!("{}{}", program.name, env::consts::EXE_SUFFIX))
    }
}

/// Whether `concept` is the program's own name.
fn is_name(program: &Program, concept: Option<&str>) -> bool {
    concept == Some(program.name)
}

fn read(run: &Run) -> Result<Vec<Results>, Box<dyn Error>> {
    run.files()?.iter().map(|file| Ok(Results::read(file)?)).collect()
}

/// Ours, the best peer, and how many times as long it takes.
fn row(comparison: &Comparison) -> String {
    let time = |samples: &[f64]| median(samples).map_or_else(|| "-".to_owned(), duration);
    let ours = comparison.contenders.first().map_or(String::new(), |ours| time(&ours.elapsed));
    let peer = comparison.best_peer().and_then(|peer| Some((peer, peer.ratio?)));
    let theirs = peer.map_or(String::new(), |(peer, ratio)| {
        let ratio = format!("{:>6} ({} to {})", figures(ratio.median), figures(ratio.min), figures(ratio.max));
        format!("{:<14}{:>8}  {ratio}", peer.name, time(&peer.elapsed))
    });
    format!("{:<34}{ours:>9}   {theirs}", comparison.id)
}

/// Whether this process is to end. It then ends its child first, and takes away what has only been half written.
struct Stop {
    asked: Arc<AtomicBool>,
}

impl Stop {
    /// From now on Ctrl-C does not end this process at once.
    fn listen() -> Result<Stop, Box<dyn Error>> {
        let asked = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&asked))?;
        }
        Ok(Stop { asked })
    }

    /// Waits for `child`, which is called `name`, to end well.
    fn wait(&self, mut child: Child, name: &'static str) -> Result<(), Interrupted> {
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                // Ctrl-C reaches the child too, and it may be the first to know.
                Ok(Some(_)) if self.is_asked() => return Err(Interrupted::Stopped),
                Ok(Some(status)) => return Err(Interrupted::Failed { name, status }),
                Ok(None) if self.is_asked() => {
                    // It may be gone already.
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(Interrupted::Stopped);
                }
                Ok(None) => thread::sleep(LOOK),
                Err(_) => return Err(Interrupted::Stopped),
            }
        }
    }

    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

/// Why nothing came out.
#[derive(Debug)]
enum Interrupted {
    /// Somebody wanted it to end.
    Stopped,
    /// A child has failed, and has said why.
    Failed { name: &'static str, status: ExitStatus },
}

impl fmt::Display for Interrupted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Interrupted::Stopped => formatter.write_str("stopped: what had not come to its end is not kept"),
            Interrupted::Failed { name, status } => {
                write!(formatter, "{name} has failed ({status}), and said why above")
            }
        }
    }
}

impl Error for Interrupted {}
