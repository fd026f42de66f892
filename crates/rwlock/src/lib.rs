//! A reader–writer lock lets many read or one write.
//!
//! Think of a notice board. Any number of people may stand before it and read. Whoever wants to change it has to wait
//! until they have gone, and while they change it, nobody reads. Python's standard library has no such lock.
//!
//! # State
//!
//! Eight bytes beside the data. The first four are a word that says who is inside, and who sleeps:
//!
//! ```text
//!    31                           2          1                  0
//!   ┌──────────────────────────────┬──────────────────┬──────────────────┐
//!   │      readers, or WRITING     │  WRITERS_ASLEEP  │  READERS_ASLEEP  │
//!   └──────────────────────────────┴──────────────────┴──────────────────┘
//! ```
//!
//! Readers sleep on this word. Writers sleep on the other, which counts how often one of them was **called**: so it is
//! possible to wake a writer and to let the readers sleep. The first word tells:
//!
//! | inside | `WRITERS_ASLEEP` | meaning |
//! |---|---|---|
//! | nobody | 0 | Whoever comes goes in. If writers sleep, one of them has been called. |
//! | nobody | 1 | A writer has been called, and readers leave it the lock. |
//! | *n* readers | 0 | Readers that come go in. If writers sleep, one of them has been called. |
//! | *n* readers | 1 | Readers that come stand back. Who leaves last calls a writer. |
//! | a writer | 0 | Others wait. If writers sleep, one of them has been called. |
//! | a writer | 1 | Others wait. Who leaves calls a writer. |
//!
//! `READERS_ASLEEP` is up where readers may sleep, so that nobody makes a system call for those who do not.
//!
//! # Protocol
//!
//! - **`read`** adds one reader, if nobody writes and `WRITERS_ASLEEP` is down. Else it puts up `READERS_ASLEEP` and
//!   sleeps as long as the word stays like that.
//! - **`write`** puts `WRITING` into a word that is zero. Else it asks how often writers were called, puts up
//!   `WRITERS_ASLEEP`, and sleeps until the next call. When it finds nobody inside, it goes in.
//! - **Who ends reading** takes one reader away. The last one calls a writer if `WRITERS_ASLEEP` is up, and *leaves it
//!   up*: no reader comes in before that writer.
//! - **Who ends writing** makes the word zero, wakes all readers if they slept, and calls a writer if one did.
//! - **A writer whose time has run out** while others read takes both flags down, and wakes as one who ends writing.
//!
//! A writer that has slept goes in with `WRITERS_ASLEEP` up, because it does not know whether others sleep beside it.
//! If there are none, one call is for nobody, and that is the price of not counting the sleepers.
//!
//! # Who goes first
//!
//! Readers stand back as soon as a writer waits. Otherwise it would starve: there would always be one reader inside who
//! has come before another left. When a writer leaves, it is the other way about: all readers who slept meanwhile are
//! woken, and one writer after them. Which of them gets in first is left open. If readers do, the writer finds them
//! inside, puts `WRITERS_ASLEEP` up again, and is next when they leave.
//!
//! To be stricter would be slow. A lock that is kept for a thread is lost time until that thread has woken up, which
//! takes far longer than most threads stay inside. This lock is kept in one case only, for the writer that the last
//! reader calls. Readers pay for that: while it wakes up, they wait, though nobody is inside.
//!
//! # Invariants
//!
//! 1. While a [`WriteGuard`] is there, the word is `WRITING`, and there is no other guard. Else it counts the read guards.
//! 2. If readers sleep, `READERS_ASLEEP` is up, or they are being woken: who takes it down wakes all of them.
//! 3. If writers sleep, `WRITERS_ASLEEP` is up, or a writer was called that has yet to look at the word: who takes the
//!    flag down calls one. That one goes in with the flag up, or puts it up again before it sleeps.
//! 4. If readers sleep or `WRITERS_ASLEEP` is up, somebody is inside, or a writer is awake. So nobody waits for a lock
//!    that nobody has.
//! 5. A thread lies down only while the word that it sleeps on is exactly what it has seen. Looking and lying down are one
//!    step: the futex promises that.
//! 6. The words are changed by read-modify-writes only, never by a plain store.
//!
//! Invariant 3 rests on the called writer, so it must not leave before it has looked. It does not, though its time may
//! run out: a thread that was woken is not told that it timed out, the futex promises that, and looks once more.
//!
//! # Memory ordering
//!
//! What a writer has done must be seen by all who come in later, and what a reader has done by the writers. To leave is a
//! Release, to come in an Acquire. A writer may come after many readers, and reads the word that the last of them has
//! written; as all changes are read-modify-writes, that word hands on what the ones before it carried (a *release
//! sequence*). Readers would not have to tell later readers anything. That they do is no promise.
//!
//! # When it pays
//!
//! Less often than one would think. To lock for reading is to change the word that all readers share: the cache line
//! that holds it goes from processor to processor, as a mutex's does. Readers gain only while they are *inside* at the
//! same time, so what they do there has to take much longer than the locking, some microseconds at least. And to be
//! fair to writers costs readers: while one waits, those who come go to sleep, though they would disturb nobody.
//!
//! # A tempting mistake
//!
//! A writer sleeps until the next call, so it asks for the number of calls right before it sleeps:
//!
//! ```text
//! let state = self.state.fetch_or(WRITERS_ASLEEP, Acquire);
//! if state < ONE {
//!     continue; // nobody is inside: try again
//! }
//! let calls = self.calls.load(Acquire);
//! futex::wait(&self.calls, calls);
//! ```
//!
//! 1. Bob reads. Alice wants to write: she puts up `WRITERS_ASLEEP`, and has seen that somebody is inside.
//! 2. Bob leaves. He is the last, so he calls: the number of calls is one. Nobody sleeps yet.
//! 3. Alice asks for the number of calls. It is one, and she sleeps until it is another.
//!
//! Nobody is inside who could call her, and readers stand back for her. So she has to ask *first*: whoever leaves after
//! she has looked at the word makes the number another one, and she does not sleep.
//!
//! The mutant `asks-too-late` is this mistake, and the test `readers_publish_to_the_writer_after_them` finds it.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use futex::Deadline;
use model::cell::UnsafeCell;
use model::sync::atomic::{AtomicU32, Ordering};

