//! Jobs that lie on the stack of whoever waits for them: the one unsafe part.

use std::cell::UnsafeCell;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use event::Event;
use model::sync::atomic::{AtomicBool, Ordering};

use crate::idlers::Idlers;

/// What lies in the deques: where a job is, and how to run it.
pub(crate) struct JobRef {
    job: *const (),
    run: unsafe fn(*const (), &Idlers),
}

// SAFETY: `StackJob::reference` asks for a closure and a result that may go to another thread, and for a latch that
// threads may share.
unsafe impl Send for JobRef {}

impl JobRef {
    /// Runs the job, and tells whoever waits for it.
    pub(crate) fn run(self, idlers: &Idlers) {
        // SAFETY: there is one reference to each job, as `reference` asks, and this has used it up. The job is where
        // it was, since nobody has told its owner that it has ended.
        unsafe { (self.run)(self.job, idlers) }
    }
}

/// A job on the stack, and what has become of it.
pub(crate) struct StackJob<F, R, L> {
    /// Belongs to whoever holds the reference; from the setting of the latch on to the owner again.
    stage: UnsafeCell<Stage<F, R>>,
    latch: L,
}

/// How far a job has come.
enum Stage<F, R> {
    Waiting(F),
    Running,
    Ended(thread::Result<R>),
}

impl<F: FnOnce() -> R + Send, R: Send, L: Latch + Sync> StackJob<F, R, L> {
    pub(crate) fn new(job: F, latch: L) -> StackJob<F, R, L> {
        StackJob { stage: UnsafeCell::new(Stage::Waiting(job)), latch }
    }

    /// What is set when the job has ended.
    pub(crate) fn latch(&self) -> &L {
        &self.latch
    }

    /// A reference to the job, to be run by anybody.
    ///
    /// # Safety
    ///
    /// It is asked for once. The job stays where it is, and all that it borrows stays as well, until the latch is set
    /// or the reference has been taken back and thrown away. That includes panics.
    pub(crate) unsafe fn reference(&self) -> JobRef {
        JobRef { job: (&raw const *self).cast(), run: Self::run }
    }

    /// # Safety
    ///
    /// `this` is the job that its reference was made of, and nobody else runs it.
    unsafe fn run(this: *const (), idlers: &Idlers) {
        // SAFETY: it is such a job, and it is there until the latch is set, below.
        let this = unsafe { &*this.cast::<Self>() };
        // SAFETY: the stage belongs to whoever has the reference, until the latch is set.
        let stage = unsafe { &mut *this.stage.get() };
        if let Stage::Waiting(job) = mem::replace(stage, Stage::Running) {
            *stage = Stage::Ended(catch_unwind(AssertUnwindSafe(job)));
        }
        this.latch.set(idlers);
    }

    /// What the job has returned. If nobody has begun it, it is run now.
    ///
    /// It takes the job by value: who can move it has no reference to it any more.
    pub(crate) fn into_outcome(self) -> R {
        match self.stage.into_inner() {
            Stage::Waiting(job) => job(),
            Stage::Running => unreachable!("the latch was set before the job had ended"),
            Stage::Ended(outcome) => outcome.unwrap_or_else(|panic| resume_unwind(panic)),
        }
    }
}

/// How somebody hears that a job has ended.
pub(crate) trait Latch {
    /// The job has ended, and *synchronizes before* whatever sees it.
    ///
    /// The latch may be gone before this returns, and is not touched once it is set.
    fn set(&self, idlers: &Idlers);
}

/// For threads that have nothing else to do.
impl Latch for Event {
    fn set(&self, _: &Idlers) {
        self.set();
    }
}

/// For a worker, who does something else meanwhile, and looks now and then.
pub(crate) struct Flag {
    up: AtomicBool,
    owner: usize,
}

impl Flag {
    pub(crate) fn new(owner: usize) -> Flag {
        Flag { up: AtomicBool::new(false), owner }
    }

    pub(crate) fn is_set(&self) -> bool {
        // ORDERING: Acquire pairs with the Release in `set`.
        self.up.load(Ordering::Acquire)
    }
}

impl Latch for Flag {
    fn set(&self, idlers: &Idlers) {
        let owner = self.owner;
        // ORDERING: Release pairs with the Acquire in `is_set`.
        self.up.store(true, Ordering::Release);
        // From here on the flag may be gone.
        idlers.call(owner);
    }
}

/// Drops what nobody waits for, even if that panics. What it panics with is never dropped: that might panic as well.
pub(crate) fn bury<T>(value: T) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        mem::forget(panic);
    }
}
