//! A thread pool: a fixed number of threads that take jobs from a queue.
//!
//! To start a thread takes some ten microseconds and a stack, and the system has to share its processors between however
//! many there are. So a kitchen does not hire a cook for each dish. It has its cooks (the *workers*) and a rail with orders
//! (the [`queue`]); a cook who has sent out a dish takes the next slip. Python calls this
//! `concurrent.futures.ThreadPoolExecutor`.
//!
//! # State
//!
//! A [`WorkQueue`] of jobs, and the workers, each with a record of what it does. There is little more to a pool: that it
//! can be joined, drained, shut down and bounded, it has from its queue.
//!
//! A job that somebody waits for is shared between the queue and a [`JobHandle`]. A mutex protects its stage, and an event
//! is set once there is an outcome:
//!
//! | stage | the closure is | next |
//! |---|---|---|
//! | `Queued` | in the job | `Running`, by a worker that found it in the queue or waits for it; `Finished`, if it is dropped |
//! | `Running` | with the thread whose number stands there | `Finished`, by that thread |
//! | `Finished` | gone, and there is an outcome | `Taken`, by the handle |
//! | `Taken` | gone, and so is the outcome | |
//!
//! # Protocol
//!
//! - A **worker** takes a job, puts it on its record, runs it, takes it off again, tells the queue that it is done, and
//!   begins anew, until the queue is shut down and empty. A job that panics is caught.
//! - **`submit`** puts a job into the queue. If there is no room it blocks, refuses or runs the job itself ([`WhenFull`]).
//! - **`JobHandle::join`** sleeps until there is an outcome. If the job is still queued, a worker runs it instead.
//! - A **scope** counts its jobs, and ends when all of them have ended. Meanwhile they may borrow from its stack.
//! - A **shutdown** closes the queue and joins the threads. What is queued is run first, or dropped: then each of the
//!   handles is told.
//!
//! # Jobs that wait for jobs
//!
//! In a pool of two workers two jobs each submit another one, and wait for it. No worker is left to run these: all
//! sleep for good. So a worker that joins a job which nobody has begun *runs it itself*, on its own stack. A worker that
//! waits at the end of a [`scope`](ThreadPool::scope) does the same with the jobs of the scope, the oldest first, and is
//! woken if another one comes. It runs nothing but what it waits for: in an unrelated job it might get stuck.
//!
//! What would be for ever nevertheless panics, and says why: a job that waits for itself, or until its own pool is
//! idle. And a worker never waits for room in its own pool's queue: it runs what it submits itself.
//!
//! That is as far as a pool can see. Two jobs that run and wait for each other wait for ever, as two threads do that join
//! each other; so do the jobs of two pools that wait for each other's queues; and a job that waits for a message, say, keeps
//! its worker from the job that would send it.
//!
//! # Invariants
//!
//! 1. A job is run once at most. Whoever takes the closure out of `Queued`, with the mutex locked, runs it; who comes later
//!    finds none.
//! 2. A job that was accepted ends. As long as it is in the queue there is a worker to come for it (invariant 3), and if
//!    it leaves the queue in any other way, it is dropped, and its handle is told.
//! 3. Nothing that comes from the caller runs in a worker but where its panic is caught: neither a closure, nor the drop of
//!    a closure, a result, or what somebody panicked with. So a worker ends only when the queue is shut down and empty.
//! 4. A scope counts each job before anybody can run it, and counts it off after the last of its borrows is gone. Until
//!    the count is zero the scope does not end, whatever panics.
//! 5. A worker says that a job is done after its record does. So whoever joins the pool finds it idle, and `finished` up to
//!    date.
//! 6. A worker never joins a thread of its own pool, nor waits for room or idleness there.
//!
//! # Memory ordering
//!
//! All of it belongs to the mutexes, the event and the queue. There is one atomic, the number of a worker's thread. Other
//! threads do read it, to see whether it is *their* number; only the one that wrote it can find that it is.
//!
//! # A tempting mistake
//!
//! A job of a scope that is dropped before it began has to be counted off too. So the job lies beside a guard that does
//! that when it is dropped:
//!
//! ```text
//! struct Scoped {
//!     end: End,
//!     job: Box<dyn FnOnce() + Send>,
//! }
//! ```
//!
//! Fields are dropped in the order in which they stand there.
//!
//! 1. Alice opens a scope and spawns a job which owns a guard of a mutex on her stack, or anything else that looks at what
//!    it has borrowed when it is dropped. She waits.
//! 2. Bob shuts the pool down at once, and drops the job. First its `end`: the count is zero, and Alice is woken.
//! 3. Alice leaves the scope, and the function around it. The mutex is gone.
//! 4. Bob drops the `job`, and with it the guard, which unlocks whatever lies there now.
//!
//! No `unsafe` stands anywhere near: it is in [`Scope::spawn`], which promises that no job outlives its borrows, and two
//! lines elsewhere have to keep that promise. The mutant `ends-before-its-job` is this mistake, and the test
//! `a_scope_ends_after_the_jobs_that_were_dropped` finds it.

