//! A round table: a philosopher at each seat, and one fork between each two.
//!
//! Nobody takes a fork but in the presence of the waiter, who serves one philosopher at a time. So of all who have one
//! fork and wait for another there is only one at any time, and one alone is no circle.

use mutex::Mutex;

/// A round table with as many seats as forks.
#[derive(Debug)]
pub struct Table<F> {
    waiter: Mutex<()>,
    forks: Vec<Mutex<F>>,
}

impl<F> Table<F> {
    /// Lays the table. Fork `n` lies to the left of seat `n`, and to the right of the seat before.
    pub fn new(forks: Vec<F>) -> Table<F> {
        Table { waiter: Mutex::new(()), forks: forks.into_iter().map(Mutex::new).collect() }
    }

    /// Lets the philosopher at `seat` eat: calls `eat` with the fork to the left and the one to the right, and nobody else has
    /// either of them meanwhile. Blocks until it is so.
    ///
    /// Who sits opposite may eat at the same time: the two share no fork.
    pub fn dine<R>(&self, seat: usize, eat: impl FnOnce(&mut F, &mut F) -> R) -> R {
        let left = &self.forks[seat];
        let right = &self.forks[(seat + 1) % self.forks.len()];
        let waiter = self.waiter.lock();
        let mut left = left.lock();
        let mut right = right.lock();
        drop(waiter);
        eat(&mut left, &mut right)
    }
}
