//! Runs jobs, each in a thread of its own, and waits for all of them.
//!
//! This one is broken, twice. Each job says that it begins, and that it is done.

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
    for job in jobs {
        let group = Arc::clone(&group);
        thread::spawn("worker", move || {
            group.add(1);
            job();
            group.done();
        });
    }
    group.wait();
}