/// Readers sleep, or are about to: whoever takes this down wakes all of them.
const READERS_ASLEEP: u32 = 0b01;

/// Writers sleep, or are about to: readers that come stand back, and whoever takes this down calls a writer.
const WRITERS_ASLEEP: u32 = 0b10;

/// One reader. The readers are the bits from here on: below this, nobody is inside.
const ONE: u32 = 0b100;

/// One writer, in the place of the readers: from this on, somebody writes.
const WRITING: u32 = !(READERS_ASLEEP | WRITERS_ASLEEP);

/// As many readers as there can be beside the number that means [`WRITING`].
const MAX_READERS: u32 = WRITING / ONE - 1;

/// A lock for many readers or one writer, with the data that it protects.
///
/// Dropping a [`WriteGuard`] *synchronizes before* every later locking, and dropping a [`ReadGuard`] before every later
/// locking for writing.
///
/// **Fairness.** Readers that come while a writer waits stand behind it. When a writer leaves or gives up, those who have
/// slept meanwhile, all readers and the next writer, are woken together, and may be overtaken by a thread that is awake,
/// as with a mutex. No order is promised among them, or among writers.
///
/// **Panics.** A thread that panics while it holds a guard unlocks. Nothing is poisoned.
///
/// **Deadlock.** A thread that holds a guard and locks again may wait for itself. That is so for reading twice, too: a
/// writer that has come between the two waits for the first guard, and the second waits behind the writer.
///
/// A lock is eight bytes beside its data and allocates nothing.
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
    raw: RawRwLock,
    data: UnsafeCell<T>,
}

