//! The ordinary world: std, at no cost.

pub use std::boxed::Box;
pub use std::sync::Arc;

pub(crate) fn sleepers() -> usize {
    0
}

pub(crate) mod atomic {
    pub use std::sync::atomic::{
        AtomicBool, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64,
        AtomicUsize, Ordering, fence,
    };
}

pub(crate) mod cell {
    /// Plain memory that threads share by a protocol of their own.
    ///
    /// As `std::cell::UnsafeCell`, but whoever asks for the pointer says what for, so that the model can tell a data
    /// race. Under the model the access counts as happening at the moment of the call: use the pointer at once, and ask
    /// anew for the next access.
    #[derive(Debug, Default)]
    #[repr(transparent)]
    pub struct UnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        /// A cell that holds `value`.
        pub const fn new(value: T) -> UnsafeCell<T> {
            UnsafeCell(std::cell::UnsafeCell::new(value))
        }

        /// The value, out of the cell.
        pub fn into_inner(self) -> T {
            self.0.into_inner()
        }
    }

    impl<T: ?Sized> UnsafeCell<T> {
        /// A pointer to read through. Under the model this call is a read.
        #[inline]
        pub const fn read_ptr(&self) -> *const T {
            self.0.get()
        }

        /// A pointer to read and write through. Under the model this call is a write.
        #[inline]
        pub const fn write_ptr(&self) -> *mut T {
            self.0.get()
        }

        /// The value, through a borrow that nobody shares; no access is recorded.
        #[inline]
        pub const fn get_mut(&mut self) -> &mut T {
            self.0.get_mut()
        }
    }
}

pub(crate) mod hint {
    /// Tells the processor (or the model) that this thread spins.
    #[inline]
    pub fn spin_loop() {
        std::hint::spin_loop();
    }
}

pub(crate) mod thread {
    use std::io;
    use std::marker::PhantomData;
    use std::panic::resume_unwind;
    use std::sync::atomic::{AtomicU64, Ordering};

    pub use std::thread::yield_now;

    /// Starts a thread called `name`.
    ///
    /// # Panics
    ///
    /// If the system cannot start another thread.
    pub fn spawn<T: Send + 'static>(name: &str, body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        try_spawn(name, body).unwrap_or_else(|error| panic!("cannot spawn the thread {name:?}: {error}"))
    }

    /// Starts a thread called `name`.
    ///
    /// # Errors
    ///
    /// If the system cannot start another thread.
    pub fn try_spawn<T: Send + 'static>(
        name: &str,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        std::thread::Builder::new().name(name.to_owned()).spawn(body).map(JoinHandle)
    }

    /// A thread that can be joined. Dropping the handle lets the thread run on.
    #[derive(Debug)]
    pub struct JoinHandle<T>(std::thread::JoinHandle<T>);

    impl<T> JoinHandle<T> {
        /// Blocks until the thread has ended, and returns what it returned.
        ///
        /// # Panics
        ///
        /// If the thread panicked, with what it panicked with.
        pub fn join(self) -> T {
            self.0.join().unwrap_or_else(|panic| resume_unwind(panic))
        }
    }

    /// Runs `body`, which may spawn threads that borrow from the caller, and joins them before it returns.
    ///
    /// # Panics
    ///
    /// If `body` or one of the threads panicked.
    pub fn scope<'env, T>(body: impl for<'scope> FnOnce(Scope<'scope, 'env>) -> T) -> T {
        std::thread::scope(|scope| body(Scope { scope, environment: PhantomData }))
    }

    /// Where [`scope`]'s threads are spawned.
    #[derive(Clone, Copy, Debug)]
    pub struct Scope<'scope, 'env: 'scope> {
        scope: &'scope std::thread::Scope<'scope, 'env>,
        environment: PhantomData<&'env mut &'env ()>,
    }

    impl<'scope> Scope<'scope, '_> {
        /// Starts a thread called `name`.
        ///
        /// # Panics
        ///
        /// If the system cannot start another thread.
        pub fn spawn<T: Send + 'scope>(
            self,
            name: &str,
            body: impl FnOnce() -> T + Send + 'scope,
        ) -> ScopedJoinHandle<'scope, T> {
            let spawned = std::thread::Builder::new().name(name.to_owned()).spawn_scoped(self.scope, body);
            ScopedJoinHandle(spawned.unwrap_or_else(|error| panic!("cannot spawn the thread {name:?}: {error}")))
        }
    }

    /// A thread of a [`scope`] that can be joined before the scope ends.
    #[derive(Debug)]
    pub struct ScopedJoinHandle<'scope, T>(std::thread::ScopedJoinHandle<'scope, T>);

    impl<T> ScopedJoinHandle<'_, T> {
        /// Blocks until the thread has ended, and returns what it returned.
        ///
        /// # Panics
        ///
        /// If the thread panicked, with what it panicked with.
        pub fn join(self) -> T {
            self.0.join().unwrap_or_else(|panic| resume_unwind(panic))
        }
    }

    /// A number that stands for the calling thread: never 0, and never used for another thread.
    pub fn current_id() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        std::thread_local! {
            // ORDERING: Relaxed; the numbers have to differ and nothing else hangs on them. At one a nanosecond, 64 bits last
            // for five centuries.
            static ID: u64 = NEXT.fetch_add(1, Ordering::Relaxed);
        }
        ID.with(|id| *id)
    }
}

pub(crate) mod search {
    use std::collections::BTreeSet;
    use std::fmt::Debug;
    use std::time::Duration;

    use crate::within;
    use crate::{Check, Completeness, Outcomes, Pass};

    /// How long each 200 runs may take: a thousand times what they take on a busy machine.
    const LIMIT: Duration = Duration::from_secs(10);

    #[track_caller]
    pub(crate) fn run(check: &Check, program: impl Fn() + Send + Sync + 'static) -> Pass {
        outcomes(check, program).pass
    }

    /// Fails because a prediction lacks `result`.
    #[track_caller]
    pub(crate) fn missing<T: Debug>(_: &Outcomes<T>, result: &T) -> ! {
        panic!("you did not predict {result:?}, and real threads came to that");
    }

    #[track_caller]
    pub(crate) fn outcomes<T>(check: &Check, program: impl Fn() -> T + Send + Sync + 'static) -> Outcomes<T>
    where
        T: Ord + Clone + Debug + Send + 'static,
    {
        let runs = check.runs;
        let limit = LIMIT.saturating_mul(u32::try_from(runs).unwrap_or(u32::MAX).div_ceil(200).max(1));
        let results: BTreeSet<T> = within(limit, move || (0..runs).map(|_| program()).collect());
        Outcomes { results, pass: Pass { schedules: runs, completeness: Completeness::Sampled, surprises: None } }
    }
}
