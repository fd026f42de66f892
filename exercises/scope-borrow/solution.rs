//! Adds up what there is in a long recording, with the workers of a pool.
//!
//! The scope ends when its jobs have ended, in a panic too. So they may borrow what was there before it: the samples, the measure,
//! and each a place for its sum, which is nobody else's.

use pool::ThreadPool;

/// Returns the sum of `measure` over all samples. Each worker takes a share of about the same size.
///
/// # Panics
///
/// If `measure` does.
pub fn total<T: Sync>(pool: &ThreadPool, samples: &[T], measure: impl Fn(&T) -> u64 + Sync) -> u64 {
    let share = share(pool, samples);
    let mut sums = vec![0; samples.len().div_ceil(share)];
    pool.scope(|scope| {
        let measure = &measure;
        for (share, sum) in samples.chunks(share).zip(&mut sums) {
            scope.spawn(move || *sum = share.iter().map(measure).sum());
        }
    });
    sums.into_iter().sum()
}

/// How many samples each worker takes.
fn share<T>(pool: &ThreadPool, samples: &[T]) -> usize {
    samples.len().div_ceil(pool.workers()).max(1)
}