// SAFETY: a shared reference to the lock gives out shared references to the data in several threads at once, for which
// `T: Sync` is needed; and exclusive ones, to one thread after the other, which is sending, so `T: Send` is.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}

impl<T> RwLock<T> {
    model::const_fn! {
        /// A lock that is free.
        pub const fn new(value: T) -> RwLock<T> {
            RwLock { raw: RawRwLock::new(), data: UnsafeCell::new(value) }
        }
    }

    /// The data. Nobody else can have the lock, because it is moved in here.
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Blocks while somebody writes or waits to write, and locks for reading until the guard is dropped.
    ///
    /// # Panics
    ///
    /// If there are 1,073,741,822 read guards already, nearly all of which must have been forgotten.
    #[inline]
    pub fn read(&self) -> ReadGuard<'_, T> {
        if !self.raw.try_read() {
            self.raw.read_slow(Deadline::NEVER);
        }
        self.read_guard()
    }

    /// Locks for reading if nobody writes or waits to write. Never blocks.
    #[inline]
    pub fn try_read(&self) -> Option<ReadGuard<'_, T>> {
        self.raw.try_read().then(|| self.read_guard())
    }

    /// Blocks as [`read`](RwLock::read) does, for no longer than `timeout`; `None` if the time ran out.
    ///
    /// A zero duration never blocks. One that is too long for the clock is no limit.
    ///
    /// # Panics
    ///
    /// As [`read`](RwLock::read).
    #[inline]
    pub fn read_timeout(&self, timeout: Duration) -> Option<ReadGuard<'_, T>> {
        let locked = self.raw.try_read() || (!timeout.is_zero() && self.raw.read_slow(Deadline::after(timeout)));
        locked.then(|| self.read_guard())
    }

    /// Blocks until nobody reads or writes, and locks for writing until the guard is dropped.
    #[inline]
    pub fn write(&self) -> WriteGuard<'_, T> {
        if !self.raw.try_write() {
            self.raw.write_slow(Deadline::NEVER);
        }
        self.write_guard()
    }

    /// Locks for writing if nobody reads, writes or waits to write. Never blocks.
    #[inline]
    pub fn try_write(&self) -> Option<WriteGuard<'_, T>> {
        self.raw.try_write().then(|| self.write_guard())
    }

    /// Blocks as [`write`](RwLock::write) does, for no longer than `timeout`; `None` if the time ran out. The readers
    /// that have waited behind it go on then.
    ///
    /// A zero duration never blocks. One that is too long for the clock is no limit.
    #[inline]
    pub fn write_timeout(&self, timeout: Duration) -> Option<WriteGuard<'_, T>> {
        let locked = self.raw.try_write() || (!timeout.is_zero() && self.raw.write_slow(Deadline::after(timeout)));
        locked.then(|| self.write_guard())
    }

    /// The data, without locking: nobody else can have the lock, because the caller has it for itself.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// The guard of a reader that has just come in.
    #[inline]
    fn read_guard(&self) -> ReadGuard<'_, T> {
        ReadGuard { lock: self, not_send: PhantomData }
    }

    /// The guard of a writer that has just come in.
    #[inline]
    fn write_guard(&self) -> WriteGuard<'_, T> {
        WriteGuard { lock: self, not_send: PhantomData }
    }
}

/// The lock alone, without data and without guards.
struct RawRwLock {
    /// Who is inside, [`WRITERS_ASLEEP`] and [`READERS_ASLEEP`]. Readers sleep here.
    state: AtomicU32,
    /// How often a writer was called. Writers sleep here.
    ///
    /// It wraps around. To be deceived by that, a writer would have to be stopped between its look and its sleep for
    /// exactly 4,294,967,296 calls (or a multiple), each a system call: for many minutes.
    calls: AtomicU32,
}

impl RawRwLock {
    model::const_fn! {
        const fn new() -> RawRwLock {
            RawRwLock { state: AtomicU32::new(0), calls: AtomicU32::new(0) }
        }
    }

