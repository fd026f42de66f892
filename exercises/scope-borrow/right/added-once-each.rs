//! Adds up what there is in a long recording, with the workers of a pool.
//!
//! There is one sum for all, behind a mutex. Each worker comes there once, when it has done its share.

use mutex::Mutex;
use pool::ThreadPool;

/// Returns the sum of `measure` over all samples. Each worker takes a share of about the same size.
///
/// # Panics
///
/// If `measure` does.
pub fn total<T: Sync>(pool: &ThreadPool, samples: &[T], measure: impl Fn(&T) -> u64 + Sync) -> u64 {
    let sum = Mutex::new(0);
    pool.scope(|scope| {
        for share in samples.chunks(share(pool, samples)) {
            let (sum, measure) = (&sum, &measure);
            scope.spawn(move || {
                let share: u64 = share.iter().map(measure).sum();
                *sum.lock() += share;
            });
        }
    });
    sum.into_inner()
}

/// How many samples each worker takes.
fn share<T>(pool: &ThreadPool, samples: &[T]) -> usize {
    samples.len().div_ceil(pool.workers()).max(1)
}
