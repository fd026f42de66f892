//! Wrong: the job is counted by who waits, and that is right; but after its thread was started. It may be done before.

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
        let done = Done(Arc::clone(&group));
        thread::spawn("worker", move || {
            let _done = done;
            job();
        });
        group.add(1);
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
