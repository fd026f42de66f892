//! What a worker does: a job, and the handle of whoever waits for it.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use event::Event;
use mutex::Mutex;

use crate::shared::Shared;

/// What a job panicked with.
pub(crate) type Payload = Box<dyn Any + Send>;

/// A job in the queue.
pub(crate) struct Job {
    what: What,
    place: Place,
}

/// Where a job was submitted.
pub(crate) type Place = &'static Location<'static>;

enum What {
    /// Nobody waits for it.
    Detached(Detached),
    /// Whoever waits for it may run it as well.
    Claimable(Ticket),
}

impl Job {
    /// A job without a handle.
    pub(crate) fn detached(job: impl FnOnce() + Send + 'static, place: Place) -> Job {
        Job { what: What::Detached(Detached(Some(Box::new(job)))), place }
    }

    /// A job with a handle: the second is what the handle is made of.
    pub(crate) fn claimable<F, R>(job: F, place: Place) -> (Job, Arc<Work<F, R>>)
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        let work = Arc::new(Work { stage: Mutex::new(Stage::Queued(job)), finished: Event::new() });
        let ticket = Ticket(Arc::clone(&work) as Arc<dyn Run>);
        (Job { what: What::Claimable(ticket), place }, work)
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Runs it, unless somebody has, and never panics (invariant 3). False: it panicked, and nobody will hear of it
    /// otherwise.
    pub(crate) fn run(self) -> bool {
        match self.what {
            What::Detached(job) => job.run(),
            What::Claimable(ticket) => {
                ticket.0.run();
                // If the handle is gone, the outcome is dropped with the ticket.
                bury(ticket);
                true
            }
        }
    }
}

/// Drops what is not ours, even if that panics. What it panics with is never dropped: that might panic as well.
pub(crate) fn bury<T>(value: T) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        mem::forget(payload);
    }
}

/// A job that nobody waits for, until it is run.
struct Detached(Option<Box<dyn FnOnce() + Send>>);

impl Detached {
    /// False: it panicked.
    fn run(mut self) -> bool {
        let outcome = self.0.take().map(|job| catch_unwind(AssertUnwindSafe(job)));
        let panic = outcome.and_then(Result::err);
        let returned = panic.is_none();
        bury(panic);
        returned
    }
}

impl Drop for Detached {
    fn drop(&mut self) {
        bury(self.0.take());
    }
}

/// The queue's share in a job. If it is dropped before anybody has run the job, so is the job (invariant 2).
struct Ticket(Arc<dyn Run>);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// A job that the queue and a handle share. Whoever comes first runs it.
pub(crate) trait Run: Send + Sync {
    /// Runs the job, unless somebody has begun it.
    fn run(&self);

    /// Drops the job, unless somebody has begun it.
    fn abandon(&self);
}

/// What the handle sees of it: everything but the type of the closure.
trait Outcome<R>: Run {
    /// Set once there is an outcome.
    fn finished(&self) -> &Event;

    /// Takes the outcome. `None`: there is none yet, or it was taken.
    fn take(&self) -> Option<Result<R, JobError>>;

    /// Whether the calling thread is running it.
    fn is_running_here(&self) -> bool;
}

/// A job, its outcome, and those who wait for that.
pub(crate) struct Work<F, R> {
    stage: Mutex<Stage<F, R>>,
    finished: Event,
}

/// How far a job has come.
enum Stage<F, R> {
    Queued(F),
    /// In the thread with this number.
    Running(u64),
    Finished(Result<R, JobError>),
    /// The outcome went to whoever asked for it.
    Taken,
}

impl<F, R> Work<F, R> {
    /// Takes the closure out, unless somebody has (invariant 1).
    fn claim(&self, next: Stage<F, R>) -> Option<F> {
        let mut stage = self.stage.lock();
        match mem::replace(&mut *stage, next) {
            Stage::Queued(job) => Some(job),
            other => {
                *stage = other;
                None
            }
        }
    }

    fn finish(&self, outcome: Result<R, JobError>) {
        *self.stage.lock() = Stage::Finished(outcome);
        self.finished.set();
    }
}

impl<F: FnOnce() -> R + Send, R: Send> Run for Work<F, R> {
    fn run(&self) {
        if let Some(job) = self.claim(Stage::Running(model::thread::current_id())) {
            self.finish(catch_unwind(AssertUnwindSafe(job)).map_err(JobError::Panicked));
        }
    }

