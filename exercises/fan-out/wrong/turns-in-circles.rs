//! Wrong: a number of one's own in place of the group, and whoever waits looks at it again and again, while the jobs could use
//! the processor.

use std::sync::Arc;

use model::sync::atomic::AtomicUsize;
use model::sync::atomic::Ordering::{Acquire, Release};
use model::thread;

/// Something to do, in a thread of its own.
pub type Job = Box<dyn FnOnce() + Send>;

/// Runs `jobs`, all at the same time, and blocks, asleep, until all are done.
///
/// A job that panics is done. What the jobs did is seen by the caller afterwards.
pub fn run_all(jobs: Vec<Job>) {
    let group = Arc::new(AtomicUsize::new(jobs.len()));
    for job in jobs {
        let done = Done(Arc::clone(&group));
        thread::spawn("worker", move || {
            let _done = done;
            job();
        });
    }
    while group.load(Acquire) > 0 {
        thread::yield_now();
    }
}

/// Takes one off a wait group when it is dropped.
struct Done(Arc<AtomicUsize>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Release);
    }
}
