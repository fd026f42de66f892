//! A pool for work that splits: each worker has jobs of its own, and whoever has none steals.
//!
//! The thread pool in the crate `pool` has one queue. That is right for jobs that come from outside, one by one. But
//! let a job split its work in two, and each half again, until there are thirty thousand jobs of a few nanoseconds:
//! then every worker is at the queue all the time, to put or to take, and they wait for each other more than they work.
//!
//! Think of a large kitchen again, in which the cooks do not queue up at one rail. Each has a stack of slips beside the
//! board: whoever splits an order keeps one half in hand and puts the other *on top* of the stack, and takes it from
//! there when the first is done. Only a cook whose stack is empty walks over to another, and takes the slip at the
//! *bottom*.
//!
//! # State
//!
//! - For each worker a *deque*, a queue with two ends. Its owner pushes and pops at one end, thieves take from the
//!   other. It is crossbeam's; the owner hardly ever meets a thief there, and pays for that no more than a fence.
//! - The *injector*: a queue for jobs from outside.
//! - The [`idlers`]: who has nothing to do. A module of its own, as it is the part that can lose a wake-up.
//! - The jobs themselves lie on the stacks of those who wait for them. What lies in the deques is where they are.
//!
//! # Protocol
//!
//! - **[`join`](StealingPool::join)`(a, b)` in a worker** puts `b` on its deque, calls somebody if others sleep, and
//!   runs `a`. Then it takes `b` back and runs it too. If `b` is gone, it has been stolen, and the worker *helps*: it
//!   steals what others have to do, until `b` has ended.
//! - **[`install`](StealingPool::install) from outside** puts the job into the injector, and sleeps until it has ended.
//! - **A worker without a job** goes round: the other deques, then the injector. After 32 rounds in vain it lies down.
//!
//! Last in, first out for the owner: what was split last is the smallest and still in the cache. So the depth of the
//! stack is that of the splitting, as it would be without a pool. First in, first out for thieves: what was split first
//! is the largest, and who has stolen it is busy for long. So most jobs never leave the worker that made them.
//!
//! ```text
//!                 ┌──────────────┬──────────────┬──────────────┐
//!  thieves  ◂──── │ half of all  │ a quarter    │ an eighth    │ ◂───▸  owner
//!                 └──────────────┴──────────────┴──────────────┘
//! ```
//!
//! # Invariants
//!
//! 1. `join` neither returns nor unwinds before `b` has ended or has been taken back. So whoever runs `b` finds it
//!    where it was, with all that it borrows from the stacks below. A panic in `a` is kept until then.
//! 2. When `a` has ended, the deque is as it was when `a` began, except for what was stolen: each `join` in there has
//!    taken back what it had put, or lost it. So on top lies `b`, or nothing: thieves take the oldest first, and
//!    whoever took `b` had taken all below it.
//! 3. Each job lies in one place, once. Whoever takes it from there runs it.
//! 4. Once a job's latch is set, whoever ran it touches it no more: its owner may have left the place where it lay.
//! 5. A worker waits only for what somebody is running. And what it helps with waits for its own halves only, never for
//!    what lies further down on the same stack.
//!
//! # Memory ordering
//!
//! What the owner has written before `join` comes to the thief with the job: the deque's push is a Release, its steal
//! an Acquire. What the thief has written comes back with the latch, in the same way. That leaves the call: a job is
//! put down, and then somebody is looked for who sleeps. [`idlers`] tells why this takes a `SeqCst` fence on each side.
//!
//! # A tempting mistake
//!
//! If `a` panics, nobody will ask for the results. Why not let the panic go on at once?
//!
//! ```text
//! let a = a();
//! ```
//!
//! 1. Alice is in `join`. Her `b` lies on her stack, and borrows a vector from there.
//! 2. Bob steals `b`, and begins to sort the vector.
//! 3. Alice's `a` panics. The panic leaves `join`, and drops the vector. Somewhere further down it is caught, and Alice
//!    calls other functions, whose variables come to lie where `b` and its latch were.
//! 4. Bob goes on sorting, and then sets the latch.
//!
//! The mutant `leaves-at-a-panic` is this mistake, and the test `a_panic_in_a_waits_for_a_stolen_b` finds it.

use std::fmt;
use std::sync::Arc;

use crossbeam_deque::Worker as Deque;
use event::Event;
use model::thread::{self, JoinHandle};

use job::StackJob;
use worker::{Shared, Worker};

pub mod idlers;
mod job;
mod worker;

