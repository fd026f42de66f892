//! Wrong: whoever finds the pool shut down goes on at once. The first is still waiting, and jobs are still running.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use model::thread::{self, JoinHandle};
use mutex::Mutex;
use queue::{Shutdown, WorkQueue};

type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads, the workers, which run jobs. Dropping it is [`shutdown`](Pool::shutdown).
///
/// What was done before an `execute` is seen by its job, and what a job has done is seen after the `join` or the `shutdown`
/// that has waited for it.
pub struct Pool {
    jobs: Arc<WorkQueue<Job>>,
    /// None, once they have gone home.
    workers: Mutex<Vec<JoinHandle<()>>>,
}

/// The pool is shut down, and the job was dropped.
#[derive(Debug, PartialEq, Eq)]
pub struct ShutDown;

impl Pool {
    /// A pool of so many workers, one at least.
    pub fn new(workers: usize) -> Pool {
        let jobs = Arc::new(WorkQueue::unbounded());
        let start = |number| {
            let jobs = Arc::clone(&jobs);
            thread::spawn(&format!("worker {number}"), move || work(&jobs))
        };
        let workers = Mutex::new((1..=workers).map(start).collect());
        Pool { jobs, workers }
    }

    /// Has `job` run by a worker, and waits neither for room nor for the job.
    ///
    /// # Errors
    ///
    /// If the pool is shut down.
    pub fn execute(&self, job: impl FnOnce() + Send + 'static) -> Result<(), ShutDown> {
        self.jobs.put(Box::new(job)).map_err(|_| ShutDown)
    }

    /// Blocks, asleep, until the pool is idle: nothing is queued, and nothing runs.
    pub fn join(&self) {
        self.jobs.join();
    }

    /// Accepts no more jobs, and blocks until those that were accepted have been run, and all workers have gone home.
    ///
    /// If that has been so before, it does nothing.
    pub fn shutdown(&self) {
        if self.jobs.is_shutdown() {
            return;
        }
        self.jobs.shutdown(Shutdown::Drain);
        self.workers.lock().drain(..).for_each(JoinHandle::join);
    }
}

/// What a worker does, until the queue is shut down and empty.
fn work(jobs: &WorkQueue<Job>) {
    while let Ok(job) = jobs.get() {
        job();
        jobs.task_done().expect("each job is done once");
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl fmt::Display for ShutDown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the pool is shut down")
    }
}

impl Error for ShutDown {}
