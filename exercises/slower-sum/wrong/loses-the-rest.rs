//! Wrong: if the numbers cannot be divided among the workers, some are left over, and nobody adds them.

use pool::ThreadPool;

/// The sum of all `numbers`. Each worker of the pool adds up a part of them.
pub fn sum(pool: &ThreadPool, numbers: &[u32]) -> u64 {
    let share = (numbers.len() / pool.workers()).max(1);
    let shares: Vec<_> = numbers.chunks_exact(share).collect();
    pool.map(&shares, |share| add_up(share)).into_iter().sum()
}

fn add_up(numbers: &[u32]) -> u64 {
    numbers.iter().copied().map(u64::from).sum()
}
