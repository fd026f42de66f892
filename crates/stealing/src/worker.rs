//! What a worker does: its own jobs, and those of others.

use std::cell::{Cell, OnceCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use crossbeam_deque::{Injector, Steal, Stealer, Worker as Deque};
use model::sync::atomic::{AtomicBool, Ordering};
use model::thread;

use crate::idlers::Idlers;
use crate::job::{Flag, JobRef, StackJob, bury};

/// What the workers share.
pub(crate) struct Shared {
    pub(crate) idlers: Idlers,
    /// Jobs from outside.
    pub(crate) injector: Injector<JobRef>,
    /// Each worker's deque, as the others see it.
    stealers: Box<[Stealer<JobRef>]>,
    closed: AtomicBool,
}

impl Shared {
    pub(crate) fn new(deques: &[Deque<JobRef>]) -> Shared {
        Shared {
            idlers: Idlers::new(deques.len()),
            injector: Injector::new(),
            stealers: deques.iter().map(Deque::stealer).collect(),
            closed: AtomicBool::new(false),
        }
    }

    /// How many workers there are.
    pub(crate) fn workers(&self) -> usize {
        self.stealers.len()
    }

    /// Lets the workers go home.
    pub(crate) fn close(&self) {
        // ORDERING: Relaxed; nothing is published. The fences of the calls make sure that it is seen.
        self.closed.store(true, Ordering::Relaxed);
        (0..self.workers()).for_each(|worker| self.idlers.call(worker));
    }

    /// Whether there is a job anywhere.
    fn has_jobs(&self) -> bool {
        !self.injector.is_empty() || self.stealers.iter().any(|stealer| !stealer.is_empty())
    }
}

thread_local! {
    /// The worker that this thread is, if it is one.
    static WORKER: OnceCell<Worker> = const { OnceCell::new() };
}

/// One of the threads, as it sees itself.
pub(crate) struct Worker {
    number: usize,
    deque: Deque<JobRef>,
    /// Whose deque to look at first: there was something last time.
    victim: Cell<usize>,
    shared: Arc<Shared>,
}

impl Worker {
    /// Calls `body` with the worker of this pool that the calling thread is, if it is one.
    pub(crate) fn current<T>(shared: &Shared, body: impl FnOnce(Option<&Worker>) -> T) -> T {
        WORKER.with(|worker| body(worker.get().filter(|worker| std::ptr::eq(&*worker.shared, shared))))
    }

    /// What the thread of worker `number` does until the pool is closed.
    pub(crate) fn work(number: usize, deque: Deque<JobRef>, shared: Arc<Shared>) {
        let worker = Worker { number, deque, victim: Cell::new(0), shared };
        WORKER.with(|current| {
            let worker = current.get_or_init(|| worker);
            // ORDERING: Relaxed; nothing comes along with it.
            worker.work_until(|| worker.shared.closed.load(Ordering::Relaxed));
        });
    }

    /// Runs both, `b` on another worker if one comes by for it. See [`StealingPool::join`](crate::StealingPool::join).
    // ANCHOR: join
    pub(crate) fn join<A, B, RA, RB>(&self, a: A, b: B) -> (RA, RB)
    where
        A: FnOnce() -> RA,
        B: FnOnce() -> RB + Send,
        RB: Send,
    {
        let b = StackJob::new(b, Flag::new(self.number));
        // SAFETY: it is asked for once. Nothing below unwinds, or moves `b`, until nobody else
        // knows of it (invariant 1).
        self.deque.push(unsafe { b.reference() });
        self.shared.idlers.call_one();
        let a = catch_unwind(AssertUnwindSafe(a));
        // What is on top is `b` (invariant 2). To pop it throws its only reference away.
        if self.deque.pop().is_none() {
            self.work_until(|| b.latch().is_set());
        }
        // From here on nobody else knows of `b`.
        match a {
            Ok(a) => (a, b.into_outcome()),
            Err(panic) => {
                bury(b);
                resume_unwind(panic)
            }
        }
    }
    // ANCHOR_END: join

    /// Does what others have to do, until `done`. Never unwinds: jobs keep their panics.
    // ANCHOR: work_until
    fn work_until(&self, done: impl Fn() -> bool) {
        while !done() {
            if let Some(job) = self.steal().or_else(|| self.look(&done)) {
                job.run(&self.shared.idlers);
            }
        }
    }

    /// Looks for a job, and sleeps while there is none. `None`: it is `done`.
    #[cold]
    fn look(&self, done: &impl Fn() -> bool) -> Option<JobRef> {
        /// Before it sleeps. To be woken takes longer than most jobs: so many turns are given away first.
        const LOOKS: usize = 32;
        let idlers = &self.shared.idlers;
        idlers.start_looking();
        let job = 'looking: loop {
            for _ in 0..LOOKS {
                if done() {
                    break 'looking None;
                }
                if let Some(job) = self.steal() {
                    break 'looking Some(job);
                }
                thread::yield_now();
            }
            idlers.lie_down(self.number, || done() || self.shared.has_jobs());
        };
        idlers.stop_looking();
        job
    }
    // ANCHOR_END: work_until

    /// Takes the oldest job of another worker, or else one from outside: what was begun is finished first.
    // ANCHOR: steal
    fn steal(&self) -> Option<JobRef> {
        let workers = self.shared.workers();
        loop {
            let mut again = false;
            let mut taken = |steal| match steal {
                Steal::Success(job) => Some(job),
                Steal::Empty => None,
                // Somebody else took one at the same moment. There may be more.
                Steal::Retry => {
                    again = true;
                    None
                }
            };
            for step in 0..workers {
                let victim = (self.victim.get() + step) % workers;
                if let Some(job) = taken(self.shared.stealers[victim].steal()) {
                    self.victim.set(victim);
                    return Some(job);
                }
            }
            let job = taken(self.shared.injector.steal());
            if job.is_some() || !again {
                return job;
            }
        }
    }
    // ANCHOR_END: steal
}
