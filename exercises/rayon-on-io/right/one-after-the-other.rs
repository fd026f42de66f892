//! Right: first all pages, then all ratings. The processors have nothing to do until the last page is there; but nobody waits in
//! the pool of those who compute.

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
    let waiting = pool::ThreadPool::new(lines);
    let mut texts: Vec<Option<Text>> = pages.iter().map(|_| None).collect();
    let fetch = &fetch;
    waiting.scope(|scope| {
        for (page, text) in pages.iter().zip(&mut texts) {
            scope.spawn(move || *text = Some(fetch(*page)));
        }
    });
    processors.install(|| texts.par_iter().flatten().map(&rate).collect())
}