use std::error::Error;
use std::fmt;
use std::io;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use model::thread::{self, JoinHandle};
use mutex::Mutex;
use queue::{Shutdown, WorkQueue};

use job::Job;
use shared::{Shared, Worker};

pub use job::{JobError, JobHandle};
pub use scope::Scope;

mod job;
mod scope;
mod shared;

/// A fixed number of threads that take jobs from a queue.
///
/// What a thread has done before it submits a job *synchronizes before* the job; and the job's end synchronizes before
/// each return that has waited for it: of [`JobHandle::join`], [`scope`](ThreadPool::scope), [`join`](ThreadPool::join) and
/// [`shutdown`](ThreadPool::shutdown).
///
/// **Fairness.** Jobs leave the queue in the order in which they came, save those that somebody runs who waits for
/// them.
///
/// **Panics.** A panic is told to whoever holds the job's handle, or ends its scope. It changes nothing for the worker and
/// the other jobs.
///
/// **Dropping** the pool is [`shutdown`](ThreadPool::shutdown): it blocks until all that was submitted has been run. Only a
/// worker that drops its own pool does not wait; what is queued is run all the same.
///
/// # Example
///
/// ```
/// use pool::ThreadPool;
///
/// let pool = ThreadPool::new(4);
/// let sum = pool.submit(|| (1..=100).sum::<u32>())?;
/// pool.execute(|| println!("nobody waits for this"))?;
/// assert_eq!(sum.join()?, 5050);
/// pool.join();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ThreadPool {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// More threads than any system is likely to start. Names and records are made in advance, and no memory is to be wasted on
/// those of threads that there will never be.
const MAX_WORKERS: usize = 65_536;

/// How a pool is to be. See [`ThreadPool::builder`].
#[derive(Clone, Debug)]
#[must_use = "there is no pool until it is built"]
pub struct Builder {
    workers: usize,
    name: String,
    capacity: Option<usize>,
    when_full: WhenFull,
}

/// What a submission does if the queue has no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// Wait for room. Inside a worker of the pool, which might wait for itself: as [`WhenFull::RunInCaller`].
    #[default]
    Block,
    /// Refuse the job: [`SubmitError::Full`].
    Refuse,
    /// Run the job in the thread that submits it. So it has no time to submit the next. The job must not wait for
    /// anything that this thread would do later.
    RunInCaller,
}

impl Builder {
    /// How many threads. Default: as many as there are processors.
    ///
    /// # Panics
    ///
    /// If `workers` is zero.
    pub fn workers(mut self, workers: usize) -> Builder {
        assert!(workers > 0, "a pool needs a worker at least");
        self.workers = workers;
        self
    }

    /// What the threads are called: `name-0`, `name-1` and so on. Default: `worker`.
    ///
    /// # Panics
    ///
    /// If there is a zero byte in `name`: the system's names end with one.
    pub fn name(mut self, name: impl Into<String>) -> Builder {
        self.name = name.into();
        assert!(!self.name.contains('\0'), "a thread's name has no zero byte");
        self
    }

    /// How many jobs can be queued, beside those that run. Default: there is no limit.
    ///
    /// # Panics
    ///
    /// If `capacity` is zero.
    pub fn capacity(mut self, capacity: usize) -> Builder {
        assert!(capacity > 0, "a pool needs room for one job at least");
        self.capacity = Some(capacity);
        self
    }