    /// Comes in to read, if nobody writes or waits to write. Never blocks.
    #[inline]
    fn try_read(&self) -> bool {
        loop {
            // ORDERING: Relaxed; the exchange looks again.
            let state = self.state.load(Ordering::Relaxed);
            if !admits_reader(state) {
                return false;
            }
            // (n readers, flags) => (n + 1 readers, same)
            // ORDERING: Acquire pairs with the Release in `end_write`. On failure Relaxed, as above.
            if self.state.compare_exchange(state, state + ONE, Ordering::Acquire, Ordering::Relaxed).is_ok() {
                return true;
            }
            step_aside();
        }
    }

    /// Comes in to write, if nobody is inside or waits to write. Never blocks.
    #[inline]
    fn try_write(&self) -> bool {
        // (nobody, no flags) => (a writer, no flags)
        // ORDERING: Acquire pairs with the Releases in `end_read` and `end_write`. On failure Relaxed; nothing was locked.
        self.state.compare_exchange(0, WRITING, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Comes in to read where that was not possible at the first look. False: `deadline` has passed.
    #[cold]
    fn read_slow(&self, deadline: Deadline) -> bool {
        if futex::watch(|| self.try_read().then_some(())).is_some() {
            return true;
        }
        let mut in_time = true;
        // ORDERING: Relaxed; the exchange looks again.
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            assert!(state / ONE != MAX_READERS, "more than {MAX_READERS} read guards at a time");
            let next = if admits_reader(state) {
                // (n readers, flags) => (n + 1 readers, same)
                state + ONE
            } else if in_time {
                // (others, flags) => (same, READERS_ASLEEP up)
                state | READERS_ASLEEP
            } else {
                return false;
            };
            // ORDERING: Acquire pairs with the Release in `end_write`, for the lock. On failure Relaxed.
            match self.state.compare_exchange(state, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) if admits_reader(state) => return true,
                Ok(_) => {
                    // The lock may come free at the last moment, and "no" would not be the truth: hence one turn more.
                    in_time = futex::wait_until(&self.state, next, deadline).is_ok();
                    // ORDERING: Relaxed; the exchange looks again.
                    state = self.state.load(Ordering::Relaxed);
                }
                Err(now) => state = now,
            }
        }
    }

    /// Comes in to write where that was not possible at the first look. False: `deadline` has passed.
    #[cold]
    fn write_slow(&self, deadline: Deadline) -> bool {
        if futex::watch(|| self.try_write().then_some(())).is_some() {
            return true;
        }
        // Once it has slept, others may sleep beside it (invariant 3).
        let mut others = 0;
        let mut in_time = true;
        loop {
            // ORDERING: Acquire pairs with the Release in `call_writer`: who has seen a call sees what it was made for.
            let calls = self.calls.load(Ordering::Acquire);
            let (state, next) = self.come_in_or_announce(others, in_time);
            if state < ONE {
                return true;
            }
            if !in_time {
                self.wake(state & !next);
                return false;
            }
            // As in `read_slow`, there is one turn more.
            in_time = futex::wait_until(&self.calls, calls, deadline).is_ok();
            others = WRITERS_ASLEEP;
        }
    }

