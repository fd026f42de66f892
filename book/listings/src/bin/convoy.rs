//! A thread answers requests beside threads that compute. How long does an answer take?

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gil::Gil;

const REQUESTS: u32 = 40;

/// From one request to the next. Not a multiple of the interval.
const PACE: Duration = Duration::from_millis(23);

fn main() -> io::Result<()> {
    println!("                       one lock           a lock each");
    println!("threads that compute   median  slowest    median  slowest   (ms)");
    for busy in 0..=2 {
        let gils = <[Gil; 3]>::default();
        let (shared, shared_slowest) = measure([&gils[0]; 3], busy)?;
        let (each, each_slowest) = measure([&gils[0], &gils[1], &gils[2]], busy)?;
        println!("{busy:>20}   {shared:>6.2}  {shared_slowest:>7.2}    {each:>6.2}  {each_slowest:>7.2}");
    }
    Ok(())
}

// ANCHOR: echo
/// Sends each byte back, until the other side hangs up.
fn echo(gil: &Gil, mut connection: TcpStream) -> io::Result<()> {
    gil.run(|token| {
        let mut byte = [0];
        while token.allow_threads(|| connection.read(&mut byte))? == 1 {
            token.allow_threads(|| connection.write_all(&byte))?;
        }
        Ok(())
    })
}

/// Computes until it is told to stop.
fn compute(gil: &Gil, stop: &AtomicBool) {
    gil.run(|token| {
        while !stop.load(Ordering::Relaxed) {
            token.checkpoint();
        }
    });
}
// ANCHOR_END: echo

/// The median and the slowest of the times that an answer takes, in milliseconds, beside so many threads that compute. The
/// first lock is for the thread that answers, the others are for them.
fn measure([answering, computing @ ..]: [&Gil; 3], busy: usize) -> io::Result<(f64, f64)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (connection, _) = listener.accept()?;
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| echo(answering, connection));
        for gil in computing.into_iter().take(busy) {
            scope.spawn(|| compute(gil, &stop));
        }
        let times = request(client);
        stop.store(true, Ordering::Relaxed);
        let times = times?;
        Ok((times[times.len() / 2], times[times.len() - 1]))
    })
}

/// Sends requests at a steady pace, without any lock, and returns how long the answers took, sorted.
fn request(mut connection: TcpStream) -> io::Result<Vec<f64>> {
    let start = Instant::now();
    let mut times = Vec::new();
    for number in 1..=REQUESTS {
        thread::sleep((PACE * number).saturating_sub(start.elapsed()));
        let sent = Instant::now();
        connection.write_all(&[0])?;
        connection.read_exact(&mut [0])?;
        times.push(sent.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}