    /// What a submission does if the queue has no room. Default: [`WhenFull::Block`].
    pub fn when_full(mut self, when_full: WhenFull) -> Builder {
        self.when_full = when_full;
        self
    }

    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// If the system cannot start that many, or if there are to be more than 65,536. Those that were started are ended
    /// again.
    pub fn build(self) -> io::Result<ThreadPool> {
        if self.workers > MAX_WORKERS {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a pool has no more than 65536 workers"));
        }
        let workers = (0..self.workers).map(|number| Worker::new(format!("{}-{number}", self.name))).collect();
        let jobs = self.capacity.map_or_else(WorkQueue::unbounded, WorkQueue::bounded);
        let shared = Arc::new(Shared { jobs, when_full: self.when_full, workers });
        // From here on, dropping it ends the threads.
        let pool = ThreadPool { shared, threads: Mutex::new(Vec::new()) };
        for (number, worker) in pool.shared.workers.iter().enumerate() {
            let shared = Arc::clone(&pool.shared);
            let thread = thread::try_spawn(&worker.name, move || shared.work(&shared.workers[number]))?;
            pool.threads.lock().push(thread);
        }
        Ok(pool)
    }
}

impl ThreadPool {
    /// A pool of so many threads, whose queue has no limit.
    ///
    /// # Panics
    ///
    /// If `workers` is zero, or if the system cannot start that many threads.
    pub fn new(workers: usize) -> ThreadPool {
        let pool = ThreadPool::builder().workers(workers).build();
        pool.unwrap_or_else(|error| panic!("cannot start {workers} threads: {error}"))
    }

    /// For a pool that differs from what [`new`](ThreadPool::new) makes.
    ///
    /// # Example
    ///
    /// A web server had rather turn a request away than let it wait behind a thousand others:
    ///
    /// ```
    /// use pool::{SubmitError, ThreadPool, WhenFull};
    ///
    /// let pool = ThreadPool::builder().workers(2).capacity(1_000).when_full(WhenFull::Refuse).name("request").build()?;
    /// match pool.execute(|| println!("here is your page")) {
    ///     Ok(()) => {}
    ///     Err(SubmitError::Full) => println!("we are busy: come back later"),
    ///     Err(SubmitError::ShutDown) => println!("we are closed"),
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn builder() -> Builder {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        Builder { workers, name: "worker".to_owned(), capacity: None, when_full: WhenFull::Block }
    }

    /// Has `job` run by one of the workers. Nobody waits for it, and nobody is told if it panics, but by the panic's
    /// message and in the [`stats`](ThreadPool::stats).
    ///
    /// Blocks while the queue has no room, if the pool was built to: see [`WhenFull`].
    ///
    /// # Errors
    ///
    /// [`SubmitError`]. The job is dropped then.
    #[track_caller]
    pub fn execute(&self, job: impl FnOnce() + Send + 'static) -> Result<(), SubmitError> {
        self.shared.put(Job::detached(job, Location::caller())).map_err(|refused| refused.why)
    }

