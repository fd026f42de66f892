//! Jobs that borrow from the stack.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::mem;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::Arc;

use condvar::Condvar;
use mutex::Mutex;

use crate::job::{Job, Payload, Place, Run, bury};
use crate::shared::Shared;

/// Where jobs are spawned that borrow from the stack. See [`ThreadPool::scope`](crate::ThreadPool::scope).
///
/// They may borrow what outlives the scope, and nothing that ends earlier:
///
/// ```compile_fail,E0373
/// let pool = pool::ThreadPool::new(1);
/// pool.scope(|scope| {
///     let inside = 1;
///     scope.spawn(|| println!("{inside}")); // `inside` is gone when the body returns, and the job may not have begun
/// });
/// ```
///
/// Nor can anybody use in the meantime what a job has borrowed to change:
///
/// ```compile_fail,E0499
/// let pool = pool::ThreadPool::new(1);
/// let mut number = 0;
/// pool.scope(|scope| {
///     scope.spawn(|| number += 1);
///     scope.spawn(|| number += 1);
/// });
/// ```
pub struct Scope<'scope, 'env: 'scope> {
    pool: &'scope Shared,
    /// The thread of the scope is a worker: while it waits, it runs jobs of the scope that nobody has begun.
    helps: bool,
    ends: Ends,
    /// Invariant in both, as in std: were one of them shortened, a job could borrow what is gone before the scope ends.
    borrows: PhantomData<(&'scope mut &'scope (), &'env mut &'env ())>,
}

/// How the jobs of a scope end.
struct Ends {
    state: Mutex<State>,
    /// The last job has ended, or there is one to help with.
    changed: Condvar,
}

/// What the mutex protects.
struct State {
    /// How many jobs have not ended.
    pending: usize,
    /// The jobs that the thread of the scope may run, if it helps. Others may have begun them.
    to_help: VecDeque<Arc<dyn Run>>,
    /// What the first job to panic panicked with.
    panic: Option<Payload>,
}

impl<'scope, 'env> Scope<'scope, 'env> {
    /// Runs `body`, and then waits for the jobs.
    pub(crate) fn run<T>(pool: &Shared, body: impl for<'s> FnOnce(&'s Scope<'s, 'env>) -> T) -> T {
        let state = State { pending: 0, to_help: VecDeque::new(), panic: None };
        let scope = Scope {
            pool,
            helps: pool.is_worker(),
            ends: Ends { state: Mutex::new(state), changed: Condvar::new() },
            borrows: PhantomData,
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| body(&scope)));
        // From here on nothing panics before the last job has ended: they borrow from the stack above (invariant 4).
        let panic = scope.ends.wait();
        match (outcome, panic) {
            (Ok(value), None) => value,
            (Err(panic), second) => {
                bury(second);
                resume_unwind(panic)
            }
            (Ok(_), Some(panic)) => resume_unwind(panic),
        }
    }

    /// Spawns a job, which may borrow what outlives the scope.
    ///
    /// It may spawn others. Blocks while the pool's queue has no room, if the pool was built to. Where a submission would
    /// be refused, because the queue is full or the pool is shut down, the job is run here and now.
    #[track_caller]
    pub fn spawn(&'scope self, job: impl FnOnce() + Send + 'scope) {
        self.spawn_from(Location::caller(), job);
    }

    /// Spawns a job on behalf of whoever is at `place`.
    pub(crate) fn spawn_from(&'scope self, place: Place, job: impl FnOnce() + Send + 'scope) {
        let job: Box<dyn FnOnce() + Send + 'scope> = Box::new(job);
        // SAFETY: whoever spawns must do with any 'scope. So what the job borrows outlives 'env, or is the scope itself: all
        // of it is there until `run` returns. That comes after the `End` below was dropped, and this after the job was
        // run or dropped (invariant 4).
        let job = unsafe { mem::transmute::<Box<dyn FnOnce() + Send + 'scope>, Box<dyn FnOnce() + Send>>(job) };
        // SAFETY: the same. The `End` looks at it no more once it has unlocked the mutex in there.
        let ends: &'static Ends = unsafe { &*ptr::from_ref(&self.ends) };
        let scoped = Scoped { job, end: End { ends, begun: false } };
        let (job, work) = Job::claimable(|| scoped.run(), place);
        let mut state = ends.state.lock();
        state.pending += 1;
        if self.helps {
            state.to_help.push_back(work);
        }
        drop(state);
        // The thread of the scope waits already, if this is called by one of its jobs.
        if self.helps {
            ends.changed.notify_one();
        }
        if let Err(refused) = self.pool.put(job) {
            refused.job.run();
        }
    }
}

impl Ends {
    /// Waits until all jobs have ended, and helps with those that nobody has begun. Returns the first panic.
    fn wait(&self) -> Option<Payload> {
        let mut state = self.state.lock();
        loop {
            // The oldest first, as the queue would: a job may well wait for what an older one has to say.
            if let Some(job) = state.to_help.pop_front() {
                drop(state);
                job.run();
                state = self.state.lock();
            } else if state.pending > 0 {
                self.changed.wait(&mut state);
            } else {
                return state.panic.take();
            }
        }
    }
}

/// A job of a scope, and what counts it as ended.
///
/// The job is in a box of its own. A function must not outlive a reference that it was passed: so the one that drops
/// the `End`, after which all that the job borrows may be gone, must not have been passed the job itself.
struct Scoped {
    // Fields are dropped in the order in which they stand here: a job that nobody has begun is gone before it has ended
    // (invariant 4).
    job: Box<dyn FnOnce() + Send>,
    end: End,
}

impl Scoped {
    /// Runs the job, and keeps its panic for the scope.
    fn run(mut self) {
        self.end.begun = true;
        if let Err(panic) = catch_unwind(AssertUnwindSafe(self.job)) {
            self.end.panicked(panic);
        }
    }
}

/// Counts a job of a scope as ended when it is dropped.
struct End {
    ends: &'static Ends,
    begun: bool,
}

impl End {
    /// Keeps the first panic, and buries the others.
    fn panicked(&self, panic: Payload) {
        let mut state = self.ends.state.lock();
        let second = if state.panic.is_none() { state.panic.replace(panic) } else { Some(panic) };
        drop(state);
        bury(second);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        if !self.begun {
            self.panicked(Box::new("a job of this scope was dropped before it began: the pool was shut down"));
        }
        let mut state = self.ends.state.lock();
        state.pending -= 1;
        if state.pending == 0 {
            // With the mutex locked: once it is unlocked, the scope may be gone.
            self.ends.changed.notify_one();
        }
    }
}
