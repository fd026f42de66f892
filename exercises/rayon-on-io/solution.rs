//! Fetches pages from a server and rates them. To fetch is to wait; to rate is to compute.
//!
//! Two pools: one with as many threads as the server has lines, for those who wait, and one with as many as there are processors,
//! for those who compute. No thread does both.

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
    let mut rated = vec![0; pages.len()];
    let waiting = pool::ThreadPool::new(lines);
    let (fetch, rate) = (&fetch, &rate);
    processors.in_place_scope(|computing| {
        waiting.scope(|waiting| {
            for (page, rated) in pages.iter().zip(&mut rated) {
                waiting.spawn(move || {
                    let text = fetch(*page);
                    computing.spawn(move |_| *rated = rate(&text));
                });
            }
        });
    });
    rated
}
