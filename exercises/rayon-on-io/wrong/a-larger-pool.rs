//! Wrong: another pool of rayon's, as large as the server allows. They wait at the same time now. But those who compute are as many,
//! too, and take turns on the processors.

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Fetches each of `pages` and rates what has come, in the order of `pages`.
///
/// The server answers `lines` questions at the same time, and so many threads ask. To rate is the business of the threads of
/// `processors`, one for each processor, and of nobody else.
pub fn rate_all<Text: Send + Sync>(
    processors: &ThreadPool,
    lines: usize,
    pages: &[u32],
    fetch: impl Fn(u32) -> Text + Sync,
    rate: impl Fn(&Text) -> u64 + Sync,
) -> Vec<u64> {
    _ = processors;
    let larger = ThreadPoolBuilder::new().num_threads(lines).build().expect("the system starts threads");
    larger.install(|| pages.par_iter().with_max_len(1).map(|page| rate(&fetch(*page))).collect())
}
