//! The same with real CPython, where there is one.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};

use benches::work::{Responder, Task, Work};
use results::{Axis, Point, Series};
use tempfile::NamedTempFile;

use crate::lab::{Lab, Picture, Rounds};
use crate::{Failure, Plan};

pub(crate) const PLANS: [Plan; 2] = [
    Plan {
        id: "python/compute",
        title: "In CPython threads do not compute in parallel, and processes do",
        about: "16 tasks that only compute, in Python, done by more and more workers that are there already. How many times as \
            fast as one after the other?",
        run: computing,
    },
    Plan {
        id: "python/wait",
        title: "In CPython threads wait in parallel as well as anybody",
        about: "64 requests to a process that answers each after a while, from Python, sent by more and more workers that are \
            there already. How many times as fast as one after the other?",
        run: waiting,
    },
];

const SCRIPT: &str = include_str!("python.py");

/// How it is called.
const PROGRAM: &str = "python3";

/// A Python program that runs [`SCRIPT`]. It is ended, and waited for, when this is dropped.
pub(crate) struct Python {
    child: Child,
    /// The script, for Python's processes read it too. It is removed in the end.
    _script: NamedTempFile,
}

impl Python {
    /// Says which Python there is, or that there is none, in a sentence.
    pub(crate) fn find() -> Result<String, String> {
        let missing = || format!("CPython is left out: there is no {PROGRAM} here that works.");
        let output = Command::new(PROGRAM).arg("--version").output().map_err(|_| missing())?;
        let version = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() { Err(missing()) } else { Ok(format!("CPython is {}.", version.trim())) }
    }

    fn start(arguments: &[String]) -> io::Result<Python> {
        let mut script = tempfile::Builder::new().prefix("locksmith-").suffix(".py").tempfile()?;
        script.write_all(SCRIPT.as_bytes())?;
        let mut command = Command::new(PROGRAM);
        // Else it would leave what it has compiled beside the script.
        command.arg("-B").arg(script.path()).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        Ok(Python { child: command.spawn()?, _script: script })
    }

    /// The first line that it says.
    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if let Some(output) = self.child.stdout.as_mut() {
            BufReader::new(output).read_line(&mut line)?;
        }
        Ok(line)
    }

    /// Has it send back what `client` sends, beside so many that compute: `threads` or `processes`.
    pub(crate) fn echo<T>(
        busy: usize,
        kind: &str,
        client: impl FnOnce(TcpStream) -> io::Result<T>,
    ) -> Result<T, Failure> {
        let mut python = Python::start(&["echo".to_owned(), busy.to_string(), kind.to_owned()])?;
        let line = python.line()?;
        let port = line.trim().parse::<u16>().map_err(|_| format!("{PROGRAM} has ended instead of listening"))?;
        let result = client(TcpStream::connect((Ipv4Addr::LOCALHOST, port))?)?;
        // It ends when the client hangs up, and then its processes have ended too.
        python.child.wait()?;
        Ok(result)
    }

    /// Has it do the tasks 0 to before `count` of `work`, and returns how many seconds that took.
    fn seconds(method: &str, workers: usize, work: Work, count: usize, expected: u64) -> Result<f64, Failure> {
        let (kind, first, second) = match work {
            Work::Hash { steps } => ("compute", steps, 0),
            Work::Ask { port, micros } => ("ask", port.into(), micros),
            _ => return Err("Python has not learned that".into()),
        };
        let numbers = [workers as u64, count as u64, first, second].map(|number| number.to_string());
        let [workers, count, first, second] = numbers;
        let mut python =
            Python::start(&["table".to_owned(), method.to_owned(), workers, kind.to_owned(), count, first, second])?;
        let line = python.line()?;
        python.child.wait()?;
        let mut words = line.split_whitespace();
        let mut next = || words.next().ok_or_else(|| format!("{PROGRAM} has ended without a word, with {method}"));
        let (seconds, sum) = (next()?.parse::<f64>()?, next()?.parse::<u64>()?);
        if sum != expected {
            return Err(format!("{PROGRAM} with {method} has come to {sum:#x}, and not to {expected:#x}").into());
        }
        Ok(seconds)
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // Both fail only if it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const METHODS: [(&str, &str); 3] =
    [("threading", "threading"), ("ThreadPoolExecutor", "executor"), ("multiprocessing", "processes")];

fn computing(lab: &Lab) -> Result<Picture, Failure> {
    // In Python a step takes some hundred times as long.
    speed_ups(lab, Work::Hash { steps: lab.choose(10, 40_000, 100_000) }, lab.choose(4, 16, 16))
}

fn waiting(lab: &Lab) -> Result<Picture, Failure> {
    let responder = Responder::start(&lab.program)?;
    speed_ups(lab, Work::Ask { port: responder.port(), micros: lab.choose(100, 5_000, 10_000) }, lab.choose(4, 64, 64))
}

fn speed_ups(lab: &Lab, work: Work, count: usize) -> Result<Picture, Failure> {
    let x = Axis::logarithmic("workers");
    let y = Axis::new("times as fast");
    let version = match Python::find() {
        Ok(version) => version,
        Err(missing) => return Ok(Picture { x, y, series: Vec::new(), remarks: vec![missing] }),
    };
    let tasks = Task::several(work, count);
    let results = tasks.iter().map(Task::expected).collect::<io::Result<Vec<_>>>()?;
    let expected = results.into_iter().fold(0, u64::wrapping_add);
    let workers = lab.choose(vec![2], vec![1, 2, 8], vec![1, 2, 4, 8, 16]);
    let mut cells = vec![("sequence", 1)];
    cells.extend(METHODS.iter().flat_map(|(_, method)| workers.iter().map(move |&count| (*method, count))));
    let seconds = lab.rounds(&cells, |(method, workers)| Python::seconds(method, *workers, work, count, expected))?;
    let (alone, curves): (&Rounds<f64>, _) = (&seconds[0], seconds[1..].chunks(workers.len()));
    let all = METHODS.iter().zip(curves).map(|((name, _), curve)| {
        let points = workers.iter().zip(curve).map(|(&workers, seconds)| {
            let samples = alone.iter().zip(seconds).map(|(alone, seconds)| alone / seconds);
            Point::at(workers as f64, samples.collect())
        });
        Series::new(name, points.collect())
    });
    Ok(Picture { x, y, series: all.collect(), remarks: vec![version] })
}
