//! Wrong: a folder is done when it has been visited, and only then are those in it put. In between nothing counts, and who joins
//! takes this for the end.

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
                    let inside = visit(&folder);
                    drop(folder);
                    for inner in inside {
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
