//! Adds up what there is in a long recording, with the workers of a pool.
//!
//! The pool has a `map` over a slice. Here it is one of shares, and what the map returns are their sums.

use pool::ThreadPool;

/// Returns the sum of `measure` over all samples. Each worker takes a share of about the same size.
///
/// # Panics
///
/// If `measure` does.
pub fn total<T: Sync>(pool: &ThreadPool, samples: &[T], measure: impl Fn(&T) -> u64 + Sync) -> u64 {
    let shares: Vec<&[T]> = samples.chunks(share(pool, samples)).collect();
    pool.map(&shares, |share| share.iter().map(&measure).sum::<u64>()).into_iter().sum()
}

/// How many samples each worker takes.
fn share<T>(pool: &ThreadPool, samples: &[T]) -> usize {
    samples.len().div_ceil(pool.workers()).max(1)
}
