//! The contenders, each behind the [`Pool`], the [`Calls`] or the [`Forks`] trait.

use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use latch::WaitGroup;

use super::{Calls, Forks, Pool, started};
use crate::Setting;

impl Pool for ::pool::ThreadPool {
    const NAME: &'static str = "locksmith";

    fn new(workers: usize) -> Self {
        ::pool::ThreadPool::new(workers)
    }

    fn execute(&self, job: impl FnOnce() + Send + 'static) {
        self.execute(job).expect("nobody shuts it down");
    }

    fn join(&self) {
        self.join();
    }
}

impl Calls for ::pool::ThreadPool {
    fn call(&self, job: impl FnOnce() -> u64 + Send + 'static) -> u64 {
        self.submit(job).expect("nobody shuts it down").join().expect("the job does not panic")
    }
}

impl Forks for stealing::StealingPool {
    const NAME: &'static str = "locksmith";

    fn new(setting: &Setting) -> Self {
        let pool = stealing::StealingPool::new(setting.threads);
        let gate = Barrier::new(setting.threads);
        // Each worker waits at the gate for the others, so that none of them gets two of these numbers.
        pool.for_each(&mut Vec::from_iter(1..=setting.threads), |number| {
            setting.placement.place(*number);
            gate.wait();
        });
        setting.placement.place(0);
        pool
    }

    fn enter(&self, root: impl FnOnce() + Send) {
        self.install(root);
    }

    fn both(&self, left: impl FnOnce() + Send, right: impl FnOnce() + Send) {
        self.join(left, right);
    }
}

impl Forks for ::pool::ThreadPool {
    const NAME: &'static str = "plain";

    fn new(setting: &Setting) -> Self {
        started(setting)
    }

    fn enter(&self, root: impl FnOnce() + Send) {
        self.scope(|scope| scope.spawn(root));
    }

    fn both(&self, left: impl FnOnce() + Send, right: impl FnOnce() + Send) {
        self.scope(|scope| {
            scope.spawn(left);
            right();
        });
    }
}

/// No pool: a thread for each job.
#[derive(Default)]
pub struct ThreadPerJob(Mutex<Vec<JoinHandle<()>>>);

/// How many threads that may have ended are kept before they are joined.
const MANY: usize = 256;

impl Pool for ThreadPerJob {
    const NAME: &'static str = "std";

    fn new(_workers: usize) -> Self {
        ThreadPerJob::default()
    }

    fn execute(&self, job: impl FnOnce() + Send + 'static) {
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        threads.push(thread::spawn(job));
        let full = threads.len() == MANY;
        drop(threads);
        if full {
            self.join();
        }
    }

    fn join(&self) {
        for thread in self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            thread.join().expect("the job does not panic");
        }
    }
}

impl Calls for ThreadPerJob {
    fn call(&self, job: impl FnOnce() -> u64 + Send + 'static) -> u64 {
        thread::spawn(job).join().expect("the job does not panic")
    }
}

impl Forks for ThreadPerJob {
    const NAME: &'static str = "std";

    fn new(setting: &Setting) -> Self {
        started(setting)
    }

    fn enter(&self, root: impl FnOnce() + Send) {
        root();
    }

    fn both(&self, left: impl FnOnce() + Send, right: impl FnOnce() + Send) {
        thread::scope(|scope| {
            scope.spawn(left);
            right();
        });
    }
}

/// Does all of it in the calling thread.
pub struct Alone;

impl Forks for Alone {
    const NAME: &'static str = "alone";

    fn new(setting: &Setting) -> Self {
        setting.placement.place(0);
        Alone
    }

    fn enter(&self, root: impl FnOnce() + Send) {
        root();
    }

    fn both(&self, left: impl FnOnce() + Send, right: impl FnOnce() + Send) {
        left();
        right();
    }
}

impl Pool for threadpool::ThreadPool {
    const NAME: &'static str = "threadpool";

    fn new(workers: usize) -> Self {
        threadpool::ThreadPool::new(workers)
    }