/// A fixed number of threads for work that splits itself.
///
/// What comes before a [`join`](StealingPool::join) or [`install`](StealingPool::install) *synchronizes before* the
/// closures, and these *synchronize before* its return.
///
/// **Fairness.** None among jobs from outside and the work of those that have begun: what was begun is finished first.
///
/// **Blocking.** The pool is made for jobs that compute. One that waits for a lock for long, or for the network, takes
/// a worker away; one that waits for another job by other means than `join` may wait for ever, since nobody promises
/// that `b` runs beside `a`.
///
/// **Dropping** the pool ends its threads. There is nothing left to do then: whoever had something to be done has
/// waited for it.
///
/// # Example
///
/// ```
/// use stealing::StealingPool;
///
/// fn sum(pool: &StealingPool, numbers: &[u64]) -> u64 {
///     if numbers.len() <= 1_000 {
///         return numbers.iter().sum();
///     }
///     let (left, right) = numbers.split_at(numbers.len() / 2);
///     let (left, right) = pool.join(|| sum(pool, left), || sum(pool, right));
///     left + right
/// }
///
/// let numbers: Vec<u64> = (1..=100_000).collect();
/// let pool = StealingPool::new(4);
/// assert_eq!(sum(&pool, &numbers), 5_000_050_000);
/// ```
pub struct StealingPool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl StealingPool {
    /// A pool of so many threads.
    ///
    /// # Panics
    ///
    /// If `workers` is zero or more than 65,535, or if the system cannot start that many threads.
    pub fn new(workers: usize) -> StealingPool {
        assert!(workers > 0, "a pool needs a worker at least");
        // Its owner takes the newest; thieves always take the oldest.
        let deques: Vec<_> = (0..workers.min(idlers::MAX_WORKERS + 1)).map(|_| Deque::new_lifo()).collect();
        // From the first thread on, dropping it ends those that were started.
        let mut pool = StealingPool { shared: Arc::new(Shared::new(&deques)), threads: Vec::new() };
        for (number, deque) in deques.into_iter().enumerate() {
            let shared = Arc::clone(&pool.shared);
            let thread = thread::try_spawn(&format!("stealer-{number}"), move || Worker::work(number, deque, shared));
            pool.threads.push(thread.unwrap_or_else(|error| panic!("cannot start {workers} threads: {error}")));
        }
        pool
    }

    /// Runs `job` in one of the workers, and blocks until it has ended. In a worker of this pool, it runs here and now.
    ///
    /// A worker of *another* pool blocks as any other thread does, and does nothing else meanwhile. So if the jobs of two
    /// pools wait for each other's, all workers of both may end up waiting, for good.
    ///
    /// # Panics
    ///
    /// If `job` does, with the same payload.
    pub fn install<R: Send>(&self, job: impl FnOnce() -> R + Send) -> R {
        if Worker::current(&self.shared, |worker| worker.is_some()) {
            return job();
        }
        let job = StackJob::new(job, Event::new());
        // SAFETY: it is asked for once. Between here and the end of the wait nothing unwinds, and the job stays.
        self.shared.injector.push(unsafe { job.reference() });
        self.shared.idlers.call_one();
        job.latch().wait();
        job.into_outcome()
    }

    /// Runs `a` and `b`, at the same time if a worker has nothing else to do, and returns what both return.
    ///
    /// Called in a worker, `a` runs there. From outside, all of it is run in the pool, and the caller sleeps.
    ///
    /// # Panics
    ///
    /// If `a` or `b` does, with the same payload, after both have ended; with that of `a`, if both do. If `a` panics
    /// and nobody has begun `b`, then `b` is dropped.
    pub fn join<RA: Send, RB: Send>(&self, a: impl FnOnce() -> RA + Send, b: impl FnOnce() -> RB + Send) -> (RA, RB) {
        Worker::current(&self.shared, |worker| match worker {
            Some(worker) => worker.join(a, b),
            None => self.install(|| self.join(a, b)),
        })
    }

    /// Applies `operation` to each item, in parallel.
    ///
    /// # Panics
    ///
    /// If `operation` does, with the same payload. Some items may have been left out then.
    ///
    /// # Example
    ///
    /// ```
    /// let pool = stealing::StealingPool::new(2);
    /// let mut numbers = [1, 2, 3, 4];
    /// pool.for_each(&mut numbers, |number| *number *= 10);
    /// assert_eq!(numbers, [10, 20, 30, 40]);
    /// ```
    pub fn for_each<T: Send>(&self, items: &mut [T], operation: impl Fn(&mut T) + Sync) {
        let piece = self.piece(items.len());
        self.halve(items, piece, &|items| items.iter_mut().for_each(&operation));
    }

    /// Applies `operation` to each item, in parallel, and returns the results in the order of the items.
    ///
    /// # Panics
    ///
    /// As [`for_each`](StealingPool::for_each).
    ///
    /// # Example
    ///
    /// ```
    /// let pool = stealing::StealingPool::new(2);
    /// assert_eq!(pool.map(&["a", "bc", "def"], |word| word.len()), [1, 2, 3]);
    /// ```
    pub fn map<T: Sync, R: Send>(&self, items: &[T], operation: impl Fn(&T) -> R + Sync) -> Vec<R> {
        let mut results: Vec<(&T, Option<R>)> = items.iter().map(|item| (item, None)).collect();
        self.for_each(&mut results, |(item, result)| *result = Some(operation(item)));
        results.into_iter().map(|(_, result)| result.expect("each item had its turn")).collect()
    }

    /// Splits `items` in halves, down to so many in a piece.
    fn halve<T: Send>(&self, items: &mut [T], piece: usize, operation: &(impl Fn(&mut [T]) + Sync)) {
        if items.len() <= piece {
            return operation(items);
        }
        let (left, right) = items.split_at_mut(items.len() / 2);
        self.join(|| self.halve(left, piece, operation), || self.halve(right, piece, operation));
    }

    /// How many of so many items make one job: few enough that each worker gets several, in case some take longer.
    fn piece(&self, items: usize) -> usize {
        items.div_ceil(8 * self.workers()).max(1)
    }

    /// How many threads there are.
    pub fn workers(&self) -> usize {
        self.shared.workers()
    }
}

impl Drop for StealingPool {
    fn drop(&mut self) {
        self.shared.close();
        self.threads.drain(..).for_each(JoinHandle::join);
    }
}

impl fmt::Debug for StealingPool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StealingPool").field("workers", &self.workers()).finish_non_exhaustive()
    }
}
