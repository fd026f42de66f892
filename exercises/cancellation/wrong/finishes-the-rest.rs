//! Wrong: the queue is shut down so that what is in it can still be taken. Everybody wakes up, and the worker does all the jobs
//! that were waiting.

use queue::{Shutdown, WorkQueue};

/// Jobs for one thread, which can be cancelled.
#[derive(Debug)]
pub struct Worker<J> {
    jobs: WorkQueue<J>,
}

impl<J> Worker<J> {
    model::const_fn! {
        /// A worker with room for so many jobs that wait.
        pub const fn new(room: usize) -> Worker<J> {
            Worker { jobs: WorkQueue::bounded(room) }
        }
    }

    /// Hands in a job. Blocks, asleep, until there is room for it.
    ///
    /// # Errors
    ///
    /// The job, if the worker is cancelled, or is while this waits.
    pub fn submit(&self, job: J) -> Result<(), J> {
        self.jobs.put(job).map_err(|error| error.into_inner())
    }

    /// Does each job by `step`, and sleeps while there is none. Returns when the worker is cancelled: at once if it sleeps, or
    /// else after the job that it is at. Jobs that wait are not begun any more.
    pub fn run(&self, step: impl Fn(J)) {
        while let Ok(job) = self.jobs.get() {
            step(job);
        }
    }

    /// Cancels the worker, for good. Waits for nobody. Whoever is about to hand in a job gets it back.
    pub fn cancel(&self) {
        self.jobs.shutdown(Shutdown::Drain);
    }

    /// Whether the worker has been cancelled. A long job asks this now and then, and gives up.
    pub fn is_cancelled(&self) -> bool {
        self.jobs.is_shutdown()
    }
}
