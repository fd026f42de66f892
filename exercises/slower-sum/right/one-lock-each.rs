//! Right: each job takes the lock once, when it knows its part. A lock for each worker, and not for each number.

use mutex::Mutex;
use pool::ThreadPool;

/// The sum of all `numbers`. Each worker of the pool adds up a part of them.
pub fn sum(pool: &ThreadPool, numbers: &[u32]) -> u64 {
    let share = numbers.len().div_ceil(pool.workers()).max(1);
    let sum = Mutex::new(0);
    pool.scope(|scope| {
        for share in numbers.chunks(share) {
            let sum = &sum;
            scope.spawn(move || {
                let part: u64 = share.iter().copied().map(u64::from).sum();
                *sum.lock() += part;
            });
        }
    });
    sum.into_inner()
}
