//! What a thing costs: the sum of what all its parts cost, each of which is asked of a supplier.
//!
//! A worker that is about to wait first runs what it waits for, if nobody has begun it. What is left has been begun, by
//! somebody who waits, if at all, for parts further down. At the bottom nobody waits.

use std::sync::Arc;

use event::Event;
use model::thread::{self, JoinHandle};
use mutex::Mutex;
use queue::{Shutdown, WorkQueue};

/// A part, and the parts that it is made of.
#[derive(Debug)]
pub struct Part {
    /// The name by which the supplier knows it.
    pub name: &'static str,
    /// What it is made of.
    pub parts: Vec<Part>,
}

/// Asks the supplier what a part costs, without those that are in it. It takes its time.
pub type Ask = Arc<dyn Fn(&str) -> u32 + Send + Sync>;

/// Says what `part` costs, with everything that is in it.
///
/// Only the pool's workers ask, so there are no more questions at the same time than workers.
pub fn price(pool: &Pool, part: Part, ask: Ask) -> u32 {
    let jobs = pool.jobs.clone();
    pool.jobs.submit(move || price_with_parts(&jobs, part, &ask)).join()
}

/// What the job for `part` does.
fn price_with_parts(jobs: &Jobs, part: Part, ask: &Ask) -> u32 {
    let submit = |part| {
        let (inner, ask) = (jobs.clone(), Arc::clone(ask));
        jobs.submit(move || price_with_parts(&inner, part, &ask))
    };
    let parts: Vec<_> = part.parts.into_iter().map(submit).collect();
    let own = ask(part.name);
    // All of them, before it waits for any: else it might sleep while there is something to do.
    parts.iter().for_each(Handle::run);
    own + parts.into_iter().map(Handle::join).sum::<u32>()
}

/// A fixed number of threads that run jobs. Dropping it waits until all that was submitted has been run.
#[derive(Debug)]
pub struct Pool {
    jobs: Jobs,
    workers: Vec<JoinHandle<()>>,
}

type Job = Box<dyn FnOnce() + Send>;

/// Where the workers find their jobs.
#[derive(Clone, Debug)]
struct Jobs(Arc<WorkQueue<Job>>);

/// Stands for a job that was submitted.
struct Handle<R> {
    shared: Arc<Shared<R>>,
}

/// What the queue and the handle share.
struct Shared<R> {
    /// None, once somebody has begun it.
    job: Mutex<Option<Box<dyn FnOnce() -> R + Send>>>,
    result: Mutex<Option<R>>,
    there: Event,
}

impl Pool {
    /// A pool of so many workers, one at least.
    pub fn new(workers: usize) -> Pool {
        let jobs = Jobs(Arc::new(WorkQueue::unbounded()));
        let start = |number| {
            let jobs = jobs.clone();
            thread::spawn(&format!("worker {number}"), move || jobs.work())
        };
        let workers = (1..=workers).map(start).collect();
        Pool { jobs, workers }
    }
}

impl Jobs {
    /// What a worker does, until the queue is shut down and empty.
    fn work(&self) {
        while let Ok(job) = self.0.get() {
            job();
        }
    }

    /// Has `job` run by a worker. The handle gets what it returns.
    fn submit<R: Send + 'static>(&self, job: impl FnOnce() -> R + Send + 'static) -> Handle<R> {
        let job: Box<dyn FnOnce() -> R + Send> = Box::new(job);
        let shared = Shared { job: Mutex::new(Some(job)), result: Mutex::new(None), there: Event::new() };
        let shared = Arc::new(shared);
        let handle = Handle { shared: Arc::clone(&shared) };
        self.0.put(Box::new(move || shared.run())).expect("the pool is open until it is dropped");
        handle
    }
}

impl<R> Shared<R> {
    /// Runs the job, unless somebody has begun it.
    fn run(&self) {
        // The mutex is not locked while the job runs.
        let job = self.job.lock().take();
        if let Some(job) = job {
            *self.result.lock() = Some(job());
            self.there.set();
        }
    }
}

impl<R> Handle<R> {
    /// Runs the job here and now, unless somebody has begun it.
    fn run(&self) {
        self.shared.run();
    }

    /// Blocks, asleep, until the job has ended, and returns what it returned.
    fn join(self) -> R {
        self.shared.there.wait();
        self.shared.result.lock().take().expect("it is there, and taken once")
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs.0.shutdown(Shutdown::Drain);
        self.workers.drain(..).for_each(JoinHandle::join);
    }
}