    fn execute(&self, job: impl FnOnce() + Send + 'static) {
        self.execute(job);
    }

    fn join(&self) {
        self.join();
    }
}

impl Calls for threadpool::ThreadPool {}

/// Who runs jobs and does not know when all have been run.
pub trait Execute: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// With so many `workers`.
    fn new(workers: usize) -> Self;

    /// Submits `job`, which nobody waits for.
    fn execute(&self, job: impl FnOnce() + Send + 'static);
}

/// A pool with a count of the jobs beside it.
pub struct Counted<E> {
    pool: E,
    unfinished: Arc<WaitGroup>,
}

impl<E: Execute> Pool for Counted<E> {
    const NAME: &'static str = E::NAME;

    fn new(workers: usize) -> Self {
        Counted { pool: E::new(workers), unfinished: Arc::new(WaitGroup::new()) }
    }

    fn execute(&self, job: impl FnOnce() + Send + 'static) {
        self.unfinished.add(1);
        let unfinished = Arc::clone(&self.unfinished);
        self.pool.execute(move || {
            job();
            unfinished.done();
        });
    }

    fn join(&self) {
        self.unfinished.wait();
    }
}

/// Rayon's pool.
pub struct Rayon(rayon::ThreadPool);

impl Execute for Rayon {
    const NAME: &'static str = "rayon";

    fn new(workers: usize) -> Self {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(workers).build();
        Rayon(pool.expect("so many threads can be started"))
    }

    fn execute(&self, job: impl FnOnce() + Send + 'static) {
        self.0.spawn(job);
    }
}

impl Calls for Counted<Rayon> {
    fn call(&self, job: impl FnOnce() -> u64 + Send + 'static) -> u64 {
        self.pool.0.install(job)
    }
}

impl Forks for Counted<Rayon> {
    const NAME: &'static str = "rayon";

    fn new(setting: &Setting) -> Self {
        started(setting)
    }

    fn enter(&self, root: impl FnOnce() + Send) {
        self.pool.0.install(root);
    }

    fn both(&self, left: impl FnOnce() + Send, right: impl FnOnce() + Send) {
        rayon::join(left, right);
    }
}

/// The pool of rusty_pool.
pub struct RustyPool(rusty_pool::ThreadPool);

impl Execute for RustyPool {
    const NAME: &'static str = "rusty_pool";

    fn new(workers: usize) -> Self {
        // No worker beyond these, and so none that could be idle for too long.
        RustyPool(rusty_pool::ThreadPool::new(workers, workers, Duration::MAX))
    }

    fn execute(&self, job: impl FnOnce() + Send + 'static) {
        self.0.execute(job);
    }
}

impl Calls for Counted<RustyPool> {
    fn call(&self, job: impl FnOnce() -> u64 + Send + 'static) -> u64 {
        self.pool.0.evaluate(job).await_complete()
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// Threads at the other end of crossbeam's channel.
pub struct Channel {
    /// `None` once it is closed.
    jobs: Option<crossbeam_channel::Sender<Job>>,
    workers: Vec<JoinHandle<()>>,
}

impl Execute for Channel {
    const NAME: &'static str = "crossbeam";

    fn new(workers: usize) -> Self {
        let (sender, receiver) = crossbeam_channel::unbounded::<Job>();
        let worker = |_| {
            let jobs = receiver.clone();
            thread::spawn(move || jobs.into_iter().for_each(|job| job()))
        };
        Channel { jobs: Some(sender), workers: (0..workers).map(worker).collect() }
    }

    fn execute(&self, job: impl FnOnce() + Send + 'static) {
        let jobs = self.jobs.as_ref().expect("it is closed by its drop only");
        jobs.send(Box::new(job)).expect("the workers are there");
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.jobs = None;
        for worker in self.workers.drain(..) {
            // A worker that panicked has said so already, and a second panic here would abort.
            let _ = worker.join();
        }
    }
}

impl Calls for Counted<Channel> {}
