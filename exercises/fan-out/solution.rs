//! Runs jobs, each in a thread of its own, and waits for all of them.
//!
//! All are counted before the first thread is started: whoever waits knows of them, whether they have begun or not. Each is
//! taken off when its guard is dropped, after the job or in its panic.

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
        let done = Done(Arc::clone(&group));
        thread::spawn("worker", move || {
            let _done = done;
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
