//! Wrong: each folder gets a thread of its own, and nobody needs a queue. Nor does anybody ask how many threads that will be.

use model::thread;

/// Visits `root` and all folders below it, with so many workers (one at least), and returns when all have been visited.
///
/// `visit` does what there is to be done with a folder, and returns the folders that are in it.
pub fn walk<F: Send>(root: F, workers: usize, visit: impl Fn(&F) -> Vec<F> + Sync) {
    let _ = workers;
    walk_from(&root, &visit);
}

fn walk_from<F: Send>(folder: &F, visit: &(impl Fn(&F) -> Vec<F> + Sync)) {
    let inside = visit(folder);
    thread::scope(|scope| {
        for inner in inside {
            scope.spawn("worker", move || walk_from(&inner, visit));
        }
    });
}
