//! Wrong: it says that the address is done as soon as it has it, for then no way out can miss it. Who joins goes on while the
//! last pages are still being fetched.

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
/// If more addresses are said to be done than were put. And if `fetch` does.
pub fn work(addresses: &WorkQueue<String>, pages: &Mutex<Vec<String>>, fetch: impl Fn(&str) -> Option<String>) {
    while let Ok(address) = addresses.get() {
        addresses.task_done().expect("it was put, and is not done");
        let Some(page) = fetch(&address) else { continue };
        pages.lock().push(page);
    }
}