    fn abandon(&self) {
        if let Some(job) = self.claim(Stage::Finished(Err(JobError::Dropped))) {
            // Before anybody is told: who has heard of it finds nothing of it left.
            bury(job);
            self.finished.set();
        }
    }
}

impl<F: FnOnce() -> R + Send, R: Send> Outcome<R> for Work<F, R> {
    fn finished(&self) -> &Event {
        &self.finished
    }

    fn take(&self) -> Option<Result<R, JobError>> {
        let mut stage = self.stage.lock();
        match mem::replace(&mut *stage, Stage::Taken) {
            Stage::Finished(outcome) => Some(outcome),
            other => {
                *stage = other;
                None
            }
        }
    }

    fn is_running_here(&self) -> bool {
        matches!(*self.stage.lock(), Stage::Running(thread) if thread == model::thread::current_id())
    }
}

/// Stands for a job that was submitted, and gets what it returns.
///
/// Dropping the handle changes nothing for the job.
#[must_use = "the job runs without its handle too: `execute` is for jobs that nobody waits for"]
pub struct JobHandle<R> {
    work: Arc<dyn Outcome<R>>,
    pool: Arc<Shared>,
}

impl<R> JobHandle<R> {
    pub(crate) fn new<F>(work: Arc<Work<F, R>>, pool: Arc<Shared>) -> JobHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        JobHandle { work, pool }
    }

    /// Blocks until the job has ended, and returns what it returned.
    ///
    /// From inside a worker of the same pool, a job that has not begun is run here and now: a worker that slept for the
    /// sake of a job that no worker is left to run would sleep for good.
    ///
    /// # Errors
    ///
    /// [`JobError::Panicked`] if the job panicked; [`JobError::Dropped`] if it was dropped before it began, by
    /// [`shutdown_now`](crate::ThreadPool::shutdown_now).
    ///
    /// # Panics
    ///
    /// If a job waits for itself.
    // ANCHOR: join
    pub fn join(self) -> Result<R, JobError> {
        if self.pool.is_worker() {
            self.work.run();
            assert!(!self.work.is_running_here(), "a job waits for itself: that would be for ever");
        }
        self.work.finished().wait();
        self.outcome()
    }
    // ANCHOR_END: join

    /// Blocks as [`join`](JobHandle::join) does, for no longer than `timeout`, and runs nothing.
    ///
    /// A zero duration never waits. One that is too long for the clock is no limit.
    ///
    /// # Errors
    ///
    /// The handle, if the time ran out.
    pub fn join_timeout(self, timeout: Duration) -> Result<Result<R, JobError>, JobHandle<R>> {
        if self.work.finished().wait_timeout(timeout) { Ok(self.outcome()) } else { Err(self) }
    }

    /// Whether the job has ended. Never blocks.
    pub fn is_finished(&self) -> bool {
        self.work.finished().is_set()
    }

    /// What has come of the job, which has ended.
    fn outcome(self) -> Result<R, JobError> {
        self.work.take().expect("the outcome of a job that has ended is taken by its only handle")
    }
}

impl<R> fmt::Debug for JobHandle<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("JobHandle").field("finished", &self.is_finished()).finish_non_exhaustive()
    }
}

/// A job has not returned.
pub enum JobError {
    /// It panicked, with this. [`std::panic::resume_unwind`] goes on with the panic.
    Panicked(Box<dyn Any + Send>),
    /// It was dropped before it began.
    Dropped,
}

impl JobError {
    /// What the job panicked with, if it is text, as it nearly always is.
    fn message(&self) -> Option<&str> {
        let JobError::Panicked(payload) = self else { return None };
        payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str))
    }
}

impl fmt::Debug for JobError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JobError::Panicked(_) => formatter.debug_tuple("Panicked").field(&self.message().unwrap_or("..")).finish(),
            JobError::Dropped => formatter.write_str("Dropped"),
        }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.message()) {
            (JobError::Dropped, _) => formatter.write_str("the job was dropped before it began"),
            (JobError::Panicked(_), Some(message)) => write!(formatter, "the job panicked: {message}"),
            (JobError::Panicked(_), None) => formatter.write_str("the job panicked"),
        }
    }
}

impl Error for JobError {}
