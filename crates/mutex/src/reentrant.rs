//! A mutex that the thread which holds it may lock again.
//!
//! Python calls this `threading.RLock`. It serves code that calls itself by detours: a method that locks calls another
//! that locks, too. A plain mutex would wait there for itself.
//!
//! # State
//!
//! A [`RawMutex`] and, beside it, who holds it and how often:
//!
//! | `owner` | `depth` | meaning |
//! |---|---|---|
//! | `NOBODY` | 0 | The lock is free, or somebody has just locked it or is about to unlock it. |
//! | *t* | 1 or more | Thread *t* holds the lock. It has locked it `depth` times more often than unlocked. |
//!
//! # Protocol
//!
//! - **`lock`** compares `owner` with the calling thread. If they agree, it adds one to `depth`. If not, it locks the
//!   raw mutex, says who it is, and sets `depth` to one.
//! - **Dropping a guard** takes one from `depth`. At zero it takes the name away and unlocks the raw mutex.
//!
//! # Invariants
//!
//! 1. Only the thread that holds the raw mutex writes `owner` and uses `depth`.
//! 2. `owner` is the calling thread if and only if the calling thread holds the raw mutex and has said so. Nobody else
//!    writes this thread's name there, and names are never used again.
//! 3. While `owner` is a thread, `depth` is the number of that thread's guards.
//!
//! # Memory ordering
//!
//! `owner` is read by threads that hold nothing, so it is an atomic. Relaxed suffices: what a thread finds there may be
//! old or new, but it finds its own name only if it has written it itself and not yet taken it away (invariant 2), and
//! of what it did itself, a thread always knows.
//!
//! # Shared access only
//!
//! A thread may hold two guards at once. If each gave out a `&mut T`, there would be two exclusive references to one
//! value. So a guard gives `&T`, and whoever wants to change the data puts a `Cell` or a `RefCell` in.
//!
//! # A tempting mistake
//!
//! The next owner writes its name over the old one. Is it not a waste to erase that first?
//!
//! 1. Alice locks and unlocks. The mutex is free, and has her name on it.
//! 2. Bob locks the raw mutex. He is about to write his name.
//! 3. Alice locks once more. She finds her name, takes herself for the owner, and is inside at the same time as Bob.
//!
//! The mutant `keeps-the-name` is this mistake, and the test `one_thread_at_a_time_turn_after_turn` finds it.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

use model::cell::UnsafeCell;
use model::sync::atomic::{AtomicU64, Ordering};
use model::thread;

use crate::RawMutex;

/// The name of no thread.
const NOBODY: u64 = 0;

/// A lock that the thread which holds it may lock again, with the data that it protects.
///
/// The last unlocking by one thread *synchronizes before* the next locking by another.
///
/// **Fairness**, **panics** and **dropping** are as with [`Mutex`](crate::Mutex).
///
/// # Example
///
/// ```
/// use std::cell::Cell;
/// use mutex::ReentrantMutex;
///
/// struct Account {
///     balance: ReentrantMutex<Cell<i64>>,
/// }
///
/// impl Account {
///     fn deposit(&self, amount: i64) {
///         let balance = self.balance.lock();
///         balance.set(balance.get() + amount);
///     }
///
///     fn deposit_all(&self, amounts: &[i64]) {
///         let _guard = self.balance.lock(); // Nobody sees a part of it.
///         for amount in amounts {
///             self.deposit(*amount);
///         }
///     }
/// }
///
/// let account = Account { balance: ReentrantMutex::new(Cell::new(0)) };
/// account.deposit_all(&[1, 2, 3]);
/// assert_eq!(account.balance.into_inner().get(), 6);
/// ```
///
/// A guard gives shared access only, for there may be two of them:
///
/// ```compile_fail,E0594
/// let mutex = mutex::ReentrantMutex::new(1);
/// *mutex.lock() += 1;
/// ```
///
/// As with the plain mutex, what is protected must be such that it may be sent to another thread:
///
/// ```compile_fail,E0277
/// use std::rc::Rc;
/// use mutex::ReentrantMutex;
///
/// let shared = ReentrantMutex::new(Rc::new(1));
/// model::thread::scope(|scope| {
///     scope.spawn("Alice", || drop(Rc::clone(&shared.lock())));
/// });
/// ```
pub struct ReentrantMutex<T: ?Sized> {
    raw: RawMutex,
    /// The thread that holds the lock, or [`NOBODY`].
    owner: AtomicU64,
    /// How many guards the owner has.
    depth: UnsafeCell<usize>,
    data: T,
}

