//! A reader–writer lock lets many read or one write.
//!
//! Think of a notice board. Any number of people may stand before it and read. Whoever wants to change it has to wait
//! until they have gone, and while they change it, nobody reads. Python's standard library has no such lock.
//!
//! # State
//!
//! A [`Semaphore`] with as many permits as there can be readers, beside the data:
//!
//! | permits taken | meaning |
//! |---|---|
//! | none | Nobody reads or writes. |
//! | *n* | So many threads read. |
//! | all of them | One thread writes. |
//!
//! # Protocol
//!
//! - **`read`** takes one permit.
//! - **`write`** takes all of them, at once.
//! - Dropping a guard gives back what it took.
//!
//! All else is the semaphore's. A writer that waits wants many permits, so the semaphore reserves for it what is given
//! back: readers who come later queue behind it, and do not starve it. And a reader that writers have overtaken a few
//! times lets no other overtake it.
//!
//! # Invariants
//!
//! 1. Each [`ReadGuard`] stands for one permit, and a [`WriteGuard`] for all. So while there is a write guard there is no
//!    other guard.
//!
//! # Memory ordering
//!
//! A release of permits synchronizes before each acquisition that comes after it. So a writer sees all that earlier
//! readers and writers have done, and a reader all that earlier writers have.
//!
//! # When it pays
//!
//! Less often than one would think. To lock for reading is to change the word that all readers share: the cache line
//! that holds it goes from processor to processor, as a mutex's does. Readers gain only while they are *inside* at the
//! same time, so what they do there has to take much longer than the locking, some microseconds at least. And to be
//! fair to writers costs readers: while one waits, those who come stand in the queue, and are woken one after the other.
//!
//! # A tempting mistake
//!
//! A writer that wants everything may wait for long. Would it not get further by coming in as a reader first, so that it
//! has a foot in the door, and then asking for the rest?
//!
//! ```text
//! let first = self.permits.acquire();
//! let others = self.permits.acquire_many(READERS - 1);
//! ```
//!
//! 1. Alice wants to write, and comes in as a reader.
//! 2. Bob wants to write, too, and comes in as a reader.
//! 3. Alice waits for all other permits, one of which is Bob's. Bob waits for all others, one of which is Alice's.
//!
//! The mutant `foot-in-the-door` is this mistake, and the test `writers_take_turns` finds it. It is also why no method
//! turns a [`ReadGuard`] into a [`WriteGuard`].

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use model::cell::UnsafeCell;
use semaphore::{Permit, Semaphore};

/// How many can read at the same time.
const READERS: usize = Semaphore::MAX_PERMITS;

/// A lock for many readers or one writer, with the data that it protects.
///
/// Dropping a [`WriteGuard`] *synchronizes before* every later locking, and dropping a [`ReadGuard`] before every later
/// locking for writing.
///
/// **Fairness.** A writer that is at the head of the queue is overtaken by nobody; a reader by a few at most.
///
/// **Panics.** A thread that panics while it holds a guard unlocks. Nothing is poisoned.
///
/// **Deadlock.** A thread that holds a guard and locks again may wait for itself. That is so for reading twice, too: a
/// writer that has come between the two waits for the first guard, and the second waits behind the writer.
///
/// A lock is eight bytes beside its data and allocates nothing. At most 1,073,741,823 threads read at a time; one more
/// would wait.
///
/// # Example
///
/// ```
/// use rwlock::RwLock;
///
/// let board = RwLock::new(vec!["Lunch at noon"]);
/// model::thread::scope(|scope| {
///     for name in ["Alice", "Bob"] {
///         scope.spawn(name, || assert!(board.read().contains(&"Lunch at noon")));
///     }
///     scope.spawn("Carol", || board.write().push("Tea at four"));
/// });
/// assert_eq!(board.into_inner().len(), 2);
/// ```
///
/// Readers have the data at the same time, so it has to be `Sync` if the lock is to be shared:
///
/// ```compile_fail,E0277
/// use std::cell::Cell;
/// use rwlock::RwLock;
///
/// let lock = RwLock::new(Cell::new(1));
/// model::thread::scope(|scope| {
///     scope.spawn("Alice", || lock.read().set(2));
/// });
/// ```
pub struct RwLock<T: ?Sized> {
    permits: Semaphore,
    data: UnsafeCell<T>,
}

// SAFETY: a shared reference to the lock gives out shared references to the data in several threads at once, for which
// `T: Sync` is needed; and exclusive ones, to one thread after the other, which is sending, so `T: Send` is.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}

impl<T> RwLock<T> {
    model::const_fn! {
        /// A lock that is free.
        pub const fn new(value: T) -> RwLock<T> {
            RwLock { permits: Semaphore::new(READERS), data: UnsafeCell::new(value) }
        }
    }