    /// Has `job` run by one of the workers, and returns a handle that gets what it returns.
    ///
    /// Blocks while the queue has no room, if the pool was built to: see [`WhenFull`].
    ///
    /// # Errors
    ///
    /// [`SubmitError`]. The job is dropped then.
    ///
    /// # Example
    ///
    /// A job may submit others and wait for them, however few the workers are:
    ///
    /// ```
    /// use std::sync::Arc;
    /// use pool::ThreadPool;
    ///
    /// fn fibonacci(pool: &Arc<ThreadPool>, n: u64) -> u64 {
    ///     if n < 2 {
    ///         return n;
    ///     }
    ///     let inner = Arc::clone(pool);
    ///     let one = pool.submit(move || fibonacci(&inner, n - 1)).expect("the pool is open");
    ///     let two = fibonacci(pool, n - 2);
    ///     one.join().expect("the job does not panic") + two
    /// }
    ///
    /// assert_eq!(fibonacci(&Arc::new(ThreadPool::new(1)), 10), 55);
    /// ```
    #[track_caller]
    pub fn submit<R: Send + 'static>(
        &self,
        job: impl FnOnce() -> R + Send + 'static,
    ) -> Result<JobHandle<R>, SubmitError> {
        let (job, work) = Job::claimable(job, Location::caller());
        self.shared.put(job).map_err(|refused| refused.why)?;
        Ok(JobHandle::new(work, Arc::clone(&self.shared)))
    }

    /// Runs `body`, which may spawn jobs that borrow from the caller's stack, and returns when all of them have ended.
    ///
    /// Inside a job, the worker runs jobs of the scope itself while it waits.
    ///
    /// If the pool is shut down, the jobs are run by whoever spawns them.
    ///
    /// # Panics
    ///
    /// If `body` panics, or one of the jobs, with the same payload; and if a job was dropped by
    /// [`shutdown_now`](ThreadPool::shutdown_now). In each case after all jobs have ended.
    ///
    /// # Example
    ///
    /// ```
    /// let pool = pool::ThreadPool::new(2);
    /// let mut numbers = [1, 2, 3, 4];
    /// let (low, high) = numbers.split_at_mut(2);
    /// pool.scope(|scope| {
    ///     scope.spawn(|| low.reverse());
    ///     scope.spawn(|| high.reverse());
    /// });
    /// assert_eq!(numbers, [2, 1, 4, 3]);
    /// ```
    pub fn scope<'env, T>(&'env self, body: impl for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T) -> T {
        Scope::run(&self.shared, body)
    }

    /// Applies `operation` to each item, in parallel, and returns the results in the order of the items.
    ///
    /// # Panics
    ///
    /// If `operation` panics, with the same payload, after all jobs have ended: some items have been left out then. And if
    /// [`shutdown_now`](ThreadPool::shutdown_now) comes meanwhile.
    ///
    /// # Example
    ///
    /// ```
    /// let pool = pool::ThreadPool::new(2);
    /// assert_eq!(pool.map(&["a", "bc", "def"], |word| word.len()), [1, 2, 3]);
    /// ```
    #[track_caller]
    pub fn map<T: Sync, R: Send>(&self, items: &[T], operation: impl Fn(&T) -> R + Sync) -> Vec<R> {
        let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
        let (share, place) = (self.share(items.len()), Location::caller());
        self.scope(|scope| {
            let operation = &operation;
            for (items, results) in items.chunks(share).zip(results.chunks_mut(share)) {
                scope.spawn_from(place, move || {
                    for (item, result) in items.iter().zip(results) {
                        *result = Some(operation(item));
                    }
                });
            }
        });
        results.into_iter().map(|result| result.expect("the scope has ended")).collect()
    }

    /// Applies `operation` to each item, in parallel.
    ///
    /// # Panics
    ///
    /// As [`map`](ThreadPool::map).
    #[track_caller]
    pub fn for_each<T: Send>(&self, items: &mut [T], operation: impl Fn(&mut T) + Sync) {
        let (share, place) = (self.share(items.len()), Location::caller());
        self.scope(|scope| {
            let operation = &operation;
            for items in items.chunks_mut(share) {
                scope.spawn_from(place, move || items.iter_mut().for_each(operation));
            }
        });
    }

    /// How many of so many items make one job: few enough that each worker gets several, in case some take longer.
    fn share(&self, items: usize) -> usize {
        items.div_ceil(4 * self.workers()).max(1)
    }

    /// Blocks until the pool is idle: nothing is queued, and nothing runs.
    ///
    /// Once that has been so this returns, though others may have submitted more since.
    ///
    /// # Panics
    ///
    /// From inside a worker of this pool, whose own job is not done before this returns: it would wait for ever.
    pub fn join(&self) {
        self.assert_outside();
        self.shared.jobs.join();
    }

    /// Blocks as [`join`](ThreadPool::join) does, for no longer than `timeout`. False: the time ran out.
    ///
    /// # Panics
    ///
    /// As [`join`](ThreadPool::join).
    pub fn join_timeout(&self, timeout: Duration) -> bool {
        self.assert_outside();
        self.shared.jobs.join_timeout(timeout)
    }

    fn assert_outside(&self) {
        assert!(!self.shared.is_worker(), "a job waits until its own pool is idle: that would be never");
    }

    /// Accepts no more jobs, and blocks until those that were submitted have been run and the threads have ended.
    ///
    /// What jobs submit meanwhile is refused as well. May be called again, and by several threads at once: each waits.
    /// From inside a worker it does not wait.
    pub fn shutdown(&self) {
        self.end(Shutdown::Drain);
    }

    /// Accepts no more jobs, drops those that are queued, and blocks until those that run have ended, and the threads.
    ///
    /// The handles of what is dropped say [`JobError::Dropped`]. May be called again, and while another thread waits in
    /// [`shutdown`](ThreadPool::shutdown), which is done the sooner. From inside a worker it does not wait.
    pub fn shutdown_now(&self) {
        self.end(Shutdown::Immediate);
    }

    fn end(&self, how: Shutdown) {
        self.shared.jobs.shutdown(how);
        // Invariant 6: it would wait for itself, or two of them for each other.
        if !self.shared.is_worker() {
            // With the mutex locked: who comes second waits as well.
            self.threads.lock().drain(..).for_each(JoinHandle::join);
        }
    }

    /// How many threads there are.
    pub fn workers(&self) -> usize {
        self.shared.workers.len()
    }

    /// How many jobs are queued, beside those that run. They may be more or fewer by the time that this returns.
    ///
    /// A job that was run by somebody who waits for it stays in the queue until a worker comes across it.
    pub fn queued(&self) -> usize {
        self.shared.jobs.len()
    }

    /// How many workers run a job. They may be more or fewer by the time that this returns.
    pub fn active(&self) -> usize {
        self.shared.workers.iter().filter(|worker| worker.record.lock().running.is_some()).count()
    }

    /// How the pool is doing, in one look.
    ///
    /// All workers are looked at in one moment, and the queue after them. So no job is counted twice; one that is just on
    /// its way from the queue to its worker is not counted.
    ///
    /// # Example
    ///
    /// ```
    /// let pool = pool::ThreadPool::new(2);
    /// pool.map(&[1, 2, 3], |number| number * number);
    /// pool.join();
    /// let stats = pool.stats();
    /// assert_eq!((stats.workers, stats.queued, stats.active, stats.finished, stats.panicked), (2, 0, 0, 3, 0));
    /// ```
    pub fn stats(&self) -> Stats {
        let records: Vec<_> = self.shared.workers.iter().map(|worker| worker.record.lock()).collect();
        Stats {
            workers: records.len(),
            // Not before the records are locked: its job might be taken, begun, and counted again.
            queued: self.shared.jobs.len(),
            active: records.iter().filter(|record| record.running.is_some()).count(),
            finished: records.iter().map(|record| record.finished).sum(),
            panicked: records.iter().map(|record| record.panicked).sum(),
        }
    }

    /// What each worker does, and has done: a thread dump of the pool.
    ///
    /// # Example
    ///
    /// ```
    /// use std::sync::Barrier;
    ///
    /// let pool = pool::ThreadPool::new(1);
    /// let barrier = Barrier::new(2);
    /// pool.scope(|scope| {
    ///     scope.spawn(|| {
    ///         barrier.wait();
    ///         barrier.wait();
    ///     });
    ///     barrier.wait(); // Now the job runs.
    ///     for worker in pool.dump() {
    ///         let place = worker.running.expect("there is one worker, and it has a job");
    ///         println!("{} runs the job from {place}", worker.name); // worker-0 runs the job from src/main.rs:6:11
    ///     }
    ///     barrier.wait();
    /// });
    /// ```
    pub fn dump(&self) -> Vec<WorkerDump> {
        let dump = |worker: &Worker| {
            let record = worker.record.lock();
            WorkerDump {
                name: worker.name.clone(),
                running: record.running,
                finished: record.finished,
                panicked: record.panicked,
            }
        };
        self.shared.workers.iter().map(dump).collect()
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("ThreadPool");
        debug.field("workers", &self.workers()).field("jobs", &self.shared.jobs).finish_non_exhaustive()
    }
}

/// How a pool is doing. See [`ThreadPool::stats`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// How many threads there are.
    pub workers: usize,
    /// How many jobs are queued.
    pub queued: usize,
    /// How many workers have a job.
    pub active: usize,
    /// How many jobs the workers have been through. A job that was run by somebody who waited for it is counted once a
    /// worker has come across it.
    pub finished: u64,
    /// How many jobs of [`execute`](ThreadPool::execute) panicked. Of the others, a handle or a scope tells.
    pub panicked: u64,
}

/// What a worker does, and has done. See [`ThreadPool::dump`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerDump {
    /// The name of its thread.
    pub name: String,
    /// Where the job that it runs was submitted.
    pub running: Option<&'static Location<'static>>,
    /// How many jobs it has been through.
    pub finished: u64,
    /// How many jobs of [`execute`](ThreadPool::execute) panicked in it.
    pub panicked: u64,
}

/// A job was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitError {
    /// The queue is full, and the pool was built to refuse jobs then.
    Full,
    /// The pool is shut down.
    ShutDown,
}

impl fmt::Display for SubmitError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            SubmitError::Full => "the pool's queue is full",
            SubmitError::ShutDown => "the pool is shut down",
        })
    }
}

impl Error for SubmitError {}
