//! Wrong: no numbers make shares of no numbers, and there is no end of those. `chunks` refuses to cut them.

use pool::ThreadPool;

/// The sum of all `numbers`. Each worker of the pool adds up a part of them.
pub fn sum(pool: &ThreadPool, numbers: &[u32]) -> u64 {
    let share = numbers.len().div_ceil(pool.workers());
    let shares: Vec<_> = numbers.chunks(share).collect();
    pool.map(&shares, |share| add_up(share)).into_iter().sum()
}

fn add_up(numbers: &[u32]) -> u64 {
    numbers.iter().copied().map(u64::from).sum()
}
