//! What a run has brought.

use std::fmt;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::{Arrivals, Command, Frames, Pace, Plan, Service};

/// Of more troubles than this the first ones are told, and the others counted.
const TOLD: usize = 5;

/// What one client has seen, and then what all have.
pub(crate) struct Tally {
    since_due: Histogram<u64>,
    since_sent: Histogram<u64>,
    pub(crate) missing: u64,
    pub(crate) doubled: u64,
    pub(crate) wrong: u64,
    pub(crate) unsent: u64,
    pub(crate) gave_up: usize,
    /// When the last answer came that counts.
    pub(crate) last: Option<Instant>,
    troubles: Vec<String>,
}

impl Default for Tally {
    fn default() -> Tally {
        // Three digits are as exact as anybody reads them. It grows with the longest time.
        let empty = Histogram::new(3).expect("a histogram can have three digits");
        Tally {
            since_due: empty.clone(),
            since_sent: empty,
            missing: 0,
            doubled: 0,
            wrong: 0,
            unsent: 0,
            gave_up: 0,
            last: None,
            troubles: Vec::new(),
        }
    }
}

impl Tally {
    /// A right answer came `now`.
    pub(crate) fn answer(&mut self, now: Instant, due: Option<Instant>, sent: Instant) {
        self.last = Some(now);
        record(&mut self.since_sent, now - sent);
        if let Some(due) = due {
            record(&mut self.since_due, now - due);
        }
    }

    pub(crate) fn trouble(&mut self, trouble: String) {
        if self.troubles.len() < TOLD {
            self.troubles.push(trouble);
        }
    }

    pub(crate) fn add(&mut self, other: Tally) {
        self.since_due += other.since_due;
        self.since_sent += other.since_sent;
        self.missing += other.missing;
        self.doubled += other.doubled;
        self.wrong += other.wrong;
        self.unsent += other.unsent;
        self.gave_up += other.gave_up;
        self.last = self.last.max(other.last);
        other.troubles.into_iter().for_each(|trouble| self.trouble(trouble));
    }

    pub(crate) fn report(self, plan: &Plan, elapsed: Duration, idle_closed: usize, slow_closed: usize) -> Report {
        let seconds = elapsed.as_secs_f64();
        let answered = self.since_sent.len();
        Report {
            what: what(plan),
            connections: plan.connections,
            pipeline: plan.pipeline,
            size: plan.size,
            asked_rate: match plan.pace {
                Pace::Open { rate, .. } => Some(rate),
                Pace::Closed { .. } => None,
            },
            seconds,
            answered,
            rate: if seconds > 0.0 { answered as f64 / seconds } else { 0.0 },
            missing: self.missing,
            doubled: self.doubled,
            wrong: self.wrong,
            unsent: self.unsent,
            gave_up: self.gave_up,
            idle_closed,
            slow_closed,
            since_due: Latency::of(&self.since_due),
            since_sent: Latency::of(&self.since_sent),
            troubles: self.troubles,
        }
    }
}

fn record(histogram: &mut Histogram<u64>, time: Duration) {
    let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    histogram.record(nanoseconds).expect("it grows with what it is given");
}

/// What a run has brought. Requests of the warm-up are not in it, unless something was wrong with their replies.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The plan, in words.
    pub what: String,
    /// As in the plan.
    pub connections: usize,
    /// As in the plan.
    pub pipeline: usize,
    /// As in the plan.
    pub size: usize,
    /// The rate of the plan, if it has one.
    pub asked_rate: Option<f64>,
    /// From the end of the warm-up to the last answer.
    pub seconds: f64,
    /// So many requests were answered, and rightly.
    pub answered: u64,
    /// So many a second.
    pub rate: f64,
    /// So many requests were not answered at all.
    pub missing: u64,
    /// So many replies came that had come before.
    pub doubled: u64,
    /// So many replies did not belong to their requests.
    pub wrong: u64,
    /// So many requests were due, and the server was so far behind that they have not been sent.
    pub unsent: u64,
    /// So many clients had no use for the server any more, and stopped.
    pub gave_up: usize,
    /// So many of the silent connections the server has closed.
    pub idle_closed: usize,
    /// So many of the slow readers the server has closed.
    pub slow_closed: usize,
    /// How long the answers took from when the requests were due, if they were due at any time.
    pub since_due: Option<Latency>,
    /// How long the answers took from when the requests were sent.
    pub since_sent: Option<Latency>,
    /// The first things that went wrong, in words.
    pub troubles: Vec<String>,
}

