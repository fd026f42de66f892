//! Runs jobs, each in a thread of its own, and waits for all of them.
//!
//! Each is counted before its thread is started. The count may come to zero in between, if the first is done before the
//! second is counted; nobody waits yet, so it does not matter.

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
        group.add(1);
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
