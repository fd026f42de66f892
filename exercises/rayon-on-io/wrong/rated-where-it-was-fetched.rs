//! Wrong: whoever has waited computes as well. Eight threads compute at the same time, on however many processors there are, and the
//! pool that is there for it has nothing to do.

use rayon::ThreadPool;

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
    pool::ThreadPool::new(lines).map(pages, |page| rate(&fetch(*page)))
}
