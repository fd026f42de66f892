//! Fetches pages: workers take addresses from a queue, and keep what they find there.
//!
//! The queue hands each address out in a guard, which says that it is done when it is dropped: at the end of the round, at
//! the `continue`, or in a panic.

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
        let Some(page) = fetch(&address) else { continue };
        pages.lock().push(page);
    }
}
