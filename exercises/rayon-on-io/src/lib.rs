//! Fetches pages from a server and rates them. To fetch is to wait; to rate is to compute.

use rayon::ThreadPool;
use rayon::prelude::*;

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
    _ = lines;
    processors.install(|| pages.par_iter().map(|page| rate(&fetch(*page))).collect())
}