impl Report {
    /// Whether each request was answered once, and rightly.
    pub fn is_faultless(&self) -> bool {
        self.missing == 0 && self.doubled == 0 && self.wrong == 0 && self.gave_up == 0
    }
}

/// How times are distributed, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latency {
    /// The shortest.
    pub min: u64,
    /// The mean.
    pub mean: f64,
    /// The median.
    pub p50: u64,
    /// Nine of ten are not longer.
    pub p90: u64,
    /// 99 of 100 are not longer.
    pub p99: u64,
    /// 999 of 1000 are not longer.
    pub p999: u64,
    /// The longest.
    pub max: u64,
}

impl Latency {
    fn of(histogram: &Histogram<u64>) -> Option<Latency> {
        (!histogram.is_empty()).then(|| Latency {
            min: histogram.min(),
            mean: histogram.mean(),
            p50: histogram.value_at_quantile(0.5),
            p90: histogram.value_at_quantile(0.9),
            p99: histogram.value_at_quantile(0.99),
            p999: histogram.value_at_quantile(0.999),
            max: histogram.max(),
        })
    }
}

/// The plan, in a line.
fn what(plan: &Plan) -> String {
    let service = match plan.service {
        Service::Echo(Frames::Lines) => "echo, lines",
        Service::Echo(Frames::Length) => "echo, length before each",
        Service::Resp(Command::Ping) => "PING",
        Service::Resp(Command::Set) => "SET",
        Service::Resp(Command::SetGet) => "SET and GET",
    };
    let at_once = match plan.pipeline {
        1 => String::new(),
        count => format!(", up to {count} at once"),
    };
    let pace = match plan.pace {
        Pace::Closed { think: Duration::ZERO } => "as fast as the answers come".to_owned(),
        Pace::Closed { think } => format!("{} after each answer", Time(think.as_nanos() as f64)),
        Pace::Open { rate, arrivals: Arrivals::Even } => format!("{rate} a second, evenly"),
        Pace::Open { rate, arrivals: Arrivals::Poisson } => format!("{rate} a second, at random"),
    };
    let anew = if plan.reconnect { ", each on a new connection" } else { "" };
    let Plan { address, connections, size, .. } = plan;
    format!("{service} of {size} bytes at {address}, {connections} connections{at_once}{anew}, {pace}")
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { what, seconds, answered, rate, .. } = self;
        writeln!(formatter, "{what}")?;
        writeln!(formatter, "{answered} answered in {seconds:.2} s: {rate:.0} a second")?;
        for (count, words) in [
            (self.missing, "missing: never answered"),
            (self.doubled, "doubled: answered again"),
            (self.wrong, "wrong: answered with something else"),
            (self.unsent, "unsent: due, but the server was too far behind"),
            (self.gave_up as u64, "clients gave up"),
            (self.idle_closed as u64, "of the silent connections were closed by the server"),
            (self.slow_closed as u64, "of the slow readers were closed by the server"),
        ] {
            if count > 0 {
                writeln!(formatter, "{count} {words}")?;
            }
        }
        for trouble in &self.troubles {
            writeln!(formatter, "  {trouble}")?;
        }
        let heads = ["p50", "p90", "p99", "p99.9", "max", "mean"];
        if self.since_sent.is_some() {
            write!(formatter, "\n{:<17}", "time to answer")?;
            heads.iter().try_for_each(|head| write!(formatter, "{head:>9}"))?;
            writeln!(formatter)?;
        }
        for (from, latency) in [("since it was due", self.since_due), ("since it was sent", self.since_sent)] {
            let Some(Latency { mean, p50, p90, p99, p999, max, .. }) = latency else { continue };
            write!(formatter, "{from:<17}")?;
            let times = [p50 as f64, p90 as f64, p99 as f64, p999 as f64, max as f64, mean];
            times.iter().try_for_each(|&time| write!(formatter, "{:>9}", Time(time)))?;
            writeln!(formatter)?;
        }
        Ok(())
    }
}

/// So many nanoseconds, for people.
struct Time(f64);

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (time, unit) = match self.0 {
            time @ ..1e6 => (time / 1e3, "µs"),
            time @ ..1e9 => (time / 1e6, "ms"),
            time => (time / 1e9, "s"),
        };
        // Three digits, whatever it is.
        let digits = if time < 10.0 { 2 } else { usize::from(time < 100.0) };
        formatter.pad(&format!("{time:.digits$} {unit}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_three_digits() {
        for (time, told) in
            [(1_234.0, "1.23 µs"), (45_678.0, "45.7 µs"), (345_678_901.0, "346 ms"), (2_000_000_000.0, "2.00 s")]
        {
            assert_eq!(Time(time).to_string(), told);
        }
    }
}
