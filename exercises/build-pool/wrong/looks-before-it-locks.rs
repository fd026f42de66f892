//! Wrong: `execute` looks whether the pool is open, and locks once more to put the job there. In between the pool may be shut down,
//! and the workers go home. The job was accepted, and nobody is left to run it.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use condvar::Condvar;
use model::thread::{self, JoinHandle};
use mutex::Mutex;

type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads, the workers, which run jobs. Dropping it is [`shutdown`](Pool::shutdown).
///
/// What was done before an `execute` is seen by its job, and what a job has done is seen after the `join` or the `shutdown`
/// that has waited for it.
pub struct Pool {
    shared: Arc<Shared>,
    /// None, once they have gone home.
    workers: Mutex<Vec<JoinHandle<()>>>,
}

struct Shared {
    state: Mutex<State>,
    /// There is a job, or there will be none any more.
    changed: Condvar,
    idle: Condvar,
}

struct State {
    jobs: VecDeque<Job>,
    /// How many jobs are queued or run.
    unfinished: usize,
    shut_down: bool,
}

/// The pool is shut down, and the job was dropped.
#[derive(Debug, PartialEq, Eq)]
pub struct ShutDown;

impl Pool {
    /// A pool of so many workers, one at least.
    pub fn new(workers: usize) -> Pool {
        let state = State { jobs: VecDeque::new(), unfinished: 0, shut_down: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new(), idle: Condvar::new() });
        let start = |number| {
            let shared = Arc::clone(&shared);
            thread::spawn(&format!("worker {number}"), move || shared.work())
        };
        let workers = Mutex::new((1..=workers).map(start).collect());
        Pool { shared, workers }
    }

    /// Has `job` run by a worker, and waits neither for room nor for the job.
    ///
    /// # Errors
    ///
    /// If the pool is shut down.
    pub fn execute(&self, job: impl FnOnce() + Send + 'static) -> Result<(), ShutDown> {
        if self.shared.state.lock().shut_down {
            return Err(ShutDown);
        }
        let mut state = self.shared.state.lock();
        state.jobs.push_back(Box::new(job));
        state.unfinished += 1;
        drop(state);
        self.shared.changed.notify_one();
        Ok(())
    }

    /// Blocks, asleep, until the pool is idle: nothing is queued, and nothing runs.
    pub fn join(&self) {
        let mut state = self.shared.state.lock();
        self.shared.idle.wait_while(&mut state, |state| state.unfinished > 0);
    }

    /// Accepts no more jobs, and blocks until those that were accepted have been run, and all workers have gone home.
    ///
    /// If that has been so before, it does nothing.
    pub fn shutdown(&self) {
        self.shared.state.lock().shut_down = true;
        self.shared.changed.notify_all();
        self.workers.lock().drain(..).for_each(JoinHandle::join);
    }
}

impl Shared {
    /// What a worker does, until the pool is shut down and no job is left.
    fn work(&self) {
        let mut state = self.state.lock();
        loop {
            self.changed.wait_while(&mut state, |state| state.jobs.is_empty() && !state.shut_down);
            let Some(job) = state.jobs.pop_front() else { return };
            // Whoever runs a job does not keep the others from theirs.
            drop(state);
            job();
            state = self.state.lock();
            state.unfinished -= 1;
            if state.unfinished == 0 {
                self.idle.notify_all();
            }
        }
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
