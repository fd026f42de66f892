//! Wrong: a worker that finds nothing in the queue looks whether all is done, and if not, looks again. While one reads a large
//! folder, all others turn in circles.

use model::thread;
use queue::WorkQueue;

/// Visits `root` and all folders below it, with so many workers (one at least), and returns when all have been visited.
///
/// `visit` does what there is to be done with a folder, and returns the folders that are in it.
pub fn walk<F: Send>(root: F, workers: usize, visit: impl Fn(&F) -> Vec<F> + Sync) {
    let folders = WorkQueue::unbounded();
    put(&folders, root);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn("worker", || {
                while folders.unfinished() > 0 {
                    let Ok(folder) = folders.try_get_task() else {
                        thread::yield_now();
                        continue;
                    };
                    for inner in visit(&folder) {
                        put(&folders, inner);
                    }
                }
            });
        }
    });
}

fn put<F>(folders: &WorkQueue<F>, folder: F) {
    folders.put(folder).expect("nobody has shut the queue down");
}
