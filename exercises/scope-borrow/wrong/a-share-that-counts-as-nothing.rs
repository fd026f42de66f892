//! Wrong: a share that cannot be measured counts as nothing, so that the sum can be told all the same. It is told to somebody who
//! believes it.

use std::panic::{AssertUnwindSafe, catch_unwind};

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
            scope.spawn(move || {
                let measured = catch_unwind(AssertUnwindSafe(|| share.iter().map(measure).sum()));
                *sum = measured.unwrap_or(0);
            });
        }
    });
    sums.into_iter().sum()
}

/// How many samples each worker takes.
fn share<T>(pool: &ThreadPool, samples: &[T]) -> usize {
    samples.len().div_ceil(pool.workers()).max(1)
}
