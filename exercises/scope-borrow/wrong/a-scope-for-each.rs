//! Wrong: each share has a scope of its own. That ends when its job has ended, and only then the next one begins.

use pool::ThreadPool;

/// Returns the sum of `measure` over all samples. Each worker takes a share of about the same size.
///
/// # Panics
///
/// If `measure` does.
pub fn total<T: Sync>(pool: &ThreadPool, samples: &[T], measure: impl Fn(&T) -> u64 + Sync) -> u64 {
    let measure_share = |share: &[T]| {
        let mut sum = 0;
        pool.scope(|scope| scope.spawn(|| sum = share.iter().map(&measure).sum()));
        sum
    };
    samples.chunks(share(pool, samples)).map(measure_share).sum()
}

/// How many samples each worker takes.
fn share<T>(pool: &ThreadPool, samples: &[T]) -> usize {
    samples.len().div_ceil(pool.workers()).max(1)
}
