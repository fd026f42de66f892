//! A pool: a fixed number of threads that run jobs.
//!
//! This is yours to write. So far there are no threads, and whoever has a job runs it here and now.

use std::error::Error;
use std::fmt;

/// A fixed number of threads, the workers, which run jobs. Dropping it is [`shutdown`](Pool::shutdown).
///
/// What was done before an `execute` is seen by its job, and what a job has done is seen after the `join` or the `shutdown`
/// that has waited for it.
pub struct Pool {}

/// The pool is shut down, and the job was dropped.
#[derive(Debug, PartialEq, Eq)]
pub struct ShutDown;

impl Pool {
    /// A pool of so many workers, one at least.
    pub fn new(_workers: usize) -> Pool {
        Pool {}
    }

    /// Has `job` run by a worker, and waits neither for room nor for the job.
    ///
    /// # Errors
    ///
    /// If the pool is shut down.
    pub fn execute(&self, job: impl FnOnce() + Send + 'static) -> Result<(), ShutDown> {
        job();
        Ok(())
    }

    /// Blocks, asleep, until the pool is idle: nothing is queued, and nothing runs.
    pub fn join(&self) {}

    /// Accepts no more jobs, and blocks until those that were accepted have been run, and all workers have gone home.
    ///
    /// If that has been so before, it does nothing.
    pub fn shutdown(&self) {}
}

impl fmt::Display for ShutDown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the pool is shut down")
    }
}

impl Error for ShutDown {}
