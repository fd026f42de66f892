//! Where and when something was measured.

use std::fmt;
use std::fs;
use std::thread::available_parallelism;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// What the numbers depend on besides the code. What the system does not tell is `None`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name, as Linux knows it.
    pub processor: Option<String>,
    /// How many processors the program that measured may use.
    pub processors: Option<usize>,
    /// The operating system, and the version of its kernel on Linux.
    pub system: String,
    /// The compiler that built the program; empty if nobody wrote that down.
    #[serde(default)]
    pub compiler: String,
    /// The day, in Greenwich.
    pub date: Option<String>,
    /// How many threads wanted to run when it began, as Linux averages that over a minute. Where it is not well below one,
    /// something else was going on.
    #[serde(default)]
    pub load: Option<f64>,
}

impl Machine {
    /// This machine, now.
    pub fn this() -> Machine {
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease");
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        Machine {
            processor: fs::read_to_string("/proc/cpuinfo").ok().as_deref().and_then(processor),
            processors: available_parallelism().ok().map(usize::from),
            system: kernel
                .map_or_else(|_| std::env::consts::OS.to_owned(), |kernel| format!("Linux {}", kernel.trim_end())),
            compiler: env!("COMPILER").to_owned(),
            date: since_1970.ok().map(|time| date(time.as_secs() / (24 * 60 * 60))),
            load: fs::read_to_string("/proc/loadavg").ok().and_then(|load| load.split(' ').next()?.parse().ok()),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(processors) = self.processors {
            write!(formatter, "{processors} × ")?;
        }
        write!(formatter, "{}, {}", self.processor.as_deref().unwrap_or("unknown processor"), self.system)?;
        if !self.compiler.is_empty() {
            write!(formatter, ", {}", self.compiler)?;
        }
        self.date.as_ref().map_or(Ok(()), |date| write!(formatter, ", {date}"))
    }
}

/// The first processor's name in what Linux calls `cpuinfo`.
fn processor(cpuinfo: &str) -> Option<String> {
    let name = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.trim_start().strip_prefix(':'));
    name.map(|name| name.trim().to_owned())
}

/// The day that is `days` after the first of January 1970, as year-month-day.
pub(crate) fn date(days: u64) -> String {
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    let mut left = days;
    while left >= 365 + u64::from(is_leap(year)) {
        left -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_through_months_and_leap_years() {
        let cases = [
            (0, "1970-01-01"),
            (30, "1970-01-31"),
            (31, "1970-02-01"),
            (364, "1970-12-31"),
            (365, "1971-01-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_513, "2026-03-01"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ];
        for (days, expected) in cases {
            assert_eq!(date(days), expected, "{days}");
        }
    }

    #[test]
    fn the_processor_is_named_by_its_model() {
        let cpuinfo = "processor\t: 0\nvendor_id\t: Acme\nmodel\t\t: 17\nmodel name\t: Acme 3000\n\nprocessor\t: 1\n";
        assert_eq!(processor(cpuinfo).as_deref(), Some("Acme 3000"));
        assert_eq!(processor("CPU part\t: 0xd0c\n"), None);
    }
}
