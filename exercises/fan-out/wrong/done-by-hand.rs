//! Wrong: all are counted in time, and each says at its end that it is done. One that panics does not come to its end.

use std::sync::Arc;

use latch::WaitGroup;
use model::thread;

/// Something to do, in a thread of its own.
pub type Job = Box<dyn FnOnce() + Send>;

/// Runs `jobs`, all at the same time, and blocks, asleep, until all are done.
///
/// A job that panics is done. What the jobs did is seen by the caller afterwards.
pub fn run_all(jobs: Vec<Job>) {
    let group = Arc::new(WaitGroup::new());
    group.add(jobs.len());
    for job in jobs {
        let group = Arc::clone(&group);
        thread::spawn("worker", move || {
            job();
            group.done();
        });
    }
    group.wait();
}
