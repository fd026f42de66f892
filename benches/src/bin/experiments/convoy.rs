//! A thread that answers requests, beside threads that compute.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use benches::work::{Manner, Undisturbed};
use gil::Gil;
use results::{Axis, Point, Series, median, quantile};

use crate::lab::{Lab, Picture};
use crate::python::Python;
use crate::{Failure, Plan};

pub(crate) const PLANS: [Plan; 2] = [
    Plan {
        id: "convoy/busy",
        title: "Beside threads that compute, each answer waits for the interpreter lock",
        about: "A client sends a byte at a steady pace, and a thread sends it back. Beside it, threads compute. How long does \
            the middle answer take, if all share an interpreter lock, and if nobody has one?",
        run: busy,
    },
    Plan {
        id: "convoy/requests",
        title: "It is not a few answers that are late: it is every one",
        about: "The same beside one thread that computes. How long do all of the answers take but the slowest few?",
        run: requests,
    },
];

/// From one request to the next. Not a multiple of the interval.
const PACE: Duration = Duration::from_millis(23);

/// Who answers and computes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cast {
    Locked,
    Free,
    PythonThreads,
    PythonProcesses,
}

impl Cast {
    const fn name(self) -> &'static str {
        match self {
            Cast::Locked => "interpreter lock",
            Cast::Free => "no lock",
            Cast::PythonThreads => "CPython's threads",
            Cast::PythonProcesses => "CPython's processes",
        }
    }

    /// How long each answer takes beside so many that compute, in milliseconds.
    fn answers(self, busy: usize, lab: &Lab) -> Result<Vec<f64>, Failure> {
        let count = lab.choose(2, 10, 40);
        Ok(match self {
            Cast::Locked => {
                let gil = Gil::new();
                answers(
                    busy,
                    count,
                    |connection| gil.run(|token| echo(token, connection)),
                    |stop| gil.run(|token| compute(token, stop)),
                )?
            }
            Cast::Free => answers(
                busy,
                count,
                |connection| echo(&mut Undisturbed, connection),
                |stop| compute(&mut Undisturbed, stop),
            )?,
            Cast::PythonThreads => Python::echo(busy, "threads", |client| request(client, count))?,
            Cast::PythonProcesses => Python::echo(busy, "processes", |client| request(client, count))?,
        })
    }
}

/// Sends each byte back, until the other side hangs up.
fn echo(manner: &mut impl Manner, mut connection: TcpStream) -> io::Result<()> {
    let mut byte = [0];
    while manner.wait(|| connection.read(&mut byte))? == 1 {
        manner.wait(|| connection.write_all(&byte))?;
    }
    Ok(())
}

/// Computes until it is told to stop.
fn compute(manner: &mut impl Manner, stop: &AtomicBool) {
    // ORDERING: Relaxed; it publishes nothing.
    while !stop.load(Ordering::Relaxed) {
        manner.checkpoint();
    }
}

/// How long so many answers take beside so many threads that compute, in milliseconds.
fn answers(
    busy: usize,
    count: u32,
    echo: impl FnOnce(TcpStream) -> io::Result<()> + Send,
    compute: impl Fn(&AtomicBool) + Sync,
) -> io::Result<Vec<f64>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (connection, _) = listener.accept()?;
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let answering = scope.spawn(|| echo(connection));
        for _ in 0..busy {
            scope.spawn(|| compute(&stop));
        }
        let times = request(client, count);
        stop.store(true, Ordering::Relaxed);
        answering.join().expect("an echo does not panic")?;
        times
    })
}

/// Sends so many bytes at a steady pace, without any lock, and returns how long the answers took.
fn request(mut connection: TcpStream, count: u32) -> io::Result<Vec<f64>> {
    let start = Instant::now();
    let mut times = Vec::new();
    for number in 1..=count {
        thread::sleep((PACE * number).saturating_sub(start.elapsed()));
        let sent = Instant::now();
        connection.write_all(&[number as u8])?;
        let mut answer = [0];
        connection.read_exact(&mut answer)?;
        times.push(sent.elapsed().as_secs_f64() * 1e3);
        if answer[0] != number as u8 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "what came back was not what was sent"));
        }
    }
    Ok(times)
}

fn busy(lab: &Lab) -> Result<Picture, Failure> {
    let mut casts = vec![Cast::Locked, Cast::Free];
    let python = Python::find();
    if python.is_ok() {
        casts.extend([Cast::PythonThreads, Cast::PythonProcesses]);
    }
    let cells: Vec<(Cast, usize)> = casts.iter().flat_map(|&cast| (0..=2).map(move |busy| (cast, busy))).collect();
    let measured =
        lab.rounds(&cells, |(cast, busy)| Ok(median(&cast.answers(*busy, lab)?).ok_or("no request was sent")?))?;
    let all = casts.iter().zip(measured.chunks(3)).map(|(cast, curve)| {
        let points = curve.iter().enumerate().map(|(busy, samples)| Point::at(busy as f64, samples.clone()));
        Series::new(cast.name(), points.collect())
    });
    Ok(Picture {
        x: Axis::of_names("threads that compute", ["0", "1", "2"]),
        y: Axis::logarithmic("milliseconds until the answer"),
        series: all.collect(),
        remarks: vec![python.unwrap_or_else(|missing| missing)],
    })
}

fn requests(lab: &Lab) -> Result<Picture, Failure> {
    let casts = [Cast::Locked, Cast::Free];
    let measured = lab.rounds(&casts, |cast| cast.answers(1, lab))?;
    let all = casts.iter().zip(&measured).map(|(cast, rounds)| {
        let points = [10, 25, 50, 75, 90, 100].map(|percent| {
            let samples = rounds.iter().filter_map(|times| quantile(times, f64::from(percent) / 100.0));
            Point::at(percent.into(), samples.collect())
        });
        Series::new(cast.name(), points.into())
    });
    Ok(Picture {
        x: Axis::new("percent of the answers"),
        y: Axis::logarithmic("milliseconds at most"),
        series: all.collect(),
        remarks: Vec::new(),
    })
}
