//! Wrong: it locks the pages first, and fetches under the lock. All pages are there, and of twenty workers one fetches.

use mutex::Mutex;
use queue::WorkQueue;

/// Takes addresses from `addresses`, fetches the page at each by `fetch`, and keeps it in `pages`. Returns when the queue is
/// shut down and empty.
///
/// `fetch` says `None` if there is no such page. An address is done once its page is kept, or `fetch` has found none, or
/// has panicked, which ends this worker.
///
/// # Panics
///
/// If `fetch` does.
pub fn work(addresses: &WorkQueue<String>, pages: &Mutex<Vec<String>>, fetch: impl Fn(&str) -> Option<String>) {
    while let Ok(address) = addresses.get_task() {
        let mut pages = pages.lock();
        let Some(page) = fetch(&address) else { continue };
        pages.push(page);
    }
}
