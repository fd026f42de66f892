//! What a worker promises to who joins: each address is done, whatever becomes of it, and not before its page is kept.

use join_without_task_done::work;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use mutex::Mutex;
use queue::{Shutdown, WorkQueue};

/// Nobody is woken but by a call.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

/// A site with one page, of which some say that it has two.
fn fetch(address: &str) -> Option<String> {
    (address == "/news").then(|| "All is well.".to_owned())
}

/// A program in which `workers` fetch what is at `addresses`, and the main thread waits until all is done. So many `pages` are
/// found.
fn fetch_all(workers: &'static [&str], addresses: &'static [&str], pages: usize) -> impl Fn() + Send + Sync + 'static {
    move || {
        let queue = WorkQueue::unbounded();
        let found = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for name in workers {
                scope.spawn(name, || work(&queue, &found, fetch));
            }
            for address in addresses {
                queue.put((*address).to_owned()).expect("nobody has shut the queue down");
            }
            queue.join();
            assert_eq!(found.lock().len(), pages, "not every page is kept when join returns");
            queue.shutdown(Shutdown::Drain);
        });
    }
}

#[test]
fn what_is_done_is_kept() {
    CALLS_ONLY.run(fetch_all(&["worker"], &["/news", "/news"], 2));
}

#[test]
fn a_page_that_is_not_there_is_done() {
    CALLS_ONLY.run(fetch_all(&["worker"], &["/olds"], 0));
}

#[test]
fn after_a_page_that_is_not_there_the_next_is_fetched() {
    CALLS_ONLY.run(fetch_all(&["worker"], &["/olds", "/news"], 1));
}

#[test]
fn two_workers_share_the_addresses() {
    CALLS_ONLY.preemptions(1).run(fetch_all(&["worker 1", "worker 2"], &["/news", "/olds"], 1));
}

#[test]
fn two_pages_are_fetched_at_the_same_time() {
    CALLS_ONLY.preemptions(0).run(|| {
        let (queue, found) = (WorkQueue::unbounded(), Mutex::new(Vec::new()));
        for address in ["/news", "/olds"] {
            queue.put(address.to_owned()).expect("nobody has shut the queue down");
        }
        queue.shutdown(Shutdown::Drain);
        let fetching = AtomicU32::new(0);
        thread::scope(|scope| {
            for name in ["worker 1", "worker 2"] {
                scope.spawn(name, || {
                    work(&queue, &found, |address| {
                        fetching.fetch_add(1, Relaxed);
                        while fetching.load(Relaxed) < 2 {
                            thread::yield_now();
                        }
                        fetch(address)
                    });
                });
            }
        });
    });
}

#[test]
#[cfg(not(loom))]
fn an_address_is_done_though_its_fetch_panics() {
    use std::sync::Arc;

    model::within(std::time::Duration::from_secs(5), || {
        let queue = Arc::new(WorkQueue::unbounded());
        queue.put("/news".to_owned()).expect("nobody has shut the queue down");
        let worker = thread::spawn("worker", {
            let queue = Arc::clone(&queue);
            move || work(&queue, &Mutex::new(Vec::new()), |_| panic!("the connection was reset"))
        });
        queue.join();
        // A worker may also have lived through it. That is more than is asked.
        queue.shutdown(Shutdown::Drain);
        drop(worker);
    });
}
