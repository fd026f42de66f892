//! Wrong: all panics are caught and handed on. But whoever waits for a job looks again and again whether it has ended, and takes
//! the time that the job needs.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use event::Event;
use model::thread::{self, JoinHandle};
use mutex::Mutex;
use queue::{Shutdown, WorkQueue};

type Job = Box<dyn FnOnce() + Send>;

/// What a job panicked with.
pub type Payload = Box<dyn Any + Send>;

/// A fixed number of threads that run jobs. Dropping it waits until all that was submitted has been run.
pub struct Pool {
    jobs: Arc<WorkQueue<Job>>,
    workers: Vec<JoinHandle<()>>,
}

/// Stands for a job that was submitted.
pub struct Handle<R> {
    outcome: Arc<Outcome<R>>,
}

/// What came of a job.
struct Outcome<R> {
    result: Mutex<Option<Result<R, Payload>>>,
    there: Event,
}

impl Pool {
    /// A pool of so many workers, one at least.
    pub fn new(workers: usize) -> Pool {
        let jobs = Arc::new(WorkQueue::unbounded());
        let start = |number| {
            let jobs = Arc::clone(&jobs);
            thread::spawn(&format!("worker {number}"), move || work(&jobs))
        };
        let workers = (1..=workers).map(start).collect();
        Pool { jobs, workers }
    }

    /// Has `job` run by a worker. The handle gets what it returns.
    pub fn submit<R: Send + 'static>(&self, job: impl FnOnce() -> R + Send + 'static) -> Handle<R> {
        let outcome = Arc::new(Outcome { result: Mutex::new(None), there: Event::new() });
        let handle = Handle { outcome: Arc::clone(&outcome) };
        // Nothing of the job is left that could be seen half done, but what others share with it. They know best.
        let job = move || outcome.tell(catch_unwind(AssertUnwindSafe(job)));
        self.put(Box::new(job));
        handle
    }

    fn put(&self, job: Job) {
        self.jobs.put(job).expect("the pool is open until it is dropped");
    }

    /// Blocks, asleep, until the pool is idle: nothing is queued, and nothing runs.
    pub fn join(&self) {
        self.jobs.join();
    }
}

/// What a worker does, until the queue is shut down and empty.
fn work(jobs: &WorkQueue<Job>) {
    while let Ok(job) = jobs.get() {
        job();
        jobs.task_done().expect("each job is done once");
    }
}

impl<R> Handle<R> {
    /// Blocks, asleep, until the job has ended, and returns what it returned.
    ///
    /// # Errors
    ///
    /// What the job panicked with.
    pub fn join(self) -> Result<R, Payload> {
        self.outcome.get()
    }
}

impl<R> Outcome<R> {
    fn tell(&self, result: Result<R, Payload>) {
        *self.result.lock() = Some(result);
        self.there.set();
    }

    fn get(&self) -> Result<R, Payload> {
        while !self.there.is_set() {
            thread::yield_now();
        }
        self.result.lock().take().expect("it is there, and taken once")
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs.shutdown(Shutdown::Drain);
        self.workers.drain(..).for_each(JoinHandle::join);
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pool").field("jobs", &self.jobs).finish_non_exhaustive()
    }
}

impl<R> fmt::Debug for Handle<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Handle").field("finished", &self.outcome.there.is_set()).finish()
    }
}