// SAFETY: a shared reference to the mutex gives out shared access to the data and to `depth`, to one thread at a time
// (invariant 1). A thread that comes after another finds the data as that one left it, which is sending, so `T: Send`
// is needed. `T: Sync` is not, since no two threads have access at once.
unsafe impl<T: ?Sized + Send> Sync for ReentrantMutex<T> {}

impl<T> ReentrantMutex<T> {
    model::const_fn! {
        /// A mutex that is free.
        pub const fn new(value: T) -> ReentrantMutex<T> {
            ReentrantMutex {
                raw: RawMutex::new(),
                owner: AtomicU64::new(NOBODY),
                depth: UnsafeCell::new(0),
                data: value,
            }
        }
    }

    /// The data. Nobody else can have the lock, because the mutex is moved in here.
    pub fn into_inner(self) -> T {
        self.data
    }
}

impl<T: ?Sized> ReentrantMutex<T> {
    /// Blocks until no other thread holds the lock, and locks it until the guard is dropped.
    ///
    /// If the calling thread holds the lock already, this returns at once with one more guard.
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> ReentrantMutexGuard<'_, T> {
        let caller = thread::current_id();
        if self.holds(caller) {
            return self.lock_again();
        }
        self.raw.lock();
        self.lock_first(caller)
    }

    /// Locks the mutex if no other thread holds it. Never blocks.
    #[inline]
    #[track_caller]
    pub fn try_lock(&self) -> Option<ReentrantMutexGuard<'_, T>> {
        let caller = thread::current_id();
        if self.holds(caller) {
            return Some(self.lock_again());
        }
        if self.raw.try_lock() { Some(self.lock_first(caller)) } else { None }
    }

    /// Blocks until no other thread holds the lock, or until `timeout` is over; `None` if another held it all the time.
    ///
    /// A zero duration never blocks. One that is too long for the clock is no limit.
    #[inline]
    #[track_caller]
    pub fn lock_timeout(&self, timeout: Duration) -> Option<ReentrantMutexGuard<'_, T>> {
        let caller = thread::current_id();
        if self.holds(caller) {
            return Some(self.lock_again());
        }
        if self.raw.lock_timeout(timeout) { Some(self.lock_first(caller)) } else { None }
    }

    /// Whether some thread holds the lock, the calling one included. Never blocks.
    #[inline]
    #[track_caller]
    pub fn is_locked(&self) -> bool {
        self.raw.is_locked()
    }

    /// Whether the calling thread holds the lock. Never blocks.
    #[inline]
    #[track_caller]
    pub fn is_owned(&self) -> bool {
        self.holds(thread::current_id())
    }

    /// How many guards the calling thread has: 0 if it does not hold the lock. Never blocks.
    ///
    /// # Example
    ///
    /// ```
    /// let mutex = mutex::ReentrantMutex::new(());
    /// let first = mutex.lock();
    /// let second = mutex.lock();
    /// assert_eq!(mutex.depth(), 2);
    /// drop((first, second));
    /// assert_eq!(mutex.depth(), 0);
    /// ```
    #[inline]
    #[track_caller]
    pub fn depth(&self) -> usize {
        if self.is_owned() { self.get_depth() } else { 0 }
    }

    /// The data, without locking: nobody else can have the lock, because the caller has the mutex for itself.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.data
    }

    /// Whether the thread called `thread`, which is the calling one, holds the lock.
    #[inline]
    #[track_caller]
    fn holds(&self, thread: u64) -> bool {
        // ORDERING: Relaxed; see "Memory ordering" above.
        self.owner.load(Ordering::Relaxed) == thread
    }

    /// The first guard of `caller`, which has just locked the raw mutex.
    #[inline]
    #[track_caller]
    fn lock_first(&self, caller: u64) -> ReentrantMutexGuard<'_, T> {
        // (NOBODY, 0) => (caller, 1)
        // ORDERING: Relaxed; see "Memory ordering" above.
        self.owner.store(caller, Ordering::Relaxed);
        self.set_depth(1);
        ReentrantMutexGuard { mutex: self, not_send: PhantomData }
    }

    /// One more guard of the calling thread, which holds the lock.
    #[inline]
    #[track_caller]
    fn lock_again(&self) -> ReentrantMutexGuard<'_, T> {
        // (caller, n) => (caller, n + 1)
        // Even with guards that are forgotten, one each nanosecond, 64 bits last for five centuries.
        self.set_depth(self.get_depth() + 1);
        ReentrantMutexGuard { mutex: self, not_send: PhantomData }
    }

    /// Reads `depth` on behalf of the calling thread, which holds the lock.
    #[inline]
    #[track_caller]
    fn get_depth(&self) -> usize {
        let depth = self.depth.read_ptr();
        // SAFETY: the calling thread holds the lock, and only its holder uses `depth` (invariant 1).
        unsafe { *depth }
    }

    /// Writes `depth` on behalf of the calling thread, which holds the lock.
    #[inline]
    #[track_caller]
    fn set_depth(&self, new: usize) {
        let depth = self.depth.write_ptr();
        // SAFETY: the calling thread holds the lock, and only its holder uses `depth` (invariant 1). No reference to it
        // is ever given out.
        unsafe { *depth = new };
    }
}

