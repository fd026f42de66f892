//! Wrong: those who wait have threads of their own. But each page is awaited before the next one is asked for.

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
    let waiting = pool::ThreadPool::new(lines);
    let (fetch, rate) = (&fetch, &rate);
    let rate_one = |page: &u32| {
        let mut text = None;
        waiting.scope(|scope| scope.spawn(|| text = Some(fetch(*page))));
        let text = text.expect("the scope has ended");
        processors.install(|| rate(&text))
    };
    pages.iter().map(rate_one).collect()
}
