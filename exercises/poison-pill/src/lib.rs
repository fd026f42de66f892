//! Walks through a tree of folders, with several workers.
//!
//! This one is broken. A folder that is `None` tells a worker to go home.

use model::thread;
use queue::WorkQueue;

/// Visits `root` and all folders below it, with so many workers (one at least), and returns when all have been visited.
///
/// `visit` does what there is to be done with a folder, and returns the folders that are in it.
pub fn walk<F: Send>(root: F, workers: usize, visit: impl Fn(&F) -> Vec<F> + Sync) {
    let folders = WorkQueue::unbounded();
    put(&folders, Some(root));
    put(&folders, None);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn("worker", || {
                while let Ok(Some(folder)) = folders.get() {
                    for inner in visit(&folder) {
                        put(&folders, Some(inner));
                    }
                }
            });
        }
    });
}

fn put<F>(folders: &WorkQueue<Option<F>>, folder: Option<F>) {
    folders.put(folder).expect("nobody has shut the queue down");
}
