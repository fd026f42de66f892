//! `cargo book`: the book, built and served.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use bookbinder::{Book, Server};
use clap::{Parser, Subcommand};
use notify::{Event, EventKind, RecursiveMode, Watcher};
use results::Runs;
use runner::{Run, Target, Verdict, World};

/// The folders that the book is made from.
const SOURCES: [&str; 3] = ["book", "crates", "exercises"];

/// An editor saves in several steps. When nothing has happened for so long, it is done.
const QUIET: Duration = Duration::from_millis(100);

/// The book: concurrency, learned by building its primitives.
///
/// Without a command: builds the book, serves it on this machine, and builds it anew when a file changes.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo book")]
struct Arguments {
    /// The port to serve the book on [default: 3000 if it is free, and any if not]
    #[arg(long)]
    port: Option<u16>,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Builds the book, and fails if anything is wrong with it
    #[command(disable_help_flag = true)]
    Build,
    /// Draws the charts anew, from the files in book/results
    #[command(disable_help_flag = true)]
    Charts,
    /// Draws everything that is in files of results on one page
    #[command(disable_help_flag = true)]
    Report {
        /// Where to write the page
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// What the programs that measure have written
        #[arg(required = true, value_name = "RESULTS")]
        results: Vec<PathBuf>,
        /// What they have written another time: the page says what has changed
        #[arg(long, num_args = 1.., value_name = "RESULTS")]
        against: Vec<PathBuf>,
    },
    /// Draws the pictures of bytes anew, from the files in book/wires
    #[command(disable_help_flag = true)]
    Wires,
    /// Draws the pictures of schedules anew, by running the book's listings under the model
    #[command(disable_help_flag = true)]
    Schedules,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = workspace().and_then(|root| match arguments.task {
        None => serve(&root, arguments.port),
        Some(Task::Build) => build(&root),
        Some(Task::Charts) => drawn(book(&root).draw_charts()),
        Some(Task::Report { out, results, against }) => report(&out, &results, &against),
        Some(Task::Wires) => drawn(book(&root).draw_wires()),
        Some(Task::Schedules) => schedules(&root),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder that holds the book, found from the current one upwards.
fn workspace() -> Result<PathBuf, Box<dyn Error>> {
    let here = env::current_dir()?;
    let root = here.ancestors().find(|folder| folder.join("book/book.toml").exists());
    root.map(Path::to_owned).ok_or_else(|| "there is no book here: run this inside Locksmith's folder".into())
}

fn book(root: &Path) -> Book {
    let target = env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
    let target = target.map_or_else(|| root.join("target"), PathBuf::from);
    Book::new(root.join("book"), target.join("book")).with_runs(Runs::of(&target))
}

fn build(root: &Path) -> Result<(), Box<dyn Error>> {
    let book = book(root);
    let complaints = book.build()?;
    if complaints.is_empty() {
        println!("The book is in {}", book.output().display());
        return Ok(());
    }
    Err(format!("the book has faults:\n  {}", complaints.join("\n  ")).into())
}

fn serve(root: &Path, port: Option<u16>) -> Result<(), Box<dyn Error>> {
    let server = Server::bind(book(root), port)?;
    rebuild(&server);
    println!("It is at http://{}/ and follows what you change. Ctrl+C ends this.", server.address());

    let (changes, changed) = channel();
    let mut watcher = notify::recommended_watcher(move |event| {
        if is_change(&event) {
            // Nobody listens any more when the program ends.
            let _ = changes.send(());
        }
    })?;
    for folder in SOURCES {
        watcher.watch(&root.join(folder), RecursiveMode::Recursive)?;
    }
    thread::scope(|scope| {
        scope.spawn(|| server.run());
        while changed.recv().is_ok() {
            while changed.recv_timeout(QUIET).is_ok() {}
            rebuild(&server);
        }
    });
    Ok(())
}

/// Whether files may have changed. Reading them is an event as well, and mdBook reads them all.
fn is_change(event: &notify::Result<Event>) -> bool {
    !matches!(event, Ok(Event { kind: EventKind::Access(_), .. }))
}

/// What is wrong with the book while it is being written is told, and ends nothing.
fn rebuild(server: &Server) {
    match server.rebuild() {
        Ok(complaints) if complaints.is_empty() => println!("The book is built."),
        Ok(complaints) => complaints.iter().for_each(|complaint| eprintln!("warning: {complaint}")),
        Err(error) => eprintln!("error: {error}"),
    }
}

fn drawn(figures: Result<Vec<PathBuf>, bookbinder::Error>) -> Result<(), Box<dyn Error>> {
    for figure in figures? {
        println!("{}", figure.display());
    }
    Ok(())
}

fn report(out: &Path, results: &[PathBuf], against: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let page = bookbinder::report(results, against)?;
    fs::write(out, page).map_err(|error| format!("cannot write {}: {error}", out.display()))?;
    println!("{}", out.display());
    Ok(())
}

fn schedules(root: &Path) -> Result<(), Box<dyn Error>> {
    println!("Running the listings through their schedules.");
    let outcome = Run::new(root, "listings", World::Model)
        .target(Target::Test("schedules".to_owned()))
        .env("UPDATE_EXPECT", "1")
        .run()?;
    match outcome.verdict {
        Verdict::Passed => {
            println!("The pictures are in {}", root.join("book/figures").display());
            Ok(())
        }
        verdict => Err(format!("{verdict}\n{}", outcome.output).into()),
    }
}
