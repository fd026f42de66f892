//! Wrong: what is rated first comes first. Which page that was, nobody knows any more.

use std::sync::mpsc::channel;

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
    let (sender, rated) = channel();
    let (fetch, rate) = (&fetch, &rate);
    processors.in_place_scope(|computing| {
        waiting.scope(|waiting| {
            for page in pages {
                let sender = sender.clone();
                waiting.spawn(move || {
                    let text = fetch(*page);
                    computing.spawn(move |_| _ = sender.send(rate(&text)));
                });
            }
        });
    });
    drop(sender);
    rated.into_iter().collect()
}
