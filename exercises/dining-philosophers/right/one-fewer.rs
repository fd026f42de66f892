//! A round table: a philosopher at each seat, and one fork between each two.
//!
//! One philosopher fewer than there are seats is let to the table. Somewhere a fork lies beside an empty seat, so one
//! philosopher gets both, eats, and goes on to free the next.
//! (Who panics while eating keeps the seat. A guard that gives it back when dropped would mend that.)

use condvar::Condvar;
use mutex::Mutex;

/// A round table with as many seats as forks.
#[derive(Debug)]
pub struct Table<F> {
    /// How many philosophers are at the table.
    seated: Mutex<usize>,
    somebody_left: Condvar,
    forks: Vec<Mutex<F>>,
}

impl<F> Table<F> {
    /// Lays the table. Fork `n` lies to the left of seat `n`, and to the right of the seat before.
    pub fn new(forks: Vec<F>) -> Table<F> {
        let forks = forks.into_iter().map(Mutex::new).collect();
        Table { seated: Mutex::new(0), somebody_left: Condvar::new(), forks }
    }

    /// Lets the philosopher at `seat` eat: calls `eat` with the fork to the left and the one to the right, and nobody else has
    /// either of them meanwhile. Blocks until it is so.
    ///
    /// Who sits opposite may eat at the same time: the two share no fork.
    pub fn dine<R>(&self, seat: usize, eat: impl FnOnce(&mut F, &mut F) -> R) -> R {
        let left = &self.forks[seat];
        let right = &self.forks[(seat + 1) % self.forks.len()];
        let mut seated = self.seated.lock();
        self.somebody_left.wait_while(&mut seated, |seated| *seated + 1 == self.forks.len());
        *seated += 1;
        drop(seated);

        let mut left = left.lock();
        let mut right = right.lock();
        let eaten = eat(&mut left, &mut right);
        drop((left, right));

        *self.seated.lock() -= 1;
        self.somebody_left.notify_one();
        eaten
    }
}
