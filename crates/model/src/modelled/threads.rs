//! Threads: loom's, with names, and with the number by which the record knows them.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::recorder::{self, Action, Failure, MAX_THREADS, Place, State, Thread};
use super::sleep::unless_others_can_run;

/// In words of eight bytes: enough for an assertion to format its message.
const STACK: usize = 16 * 1024;

/// Starts a thread called `name`.
///
/// # Panics
///
/// Never: one thread too many ends the check.
#[track_caller]
pub fn spawn<T: Send + 'static>(name: &str, body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let place = Location::caller();
    let access = recorder::enter(None, "spawn", place);
    let result = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&result);
    let thread = recorder::with(|recorder| {
        recorder.log.threads.push(Thread::new(name));
        recorder.log.threads.len() - 1
    });
    if thread >= MAX_THREADS {
        recorder::with(|recorder| recorder.log.threads.pop());
        recorder::stop(Failure::TooManyThreads { place });
    }
    let handle = loom::thread::Builder::new().stack_size(STACK).spawn(move || {
        recorder::with(|recorder| recorder.current = thread);
        recorder::guard(|| {
            let value = body();
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
            finish(thread, place);
        });
    });
    access.record(Action::Spawn { thread });
    JoinHandle { thread, result, handle: handle.expect("loom's spawn does not fail") }
}

/// Starts a thread called `name`.
///
/// # Errors
///
/// None: one thread too many ends the check.
#[track_caller]
pub fn try_spawn<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    Ok(spawn(name, body))
}

/// Notes that `thread` has reached its end, and that those who cannot go on without it may never go on.
pub(super) fn finish(thread: usize, place: Place) {
    recorder::enter(None, "finish", place).record(Action::Finish);
    let done = recorder::with(|recorder| {
        recorder.log.threads[thread].state = State::Finished;
        recorder.log.threads.iter().all(|thread| matches!(thread.state, State::Finished))
    });
    if !done {
        unless_others_can_run(true, Some(Failure::Deadlock));
    }
}

/// A thread that can be joined. Dropping the handle lets the thread run on.
pub struct JoinHandle<T> {
    thread: usize,
    result: Arc<Mutex<Option<T>>>,
    handle: loom::thread::JoinHandle<()>,
}

impl<T> JoinHandle<T> {
    /// Blocks until the thread has ended, and returns what it returned.
    ///
    /// # Panics
    ///
    /// Never: a panic of the thread ends the check.
    #[track_caller]
    pub fn join(self) -> T {
        join(self.thread, self.handle, Location::caller());
        take(&self.result)
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "JoinHandle({})", self.thread)
    }
}

fn join(target: usize, handle: loom::thread::JoinHandle<()>, place: Place) {
    let access = recorder::enter(None, "join", place);
    let thread = access.thread;
    let waits = recorder::with(|recorder| {
        let waits = !matches!(recorder.log.threads[target].state, State::Finished);
        if waits {
            recorder.log.threads[thread].state = State::Joining { thread: target, place };
        }
        waits
    });
    if waits {
        unless_others_can_run(true, Some(Failure::Deadlock));
    }
    if handle.join().is_err() {
        unreachable!("a panic of a modelled thread ends the check");
    }
    recorder::resume(thread);
    access.record(Action::Join { thread: target });
}

fn take<T>(result: &Mutex<Option<T>>) -> T {
    let value = result.lock().unwrap_or_else(PoisonError::into_inner).take();
    value.expect("a thread that has been joined has left its result")
}

/// Runs `body`, which may spawn threads that borrow from the caller, and joins them before it returns.
#[track_caller]
pub fn scope<'env, T>(body: impl for<'scope> FnOnce(Scope<'scope, 'env>) -> T) -> T {
    let place = Location::caller();
    let handles = Handles::default();
    // If `body` panics, the threads are not joined here, but neither do they run on: the execution is frozen.
    let result = body(Scope { handles: &handles, environment: PhantomData });
    // A thread that is being joined may still spawn further ones.
    while let Some((thread, handle)) = handles.take_any() {
        join(thread, handle, place);
    }
    result
}

/// A thread's number, and loom's handle to it.
type Joinable = (usize, loom::thread::JoinHandle<()>);

/// The threads of a scope.
#[derive(Default)]
struct Handles(Mutex<Vec<Handle>>);