    /// The data. Nobody else can have the lock, because it is moved in here.
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Blocks while somebody writes or is about to, and locks for reading until the guard is dropped.
    #[inline]
    pub fn read(&self) -> ReadGuard<'_, T> {
        self.read_guard(self.permits.acquire())
    }

    /// Locks for reading if nobody writes or waits to write. Never blocks.
    #[inline]
    pub fn try_read(&self) -> Option<ReadGuard<'_, T>> {
        self.permits.try_acquire().map(|permit| self.read_guard(permit))
    }

    /// Blocks as [`read`](RwLock::read) does, for no longer than `timeout`; `None` if the time ran out.
    ///
    /// A zero duration never blocks. One that is too long for the clock is no limit.
    #[inline]
    pub fn read_timeout(&self, timeout: Duration) -> Option<ReadGuard<'_, T>> {
        self.permits.acquire_timeout(timeout).map(|permit| self.read_guard(permit))
    }

    /// Blocks until nobody reads or writes, and locks for writing until the guard is dropped.
    #[inline]
    pub fn write(&self) -> WriteGuard<'_, T> {
        self.write_guard(self.permits.acquire_many(READERS))
    }

    /// Locks for writing if nobody reads, writes or waits to write. Never blocks.
    #[inline]
    pub fn try_write(&self) -> Option<WriteGuard<'_, T>> {
        self.permits.try_acquire_many(READERS).map(|permit| self.write_guard(permit))
    }

    /// Blocks as [`write`](RwLock::write) does, for no longer than `timeout`; `None` if the time ran out. The readers
    /// that have queued up behind it go on then.
    ///
    /// A zero duration never blocks. One that is too long for the clock is no limit.
    #[inline]
    pub fn write_timeout(&self, timeout: Duration) -> Option<WriteGuard<'_, T>> {
        self.permits.acquire_many_timeout(READERS, timeout).map(|permit| self.write_guard(permit))
    }

    /// The data, without locking: nobody else can have the lock, because the caller has it for itself.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// The guard of a reader that has taken `permit`.
    #[inline]
    fn read_guard<'a>(&'a self, permit: Permit<'a>) -> ReadGuard<'a, T> {
        ReadGuard { data: &self.data, _permit: permit, not_send: PhantomData }
    }

    /// The guard of a writer that has taken `permit`, which is all of them.
    #[inline]
    fn write_guard<'a>(&'a self, permit: Permit<'a>) -> WriteGuard<'a, T> {
        WriteGuard { data: &self.data, _permit: permit, not_send: PhantomData }
    }
}

/// The right to read what an [`RwLock`] protects, as long as the guard lives.
///
/// A guard stays in the thread that locked. Nothing in this lock asks for that, but what a program means by "I read" does:
///
/// ```compile_fail,E0277
/// let lock = rwlock::RwLock::new(1);
/// let guard = lock.read();
/// model::thread::scope(|scope| {
///     scope.spawn("another", || drop(guard));
/// });
/// ```
#[must_use = "the lock is released as soon as the guard is dropped"]
pub struct ReadGuard<'a, T: ?Sized> {
    data: &'a UnsafeCell<T>,
    _permit: Permit<'a>,
    not_send: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives out shared references to the data and nothing more, for which `T: Sync` is needed.
unsafe impl<T: ?Sized + Sync> Sync for ReadGuard<'_, T> {}

impl<T: ?Sized> Deref for ReadGuard<'_, T> {
    type Target = T;

    #[inline]
    #[track_caller]
    fn deref(&self) -> &T {
        let data = self.data.read_ptr();
        // SAFETY: while there is a read guard there is no write guard (invariant 1), so nobody changes the data. The
        // reference borrows the guard.
        unsafe { &*data }
    }
}

/// The right to change what an [`RwLock`] protects, as long as the guard lives.
///
/// A guard stays in the thread that locked, as that of a reader does:
///
/// ```compile_fail,E0277
/// let lock = rwlock::RwLock::new(1);
/// let guard = lock.write();
/// model::thread::scope(|scope| {
///     scope.spawn("another", || drop(guard));
/// });
/// ```
///
/// Other threads may look through it, if the data may be shared. A `Cell` may not:
///
/// ```compile_fail,E0277
/// let lock = rwlock::RwLock::new(std::cell::Cell::new(1));
/// let guard = lock.write();
/// model::thread::scope(|scope| {
///     scope.spawn("another", || guard.set(2));
/// });
/// ```
#[must_use = "the lock is released as soon as the guard is dropped"]
pub struct WriteGuard<'a, T: ?Sized> {
    data: &'a UnsafeCell<T>,
    _permit: Permit<'a>,
    not_send: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives out shared references to the data and nothing more, for which `T: Sync` is needed.
unsafe impl<T: ?Sized + Sync> Sync for WriteGuard<'_, T> {}

impl<T: ?Sized> Deref for WriteGuard<'_, T> {
    type Target = T;

    #[inline]
    #[track_caller]
    fn deref(&self) -> &T {
        let data = self.data.read_ptr();
        // SAFETY: while there is a write guard there is no other (invariant 1), and the reference borrows this one.
        unsafe { &*data }
    }
}

impl<T: ?Sized> DerefMut for WriteGuard<'_, T> {
    #[inline]
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        let data = self.data.write_ptr();
        // SAFETY: as in `deref`, and the guard is borrowed for this reference alone.
        unsafe { &mut *data }
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for ReadGuard<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for WriteGuard<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> RwLock<T> {
        RwLock::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> RwLock<T> {
        RwLock::new(value)
    }
}

/// Never blocks: data that somebody writes, or waits to write, is left out.
impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("RwLock");
        match self.try_read() {
            Some(guard) => debug.field("data", &&*guard),
            None => debug.field("data", &format_args!("<locked>")),
        };
        debug.finish()
    }
}
