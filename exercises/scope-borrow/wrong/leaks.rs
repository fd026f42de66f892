//! Wrong: the recording is copied once for all, and left lying for good, so that the jobs can borrow it for as long as they
//! like. Each sum costs the memory of a recording.

use pool::{JobHandle, ThreadPool};

/// Returns the sum of `measure` over all samples. Each worker takes a share of about the same size.
///
/// # Panics
///
/// If `measure` does, or if the pool is shut down.
pub fn total<T, F>(pool: &ThreadPool, samples: &[T], measure: F) -> u64
where
    T: Clone + Send + Sync + 'static,
    F: Fn(&T) -> u64 + Copy + Send + 'static,
{
    let samples: &'static [T] = samples.to_vec().leak();
    let submit = |share: &'static [T]| pool.submit(move || share.iter().map(measure).sum::<u64>());
    let jobs = samples.chunks(share(pool, samples)).map(submit);
    let jobs: Vec<JobHandle<u64>> = jobs.collect::<Result<_, _>>().expect("the pool is open");
    jobs.into_iter().map(|job| job.join().expect("nothing panics")).sum()
}

/// How many samples each worker takes.
fn share<T>(pool: &ThreadPool, samples: &[T]) -> usize {
    samples.len().div_ceil(pool.workers()).max(1)
}
