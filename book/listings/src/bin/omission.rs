//! One server that stands still for a second, and four accounts of it.
//!
//! Nothing is measured here. Time is a number, and the result is the same on every machine.

/// In milliseconds.
type Time = u32;

const SECONDS: Time = 1000;
/// A request comes so often.
const PACE: Time = 10;
const REQUESTS: Time = 1000;

// ANCHOR: server
/// When a request is answered that reaches the server at `arrives`. It does one after the other, takes a millisecond for
/// each, and does nothing in the sixth second.
fn answer(arrives: Time, free: &mut Time) -> Time {
    let mut starts = arrives.max(*free);
    if (5 * SECONDS..6 * SECONDS).contains(&starts) {
        starts = 6 * SECONDS;
    }
    *free = starts + 1;
    *free
}
// ANCHOR_END: server

// ANCHOR: clients
/// Asks, waits for the answer, and asks again, as often as there is time for in ten seconds.
fn closed() -> Vec<Time> {
    let (mut free, mut now, mut times) = (0, 0, Vec::new());
    while now < REQUESTS * PACE {
        let answered = answer(now, &mut free);
        times.push(answered - now);
        now = answered;
    }
    times
}

/// Asks when a request is due, or later if the last answer has not come, and counts from then.
fn since_sent() -> Vec<Time> {
    let (mut free, mut now) = (0, 0);
    let time = |due: Time| {
        let sent = due.max(now);
        now = answer(sent, &mut free);
        now - sent
    };
    (0..REQUESTS).map(|number| number * PACE).map(time).collect()
}

/// The same, but counts from when the request was due.
fn since_due() -> Vec<Time> {
    let (mut free, mut now) = (0, 0);
    let time = |due: Time| {
        now = answer(due.max(now), &mut free);
        now - due
    };
    (0..REQUESTS).map(|number| number * PACE).map(time).collect()
}

/// A thousand people, who know nothing of each other, ask once each.
fn people() -> Vec<Time> {
    let mut free = 0;
    (0..REQUESTS).map(|number| number * PACE).map(|comes| answer(comes, &mut free) - comes).collect()
}
// ANCHOR_END: clients

fn main() {
    println!("ms               requests    mean     p50     p90     p99   p99.9     max");
    row("closed", closed());
    row("since sent", since_sent());
    row("since due", since_due());
    row("people", people());
}

fn row(name: &str, mut times: Vec<Time>) {
    times.sort_unstable();
    let mean = f64::from(times.iter().sum::<Time>()) / times.len() as f64;
    print!("{name:14}{:>11}{mean:>8.1}", times.len());
    for thousandths in [500, 900, 990, 999, 1000] {
        // The smallest time that so many of a thousand do not exceed.
        print!("{:>8}", times[(times.len() * thousandths).div_ceil(1000) - 1]);
    }
    println!();
}
