//! When requests are due.

use std::time::Duration;

/// How the requests of an open loop are spread over the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrivals {
    /// One after the other, with the same distance.
    #[default]
    Even,
    /// At random, each without regard to the others: a Poisson process, as requests of many strangers are. Sometimes
    /// nobody comes, and sometimes five come at once.
    Poisson,
}

/// The moments at which one client's requests are due, counted from the beginning, without end.
pub(crate) struct Schedule {
    /// Seconds between two of them, on average.
    distance: f64,
    arrivals: Arrivals,
    next: f64,
    random: u64,
}

impl Schedule {
    /// For client `number` of `clients`, who have a `rate` together.
    pub(crate) fn new(rate: f64, arrivals: Arrivals, number: usize, clients: usize) -> Schedule {
        let distance = clients as f64 / rate;
        // Any odd number will do. Each client gets another one, and each run the same: contenders meet the same schedule.
        let random = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut schedule = Schedule { distance, arrivals, next: number as f64 / rate, random };
        if arrivals == Arrivals::Poisson {
            schedule.next = schedule.step();
        }
        schedule
    }

    /// When the next one is due.
    pub(crate) fn due(&self) -> Duration {
        Duration::try_from_secs_f64(self.next).unwrap_or(Duration::MAX)
    }

    /// Goes on to the one after.
    pub(crate) fn advance(&mut self) {
        self.next += self.step();
    }

    fn step(&mut self) -> f64 {
        match self.arrivals {
            Arrivals::Even => self.distance,
            // The times between arrivals that do not regard each other are distributed exponentially.
            Arrivals::Poisson => -self.distance * self.share().ln(),
        }
    }

    /// A number above 0 and up to 1, at random.
    fn share(&mut self) -> f64 {
        // Marsaglia's xorshift: three lines, and random enough for this.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        ((self.random >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many requests of `clients` clients are due in each of the first `seconds`, at a hundred a second.
    fn counts(arrivals: Arrivals, clients: usize, seconds: usize) -> Vec<usize> {
        let mut counts = vec![0; seconds];
        for number in 0..clients {
            let mut schedule = Schedule::new(100.0, arrivals, number, clients);
            while let Some(count) = counts.get_mut(schedule.due().as_secs() as usize) {
                *count += 1;
                schedule.advance();
            }
        }
        counts
    }

    #[test]
    fn even_arrivals_are_as_many_each_second_however_many_clients_share_them() {
        for clients in [1, 4, 50] {
            // A sum of many distances is off by next to nothing, which may carry one over to the next second.
            assert!(counts(Arrivals::Even, clients, 100).iter().all(|count| (99..=101).contains(count)));
        }
    }

    #[test]
    fn random_arrivals_vary_as_much_as_their_mean() {
        for clients in [1, 4, 50] {
            let counts = counts(Arrivals::Poisson, clients, 1000);
            let mean = counts.iter().sum::<usize>() as f64 / 1000.0;
            let variance = counts.iter().map(|&count| (count as f64 - mean).powi(2)).sum::<f64>() / 1000.0;
            assert!((98.0..102.0).contains(&mean), "{clients} clients: a mean of {mean}");
            assert!((80.0..120.0).contains(&variance), "{clients} clients: a variance of {variance}");
        }
    }
}
