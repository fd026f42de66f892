//! Wrong: the guard gets no name, and what has no name is dropped at the end of the line: each job is done before it begins.

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
            let _ = Done(group);
            job();
        });
    }
    group.wait();
}

/// Takes one off a wait group when it is dropped.
struct Done(Arc<WaitGroup>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.done();
    }
}
