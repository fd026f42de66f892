//! Wrong: four numbers in a job are better than one, and still far too few. How many jobs there are must not depend on how many
//! numbers there are.

use pool::ThreadPool;

/// The sum of all `numbers`. Each worker of the pool adds up a part of them.
pub fn sum(pool: &ThreadPool, numbers: &[u32]) -> u64 {
    let mut parts = vec![0; numbers.len().div_ceil(4)];
    pool.scope(|scope| {
        for (share, part) in numbers.chunks(4).zip(&mut parts) {
            scope.spawn(move || *part = add_up(share));
        }
    });
    parts.into_iter().sum()
}

fn add_up(numbers: &[u32]) -> u64 {
    numbers.iter().copied().map(u64::from).sum()
}