    /// One step of a writer, from a word to the next, both of which it returns. If nobody was inside, it is now. Else it
    /// has announced that it waits; or, no longer `in_time`, that it does not.
    fn come_in_or_announce(&self, others: u32, in_time: bool) -> (u32, u32) {
        // ORDERING: Relaxed; the exchange looks again.
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            let next = if state < ONE {
                // (nobody, flags) => (a writer, same, WRITERS_ASLEEP up if others may sleep)
                state | WRITING | others
            } else if in_time {
                // (others, flags) => (same, WRITERS_ASLEEP up)
                state | WRITERS_ASLEEP
            } else if state < WRITING {
                // (n readers, flags) => (n readers, no flags)
                state & !(READERS_ASLEEP | WRITERS_ASLEEP)
            } else {
                // (a writer, flags) => (same, same): the one inside will wake the others in any case.
                state
            };
            // ORDERING: Acquire pairs with the Releases in `end_read` and `end_write`, for the lock. On failure Relaxed.
            match self.state.compare_exchange(state, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return (state, next),
                Err(now) => state = now,
            }
        }
    }

    /// Leaves, of those who read.
    #[inline]
    fn end_read(&self) {
        // (n + 1 readers, flags) => (n readers, same)
        // ORDERING: Release pairs with the Acquires of writers.
        let state = self.state.fetch_sub(ONE, Ordering::Release) - ONE;
        if state < ONE && state & WRITERS_ASLEEP != 0 {
            self.call_writer();
        }
    }

    /// Leaves, as the one who writes.
    #[inline]
    fn end_write(&self) {
        // (a writer, flags) => (nobody, no flags)
        // ORDERING: Release pairs with the Acquires of readers and writers.
        let state = self.state.swap(0, Ordering::Release);
        if state != WRITING {
            self.wake(state);
        }
    }

    /// Wakes those whose flags, among `taken_down`, the caller has taken down.
    #[cold]
    fn wake(&self, taken_down: u32) {
        if taken_down & READERS_ASLEEP != 0 {
            futex::wake_all(&self.state);
        }
        if taken_down & WRITERS_ASLEEP != 0 {
            self.call_writer();
        }
    }

    /// Wakes one writer that sleeps, and all that are about to.
    #[cold]
    fn call_writer(&self) {
        // ORDERING: Release pairs with the Acquire in `write_slow`.
        self.calls.fetch_add(1, Ordering::Release);
        futex::wake_one(&self.calls);
    }
}

/// Leaves the word to others for a moment.
///
/// Readers stand in nobody's way, but their exchanges do: of two at a time one fails. To try again at once is to take the
/// cache line away from a thread that is about to leave, and to come again; with a pause, both read several times as often
/// (`compare -- rwlock/read_mostly --pin spread` in `benches`). The model has no cache lines.
#[cold]
fn step_aside() {
    if !model::MODELLED {
        (0..8).for_each(|_| model::hint::spin_loop());
    }
}

/// Whether a reader may come in: nobody writes, and no writer waits.
#[inline]
fn admits_reader(state: u32) -> bool {
    state / ONE < MAX_READERS && state & WRITERS_ASLEEP == 0
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
    lock: &'a RwLock<T>,
    not_send: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives out shared references to the data and nothing more, for which `T: Sync` is needed.
unsafe impl<T: ?Sized + Sync> Sync for ReadGuard<'_, T> {}

impl<T: ?Sized> Deref for ReadGuard<'_, T> {
    type Target = T;

    #[inline]
    #[track_caller]
    fn deref(&self) -> &T {
        let data = self.lock.data.read_ptr();
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
    lock: &'a RwLock<T>,
    not_send: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives out shared references to the data and nothing more, for which `T: Sync` is needed.
unsafe impl<T: ?Sized + Sync> Sync for WriteGuard<'_, T> {}

impl<T: ?Sized> Deref for WriteGuard<'_, T> {
    type Target = T;

    #[inline]
    #[track_caller]
    fn deref(&self) -> &T {
        let data = self.lock.data.read_ptr();
        // SAFETY: while there is a write guard there is no other (invariant 1), and the reference borrows this one.
        unsafe { &*data }
    }
}

impl<T: ?Sized> DerefMut for WriteGuard<'_, T> {
    #[inline]
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        let data = self.lock.data.write_ptr();
        // SAFETY: as in `deref`, and the guard is borrowed for this reference alone.
        unsafe { &mut *data }
    }
}

impl<T: ?Sized> Drop for ReadGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.raw.end_read();
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for ReadGuard<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl<T: ?Sized> Drop for WriteGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.raw.end_write();
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
