//! What workers cost besides time.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use benches::work::{Batch, Outcome, Strategy, Task, Work};
use results::{Axis, Point, Series};

use crate::lab::{Lab, Picture, Way, hash, places, series};
use crate::{Failure, Plan};

pub(crate) const PLANS: [Plan; 3] = [
    Plan {
        id: "cost/processor",
        title: "Even waiting has its price: a worker's is small, a new thread's is several times that",
        about: "64 tasks that sleep for a while, in each way, with 32 workers. How much processor time does each take?",
        run: processor,
    },
    Plan {
        id: "cost/switches",
        title: "More workers than processors get into each other's way, under an interpreter lock above all",
        about: "64 tasks that only compute. How often does a thread leave its processor in each of them, to wait for something \
            or because it has to make room?",
        run: switches,
    },
    Plan {
        id: "cost/memory",
        title: "A thread costs kilobytes, and a process hundreds of them",
        about: "So many workers have done a task and wait for the next. How much memory have they that was not there before?",
        run: memory,
    },
];

fn processor(lab: &Lab) -> Result<Picture, Failure> {
    let workers = lab.choose(2, 32, 32);
    let ways = [
        Strategy::Pool(workers),
        Strategy::Stealing(workers),
        Strategy::Rayon(workers),
        Strategy::ThreadEach,
        Strategy::Interpreter(workers),
        Strategy::Processes(workers),
        Strategy::ColdProcesses(workers),
        Strategy::Sequence,
    ];
    let batch = lab.batch(Work::Sleep { micros: lab.choose(100, 5_000, 10_000) }, 64)?;
    let outcomes = lab.outcomes(&ways.map(|way| (way, &batch)))?;
    let each = |outcome: &Outcome| Some(outcome.usage?.processor.as_secs_f64() * 1e6 / outcome.done.len() as f64);
    let points =
        outcomes.iter().enumerate().map(|(x, rounds)| Point::at(x as f64, rounds.iter().filter_map(each).collect()));
    Ok(Picture {
        x: Axis::of_names("way", ways.map(Strategy::name)),
        y: Axis::logarithmic("microseconds of processor time"),
        series: vec![Series::new("a task that sleeps", points.collect())],
        remarks: told(outcomes[0][0].usage.is_some(), "what a process has used"),
    })
}

fn switches(lab: &Lab) -> Result<Picture, Failure> {
    let ways: [Way; 3] = [Strategy::Pool, Strategy::Processes, Strategy::Interpreter];
    let workers = lab.workers();
    let batch = lab.batch(hash(lab.choose(20, 1000, 3000)), 64)?;
    let (alone, curves) = lab.curves(&batch, &ways, &workers)?;
    let each = |outcome: &Outcome| Some(outcome.usage?.switches as f64 / outcome.done.len() as f64);
    let x = places(&workers);
    let all = ways
        .iter()
        .zip(&curves)
        .map(|(way, curve)| series(way(1).name(), &x, curve, |outcomes| outcomes.iter().filter_map(each).collect()));
    Ok(Picture {
        x: Axis::logarithmic("workers"),
        y: Axis::new("switches for each task"),
        series: all.collect(),
        remarks: told(alone[0].usage.is_some(), "how often threads switch"),
    })
}

fn memory(lab: &Lab) -> Result<Picture, Failure> {
    let counts = lab.workers();
    let ways = [("threads", true), ("processes", false)];
    let cells: Vec<(bool, usize)> =
        ways.iter().flat_map(|(_, threads)| counts.iter().map(|&count| (*threads, count))).collect();
    let measured = lab.rounds(&cells, |&(threads, count)| {
        if threads {
            return memory_of_threads(lab, count);
        }
        let mut team = Strategy::Processes(count).team(&lab.program)?;
        team.run(&lab.batch(ASLEEP, 64)?)?;
        Ok(team.processes().iter().map(|process| memory_of(&process.to_string())).sum())
    })?;
    let all = ways.iter().zip(measured.chunks(counts.len())).map(|((name, _), curve)| {
        let points = counts
            .iter()
            .zip(curve)
            .map(|(&count, samples)| Point::at(count as f64, samples.iter().copied().flatten().collect()));
        Series::new(name, points.collect())
    });
    let mut remarks = told(memory_of("self").is_some(), "how much memory a process has");
    remarks.push(
        "Memory that several processes share, such as the program itself, counts in part for each. What the system's kernel \
         keeps for a thread or a process, some 16 KiB and more, is not in it."
            .to_owned(),
    );
    Ok(Picture { x: Axis::logarithmic("workers"), y: Axis::logarithmic("KiB"), series: all.collect(), remarks })
}

/// What each worker does once before its memory is looked at. It sleeps, so that each gets some.
const ASLEEP: Work = Work::Sleep { micros: 1_000 };

/// The KiB of so many threads, in a process of their own: here the memory of others is at hand that have ended.
fn memory_of_threads(lab: &Lab, count: usize) -> Result<Option<f64>, Failure> {
    let mut command = Command::new(&lab.program);
    let mut child = command.args(["--role", "crowd"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        writeln!(input, "{count}")?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("a process with {count} threads ended: {}", output.status).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
}

/// What that process does: reads how many threads it is to start, and says how much memory they have; a word that is no
/// number where the system does not tell.
pub(crate) fn crowd() -> Result<(), Failure> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let count = line.trim().parse()?;
    let batch = Batch::new(Task::several(ASLEEP, 2 * count))?;
    let before = memory_of("self");
    let mut team = Strategy::Pool(count).team(Path::new(""))?;
    team.run(&batch)?;
    match memory_of("self").zip(before) {
        Some((after, before)) => println!("{}", (after - before).max(0.0)),
        None => println!("unknown"),
    }
    Ok(())
}

/// What has to be said if the system does not tell `what`.
fn told(tells: bool, what: &str) -> Vec<String> {
    if tells { Vec::new() } else { vec![format!("Nothing was measured: this system does not tell {what}.")] }
}

/// The KiB of a process's memory; what it shares with others counts in part. `None` where the system does not tell: on Linux
/// alone it does.
fn memory_of(process: &str) -> Option<f64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim_end().parse().ok()
}
