//! What the pool and its workers share.
//!
//! # What a job costs
//!
//! With all threads on one processor, an empty job took some 50 nanoseconds from its submission to its end, and 40 to 45 in
//! the fastest pool that also knows when all are done (`compare -- pool/empty --pin one` in `benches`). 12 of ours are the
//! worker's record, which is locked twice so that `stats` can look at all workers in one moment. 6 more would be saved by
//! a queue that counts a job as done and hands out the next one with its mutex locked once. That would make 33. We leave
//! it: the snapshot and a queue without an operation for this one user are worth more, and hardly a job is empty.
//!
//! To submit one job and wait for what it returns took 4 microseconds, as in the fastest pool. It would be 6, and some 20
//! with the threads on two processors, if a worker that finds no job lay down at once. It is the queue that lets it step
//! aside first.

use model::sync::atomic::{AtomicU64, Ordering};
use mutex::Mutex;
use queue::{PutError, WorkQueue};

use crate::job::{Job, Place};
use crate::{SubmitError, WhenFull};

/// The queue, and the workers who take jobs from it.
pub(crate) struct Shared {
    pub(crate) jobs: WorkQueue<Job>,
    pub(crate) when_full: WhenFull,
    pub(crate) workers: Box<[Worker]>,
}

/// One of the threads.
pub(crate) struct Worker {
    pub(crate) name: String,
    /// The number of its thread, once it has begun.
    thread: AtomicU64,
    pub(crate) record: Mutex<Record>,
}

/// What a worker has done, and does.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) running: Option<Place>,
    pub(crate) finished: u64,
    pub(crate) panicked: u64,
}

impl Worker {
    pub(crate) fn new(name: String) -> Worker {
        Worker { name, thread: AtomicU64::new(0), record: Mutex::new(Record::default()) }
    }
}

impl Shared {
    /// What a worker does until the pool is shut down.
    // ANCHOR: work
    pub(crate) fn work(&self, worker: &Worker) {
        // ORDERING: Relaxed; only this thread has to find itself there.
        worker.thread.store(model::thread::current_id(), Ordering::Relaxed);
        while let Ok(job) = self.jobs.get() {
            worker.record.lock().running = Some(job.place());
            let panicked = !job.run();
            let mut record = worker.record.lock();
            record.running = None;
            record.finished += 1;
            record.panicked += u64::from(panicked);
            drop(record);
            // Invariant 5.
            self.jobs.task_done().expect("each job is done once");
        }
    }
    // ANCHOR_END: work

    /// Whether the calling thread is one of the workers.
    pub(crate) fn is_worker(&self) -> bool {
        let thread = model::thread::current_id();
        // ORDERING: Relaxed; whoever is there has written it.
        self.workers.iter().any(|worker| worker.thread.load(Ordering::Relaxed) == thread)
    }

    /// Puts `job` into the queue. If there is no room, does what the pool was built to do.
    pub(crate) fn put(&self, job: Job) -> Result<(), Refused> {
        let job = match self.jobs.try_put(job) {
            Ok(()) => return Ok(()),
            Err(PutError::Full(job)) => job,
            Err(error) => return Err(Refused { job: error.into_inner(), why: SubmitError::ShutDown }),
        };
        match self.when_full {
            WhenFull::Refuse => Err(Refused { job, why: SubmitError::Full }),
            WhenFull::Block if !self.is_worker() => {
                self.jobs.put(job).map_err(|error| Refused { job: error.into_inner(), why: SubmitError::ShutDown })
            }
            // Invariant 6: a worker that waited for room might wait for itself.
            WhenFull::Block | WhenFull::RunInCaller => {
                job.run();
                Ok(())
            }
        }
    }
}

/// A job that was not put into the queue.
pub(crate) struct Refused {
    pub(crate) job: Job,
    pub(crate) why: SubmitError,
}
