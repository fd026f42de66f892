//! Wrong: the shares are rounded down, and what is left over is nobody's.

use pool::ThreadPool;

/// Returns the sum of `measure` over all samples. Each worker takes a share of about the same size.
///
/// # Panics
///
/// If `measure` does.
pub fn total<T: Sync>(pool: &ThreadPool, samples: &[T], measure: impl Fn(&T) -> u64 + Sync) -> u64 {
    let share = (samples.len() / pool.workers()).max(1);
    let mut sums = vec![0; pool.workers()];
    pool.scope(|scope| {
        let measure = &measure;
        for (share, sum) in samples.chunks_exact(share).zip(&mut sums) {
            scope.spawn(move || *sum = share.iter().map(measure).sum());
        }
    });
    sums.into_iter().sum()
}
