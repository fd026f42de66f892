//! Walks through a tree of folders, with several workers.
//!
//! A pill for each worker, and none before all folders are done: nobody puts anything behind them any more.

use model::thread;
use queue::WorkQueue;

/// Visits `root` and all folders below it, with so many workers (one at least), and returns when all have been visited.
///
/// `visit` does what there is to be done with a folder, and returns the folders that are in it.
pub fn walk<F: Send>(root: F, workers: usize, visit: impl Fn(&F) -> Vec<F> + Sync) {
    let folders = WorkQueue::unbounded();
    put(&folders, Some(root));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn("worker", || {
                while let Ok(Some(folder)) = folders.get() {
                    for inner in visit(&folder) {
                        put(&folders, Some(inner));
                    }
                    folders.task_done().expect("it was put, and is not done");
                }
            });
        }
        folders.join();
        for _ in 0..workers {
            put(&folders, None);
        }
    });
}

fn put<F>(folders: &WorkQueue<Option<F>>, folder: Option<F>) {
    folders.put(folder).expect("nobody has shut the queue down");
}
