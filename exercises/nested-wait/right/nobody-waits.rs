//! What a thing costs: the sum of what all its parts cost, each of which is asked of a supplier.
//!
//! No job waits. Each adds its price to the sum, and leaves its parts to other jobs. Whoever is the last to come to an end says so.

use std::sync::Arc;

use event::Event;
use model::sync::atomic::Ordering::{AcqRel, Relaxed};
use model::sync::atomic::{AtomicU32, AtomicUsize};
use model::thread::{self, JoinHandle};
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
    let order = Arc::new(Order { sum: AtomicU32::new(0), open: AtomicUsize::new(0), done: Event::new() });
    submit(&pool.jobs, part, ask, Arc::clone(&order));
    order.done.wait();
    // ORDERING: Relaxed; the event has brought the news.
    order.sum.load(Relaxed)
}

/// What the jobs of one price have in common.
struct Order {
    sum: AtomicU32,
    /// How many jobs have not come to an end.
    open: AtomicUsize,
    done: Event,
}

/// Submits a job for `part`.
fn submit(jobs: &Jobs, part: Part, ask: Ask, order: Arc<Order>) {
    // ORDERING: Relaxed; whoever submits is open itself, or nobody is.
    order.open.fetch_add(1, Relaxed);
    let inner = jobs.clone();
    jobs.submit(move || {
        for part in part.parts {
            submit(&inner, part, Arc::clone(&ask), Arc::clone(&order));
        }
        // ORDERING: Relaxed; the next step publishes it.
        order.sum.fetch_add(ask(part.name), Relaxed);
        // ORDERING: Release publishes the sum to whoever is the last, and its Acquire brings what the others have added.
        if order.open.fetch_sub(1, AcqRel) == 1 {
            order.done.set();
        }
    });
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

    /// Has `job` run by a worker.
    fn submit(&self, job: impl FnOnce() + Send + 'static) {
        self.0.put(Box::new(job)).expect("the pool is open until it is dropped");
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs.0.shutdown(Shutdown::Drain);
        self.workers.drain(..).for_each(JoinHandle::join);
    }
}
