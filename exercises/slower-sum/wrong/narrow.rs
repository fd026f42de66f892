//! Wrong: what a worker adds up has the type of the numbers, and so the sum of two large ones has no place in it.

use pool::ThreadPool;

/// The sum of all `numbers`. Each worker of the pool adds up a part of them.
pub fn sum(pool: &ThreadPool, numbers: &[u32]) -> u64 {
    let share = numbers.len().div_ceil(pool.workers()).max(1);
    let shares: Vec<_> = numbers.chunks(share).collect();
    pool.map(&shares, |share| add_up(share)).into_iter().sum()
}

fn add_up(numbers: &[u32]) -> u64 {
    u64::from(numbers.iter().sum::<u32>())
}
