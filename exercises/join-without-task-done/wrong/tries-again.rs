//! Wrong: what is not there is put once more, for the network may be better then. A page that does not exist is never done.

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
/// If the queue is shut down before all is done. And if `fetch` does.
pub fn work(addresses: &WorkQueue<String>, pages: &Mutex<Vec<String>>, fetch: impl Fn(&str) -> Option<String>) {
    while let Ok(address) = addresses.get_task() {
        let Some(page) = fetch(&address) else {
            addresses.put(address.clone()).expect("nobody shuts the queue down before all is done");
            continue;
        };
        pages.lock().push(page);
    }
}
