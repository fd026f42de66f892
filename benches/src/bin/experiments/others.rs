//! What other programs do on this machine while something is measured.

use std::fs;
use std::time::{Duration, Instant};

use benches::{usage, usage_of_children};

/// A look at the machine, to be followed by another one.
pub(crate) struct Others {
    start: Instant,
    /// The time of all processors that all programs have used so far.
    all: Duration,
    ours: Duration,
}

impl Others {
    /// `None` where the system does not tell: on Linux alone it does.
    pub(crate) fn begin() -> Option<Others> {
        Some(Others { start: Instant::now(), all: used_by_all()?, ours: used_by_us()? })
    }

    /// How many processors other programs have used since, on average. Processes that this one has started count as its own
    /// once they have ended and been waited for.
    pub(crate) fn end(self) -> Option<f64> {
        let all = used_by_all()?.saturating_sub(self.all);
        let ours = used_by_us()?.saturating_sub(self.ours);
        Some(all.saturating_sub(ours).as_secs_f64() / self.start.elapsed().as_secs_f64())
    }
}

fn used_by_us() -> Option<Duration> {
    Some(usage()?.processor + usage_of_children()?.processor)
}

#[cfg(target_os = "linux")]
fn used_by_all() -> Option<Duration> {
    let ticks = busy_ticks(&fs::read_to_string("/proc/stat").ok()?)?;
    Some(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
}

#[cfg(not(target_os = "linux"))]
fn used_by_all() -> Option<Duration> {
    None
}

/// What the first line of Linux's `stat` says about time that was not idle: all but its fourth and fifth number, and
/// without guests, which have been counted as users.
fn busy_ticks(stat: &str) -> Option<u64> {
    let numbers = stat.lines().next()?.strip_prefix("cpu ")?.split_ascii_whitespace();
    let numbers = numbers.map(|number| number.parse().ok()).collect::<Option<Vec<u64>>>()?;
    let busy = numbers.iter().take(8).enumerate().filter(|(place, _)| !matches!(place, 3 | 4));
    Some(busy.map(|(_, ticks)| ticks).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_time_and_time_counted_twice_are_left_out() {
        let stat = "cpu  100 20 3 4000 5000 6 7 8 900 900\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
        assert_eq!(busy_ticks(stat), Some(144));
        assert_eq!(busy_ticks("intr 1 2 3\n"), None);
        assert_eq!(busy_ticks(""), None);
    }
}
