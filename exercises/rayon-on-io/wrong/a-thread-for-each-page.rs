//! Wrong: the server answers eight at the same time, and there is a thread for each page. A server that is asked for too much at
//! once hangs up, or blocks whoever did it.

use std::thread;

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
    _ = lines;
    let (fetch, rate) = (&fetch, &rate);
    thread::scope(|scope| {
        let threads: Vec<_> = pages
            .iter()
            .map(|page| {
                scope.spawn(move || {
                    let text = fetch(*page);
                    processors.install(|| rate(&text))
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    })
}
