//! Wrong: there is one sum for all, and whoever has measured a sample locks it. The workers spend their time waiting for each
//! other.

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
            scope.spawn(move || share.iter().for_each(|sample| *sum.lock() += measure(sample)));
        }
    });
    sum.into_inner()
}

/// How many samples each worker takes.
fn share<T>(pool: &ThreadPool, samples: &[T]) -> usize {
    samples.len().div_ceil(pool.workers()).max(1)
}