/// A thread of a scope.
struct Handle {
    /// Until somebody joins it.
    joinable: Option<Joinable>,
    /// Whether there is a [`ScopedJoinHandle`] by which somebody may join it.
    claimed: bool,
}

impl Handles {
    fn lock(&self) -> MutexGuard<'_, Vec<Handle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, thread: usize, handle: loom::thread::JoinHandle<()>) -> usize {
        let mut handles = self.lock();
        handles.push(Handle { joinable: Some((thread, handle)), claimed: true });
        handles.len() - 1
    }

    /// The thread with this index, if nobody has joined it.
    fn take(&self, index: usize) -> Option<Joinable> {
        self.lock()[index].joinable.take()
    }

    fn disclaim(&self, index: usize) {
        self.lock()[index].claimed = false;
    }

    /// A thread that nobody has joined, if possible one that nobody else can join.
    fn take_any(&self) -> Option<Joinable> {
        let mut handles = self.lock();
        let unclaimed = handles.iter().position(|handle| handle.joinable.is_some() && !handle.claimed);
        let index = unclaimed.or_else(|| handles.iter().position(|handle| handle.joinable.is_some()))?;
        handles[index].joinable.take()
    }
}

/// Where [`scope`]'s threads are spawned.
#[derive(Clone, Copy)]
pub struct Scope<'scope, 'env: 'scope> {
    handles: &'scope Handles,
    /// Invariant in both, as std's.
    environment: PhantomData<(&'scope mut &'scope (), &'env mut &'env ())>,
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread called `name`.
    #[track_caller]
    pub fn spawn<T: Send + 'scope>(
        self,
        name: &str,
        body: impl FnOnce() -> T + Send + 'scope,
    ) -> ScopedJoinHandle<'scope, T> {
        let result = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&result);
        let body: Box<dyn FnOnce() + Send + 'scope> = Box::new(move || {
            let value = body();
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
        });
        // SAFETY: the thread ends before `'scope` does: `scope` joins all threads, those too that are spawned while it does so.
        // If it does not get that far, the execution is frozen and the thread never runs again.
        let body = unsafe { std::mem::transmute::<Box<dyn FnOnce() + Send + 'scope>, Box<dyn FnOnce() + Send>>(body) };
        let JoinHandle { thread, handle, .. } = spawn(name, body);
        let index = self.handles.push(thread, handle);
        ScopedJoinHandle { handles: self.handles, index, result }
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Scope { .. }")
    }
}

/// A thread of a [`scope`] that can be joined before the scope ends.
pub struct ScopedJoinHandle<'scope, T> {
    handles: &'scope Handles,
    index: usize,
    result: Arc<Mutex<Option<T>>>,
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Blocks until the thread has ended, and returns what it returned.
    ///
    /// # Panics
    ///
    /// Never: a panic of the thread ends the check.
    #[track_caller]
    pub fn join(self) -> T {
        let place = Location::caller();
        if let Some((thread, handle)) = self.handles.take(self.index) {
            join(thread, handle, place);
        }
        take(&self.result)
    }
}

impl<T> Drop for ScopedJoinHandle<'_, T> {
    fn drop(&mut self) {
        self.handles.disclaim(self.index);
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ScopedJoinHandle { .. }")
    }
}

/// Lets the other threads run.
#[track_caller]
pub fn yield_now() {
    step_aside(false, Location::caller());
}

/// Tells the model that this thread spins.
#[track_caller]
pub fn spin_loop() {
    step_aside(true, Location::caller());
}

fn step_aside(spinning: bool, place: Place) {
    let access = recorder::enter(None, "yield", place);
    access.record(Action::Yield { spinning });
    let thread = access.thread;
    recorder::with(|recorder| recorder.log.threads[thread].state = State::Yielding);
    if recorder::with(|recorder| recorder.steps_aside_in_vain(thread)) {
        // What follows is what would have followed then, so loom need not look for other orders behind this point. By itself it
        // lets the thread run that has stepped aside least. Otherwise two threads that spin would pass the turn to each
        // other for ever, while the one that they wait for never gets to run.
        loom::skip_branch();
    }
    // Whoever spins may be waiting for somebody whose time has to run out first.
    unless_others_can_run(false, None);
    loom::thread::yield_now();
    recorder::resume(thread);
}

/// A number that stands for the calling thread: never 0, and never used for another thread.
pub fn current_id() -> u64 {
    // Threads of different executions never meet.
    recorder::with(|recorder| recorder.current as u64 + 1)
}
