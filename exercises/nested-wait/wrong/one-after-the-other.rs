//! Wrong: the job for a thing does all that is in it, and waits for nobody. The other workers have nothing to do.

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
    pool.jobs.submit(move || price_with_parts(part, &ask)).join()
}

/// What the job for `part` does.
fn price_with_parts(part: Part, ask: &Ask) -> u32 {
    ask(part.name) + part.parts.into_iter().map(|part| price_with_parts(part, ask)).sum::<u32>()
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
    outcome: Arc<Outcome<R>>,
}

/// What came of a job.
struct Outcome<R> {
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
        let outcome = Arc::new(Outcome { result: Mutex::new(None), there: Event::new() });
        let handle = Handle { outcome: Arc::clone(&outcome) };
        let job = move || {
            *outcome.result.lock() = Some(job());
            outcome.there.set();
        };
        self.0.put(Box::new(job)).expect("the pool is open until it is dropped");
        handle
    }
}

impl<R> Handle<R> {
    /// Blocks, asleep, until the job has ended, and returns what it returned.
    fn join(self) -> R {
        self.outcome.there.wait();
        self.outcome.result.lock().take().expect("it is there, and taken once")
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs.0.shutdown(Shutdown::Drain);
        self.workers.drain(..).for_each(JoinHandle::join);
    }
}
