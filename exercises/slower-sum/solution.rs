//! Adds numbers up, with all workers of a pool.
//!
//! There are as many jobs as workers, and what a job adds up is its own until it has ended. So what it costs to hand a job out, and
//! to hand back what came of it, does not grow with the numbers.

use pool::ThreadPool;

/// The sum of all `numbers`. Each worker of the pool adds up a part of them.
pub fn sum(pool: &ThreadPool, numbers: &[u32]) -> u64 {
    let share = numbers.len().div_ceil(pool.workers()).max(1);
    let shares: Vec<_> = numbers.chunks(share).collect();
    pool.map(&shares, |share| add_up(share)).into_iter().sum()
}

fn add_up(numbers: &[u32]) -> u64 {
    numbers.iter().copied().map(u64::from).sum()
}
