//! Adds numbers up, with all workers of a pool. It takes longer than with one thread.

use mutex::Mutex;
use pool::ThreadPool;

/// The sum of all `numbers`. Each worker of the pool adds up a part of them.
pub fn sum(pool: &ThreadPool, numbers: &[u32]) -> u64 {
    let sum = Mutex::new(0);
    pool.scope(|scope| {
        for number in numbers {
            let sum = &sum;
            scope.spawn(move || *sum.lock() += u64::from(*number));
        }
    });
    sum.into_inner()
}
