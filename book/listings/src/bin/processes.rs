//! What does it take to have something done by a process: to start one, to ask one, and to have one?
//!
//! Linux only: it reads from `/proc` how much memory belongs to a process alone.

use std::env;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use framing::command::Request;
use listings::framing::serve;
use listings::worker::Worker;

const ROUNDS: usize = 15;
const TURNS: usize = if cfg!(debug_assertions) { 2 } else { 50 };
const LARGE: usize = 1_000_000;

// ANCHOR: main
fn main() -> Result<(), Box<dyn Error>> {
    match env::args().nth(1).as_deref() {
        Some("worker") => serve(io::stdin().lock(), io::stdout().lock())?,
        Some("talks") => {
            println!("a worker has started");
            serve(io::stdin().lock(), io::stdout().lock())?;
        }
        _ => measure()?,
    }
    Ok(())
}
// ANCHOR_END: main

fn measure() -> io::Result<()> {
    let program = env::current_exe()?;
    let start = || Worker::start(Command::new(&program).arg("worker"));
    let mut worker = start()?;
    let (small, large) = (Request::Echo(b"hello"), vec![0; LARGE]);
    let large = Request::Echo(&large);
    println!("                              µs");
    row("ask a thread", {
        let (requests, asked) = mpsc::channel::<Vec<u8>>();
        let (answers, answered) = mpsc::channel();
        thread::spawn(move || asked.into_iter().try_for_each(|request| answers.send(request)));
        move || {
            requests.send(b"hello".to_vec()).map_err(io::Error::other)?;
            answered.recv().map(drop).map_err(io::Error::other)
        }
    })?;
    row("ask a process", || worker.ask(&small).map(drop))?;
    // Before it has held a megabyte.
    let memory = private_memory(worker.id())?;
    row("send a megabyte, and back", || worker.ask(&large).map(drop))?;
    row("start a thread", || thread::spawn(|| black_box(1)).join().map(drop).map_err(|_| io::ErrorKind::Other.into()))?;
    row("start a process", || start()?.close().map(drop))?;
    println!("                             KiB");
    println!("memory of its own     {memory:>10}");
    Ok(())
}

/// Prints how many microseconds a turn takes: the median of some rounds.
fn row(name: &str, mut turn: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..TURNS {
            turn()?;
        }
        times.push(start.elapsed().as_secs_f64() * 1e6 / TURNS as f64);
    }
    times.sort_by(f64::total_cmp);
    println!("{name:26}{:>6.1}", times[ROUNDS / 2]);
    Ok(())
}

/// KiB that a process shares with no other.
fn private_memory(process: u32) -> io::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let private =
        text.lines().filter_map(|line| line.strip_prefix("Private_")?.split_whitespace().nth(1)?.parse::<u64>().ok());
    Ok(private.sum())
}