/// The right to use what a [`ReentrantMutex`] protects, as long as the guard lives.
///
/// When the last guard of its thread is dropped, in whatever order, the mutex is unlocked. A guard stays in the thread
/// that locked, because that is the owner:
///
/// ```compile_fail,E0277
/// let mutex = mutex::ReentrantMutex::new(1);
/// let guard = mutex.lock();
/// model::thread::scope(|scope| {
///     scope.spawn("another", || drop(guard));
/// });
/// ```
///
/// Other threads may look through it, if the data may be shared. A `Cell` may not:
///
/// ```compile_fail,E0277
/// let mutex = mutex::ReentrantMutex::new(std::cell::Cell::new(1));
/// let guard = mutex.lock();
/// model::thread::scope(|scope| {
///     scope.spawn("another", || guard.set(2));
/// });
/// ```
#[must_use = "the mutex is unlocked as soon as the last guard is dropped"]
pub struct ReentrantMutexGuard<'a, T: ?Sized> {
    mutex: &'a ReentrantMutex<T>,
    not_send: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives out shared references to the data and nothing more, for which `T: Sync` is needed.
unsafe impl<T: ?Sized + Sync> Sync for ReentrantMutexGuard<'_, T> {}

impl<T: ?Sized> Deref for ReentrantMutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.mutex.data
    }
}

impl<T: ?Sized> Drop for ReentrantMutexGuard<'_, T> {
    #[inline]
    #[track_caller]
    fn drop(&mut self) {
        let depth = self.mutex.get_depth() - 1;
        self.mutex.set_depth(depth);
        if depth == 0 {
            // (caller, 0) => (NOBODY, 0)
            // ORDERING: Relaxed; see "Memory ordering" above.
            self.mutex.owner.store(NOBODY, Ordering::Relaxed);
            // SAFETY: this thread holds the lock, and this was its last guard (invariant 3).
            unsafe { self.mutex.raw.unlock() };
        }
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for ReentrantMutexGuard<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for ReentrantMutexGuard<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl<T: Default> Default for ReentrantMutex<T> {
    fn default() -> ReentrantMutex<T> {
        ReentrantMutex::new(T::default())
    }
}

impl<T> From<T> for ReentrantMutex<T> {
    fn from(value: T) -> ReentrantMutex<T> {
        ReentrantMutex::new(value)
    }
}

/// Never blocks: data that another thread has locked is left out.
impl<T: ?Sized + fmt::Debug> fmt::Debug for ReentrantMutex<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("ReentrantMutex");
        match self.try_lock() {
            Some(guard) => debug.field("data", &&*guard),
            None => debug.field("data", &format_args!("<locked>")),
        };
        debug.finish()
    }
}
