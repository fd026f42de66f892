//! Walks through a tree of folders, with several workers.
//!
//! A folder is done when those in it have been put, and so they count before it does not any more. The count comes to zero once:
//! when there is nothing left, and nobody who could put more. Then the queue is shut down, and all workers go home.

use model::thread;
use queue::{Shutdown, WorkQueue};

/// Visits `root` and all folders below it, with so many workers (one at least), and returns when all have been visited.
///
/// `visit` does what there is to be done with a folder, and returns the folders that are in it.
pub fn walk<F: Send>(root: F, workers: usize, visit: impl Fn(&F) -> Vec<F> + Sync) {
    let folders = WorkQueue::unbounded();
    put(&folders, root);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn("worker", || {
                while let Ok(folder) = folders.get_task() {
                    for inner in visit(&folder) {
                        put(&folders, inner);
                    }
                }
            });
        }
        folders.join();
        folders.shutdown(Shutdown::Drain);
    });
}

fn put<F>(folders: &WorkQueue<F>, folder: F) {
    folders.put(folder).expect("nobody has shut the queue down");
}
