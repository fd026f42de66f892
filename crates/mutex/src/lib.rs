//! A mutex lets one thread at a time use what it protects.
//!
//! Think of a room with one key. Whoever wants in takes the key from its hook ([`lock`](Mutex::lock)); whoever finds
//! the hook empty lies down in front of it. On the way out the key goes back, and if somebody lies there, they are
//! woken. Python calls this `threading.Lock`.
//!
//! Two things are different from Python. The room is part of the lock: a `Mutex<T>` holds the `T`, and there is no way
//! to it but through the lock. And nobody has to remember to give the key back: `lock` returns a guard, and when the
//! guard goes out of scope, by the end of a block, by `return`, by `?` or by a panic, the mutex is unlocked. That is
//! what `with lock:` does in Python, for those who write it.
//!
//! Its relative [`ReentrantMutex`] may be locked again by the thread that holds it.
//!
//! # State
//!
//! One atomic word of four bytes beside the data, with three values:
//!
//! | word | meaning |
//! |---|---|
//! | `FREE` | Nobody holds the lock. If threads sleep, one of them is being woken (invariant 2). |
//! | `LOCKED` | Somebody holds the lock. If threads sleep, one of them is being woken, as above. |
//! | `CONTENDED` | Somebody holds the lock. Threads may sleep that nobody is about to wake: whoever unlocks has to. |
//!
//! Two values would do for a lock. The third saves a system call: most locks are released with nobody waiting, and the
//! word says so.
//!
//! # Protocol
//!
//! - **`lock`** turns `FREE` into `LOCKED`. That is the fast path, one instruction.
//! - If the word is not `FREE`, the thread watches it for a moment. If it sees it `FREE`, it tries once more.
//! - If that did not help, it **swaps in `CONTENDED`**. If the word was `FREE` before, the lock is its own. Else it
//!   sleeps as long as the word is `CONTENDED`. When it wakes up it watches for another moment, and begins this step
//!   again.
//! - **Unlocking** swaps in `FREE`. If the word was `CONTENDED` before, it wakes one sleeper.
//!
//! A thread that has slept takes the lock with `CONTENDED` and never with `LOCKED`, because it does not know whether
//! others sleep beside it:
//!
//! 1. Alice holds the lock. Bob and Carol sleep; the word is `CONTENDED`.
//! 2. Alice unlocks: the word is `FREE`. She wakes Bob. Nothing in the word tells of Carol now.
//! 3. Bob swaps in `CONTENDED` and has the lock. When he unlocks, he wakes Carol, thanks to that.
//! 4. Carol swaps in `CONTENDED`, too. When she unlocks, there is nobody to wake, and she makes one system call too
//!    many. That is the price of not counting the sleepers.
//!
//! # Invariants
//!
//! 1. The thread that changed the word from `FREE` to something else holds the lock, and nobody else does until it
//!    makes the word `FREE` again.
//! 2. If threads sleep here, the word is `CONTENDED`, or one of them is being woken: somebody has unlocked and is about
//!    to wake one, or one has been woken and has yet to swap in `CONTENDED`.
//! 3. A thread lies down only while the word is `CONTENDED`. Looking and lying down are one step: the futex promises
//!    that.
//! 4. Once the word is `FREE`, the unlocking thread looks at the mutex no more, for the next holder may already have
//!    given the memory back. The wake-up uses the address alone.
//! 5. Whoever has slept, or may have been moved here from another bed by [`futex::requeue`], swaps in `CONTENDED`.
//!
//! Invariant 2 rests on the woken thread, so it must not leave before it has swapped. It does not, though its time may
//! run out: a thread that was woken is not told that it timed out, the futex promises that, and swaps once more.
//!
//! # Memory ordering
//!
//! What one holder does must be seen by the next. Unlocking is a Release; both ways to get hold of the lock, the
//! exchange on the fast path and the swap on the slow one, are Acquires. Whoever gets the lock has read `FREE`, and it
//! is the very `FREE` that the last holder wrote: nobody else writes that value, and whoever changes it first has the
//! lock. So what the last holder did comes along, and with it all that was handed to that one.
//!
//! A wake-up brings nothing along: it may be one without a reason. What counts is the Acquire of the swap that follows.
//!
//! # Watching before sleeping
//!
//! To lie down and to be woken takes some ten microseconds; most locks are held for a fraction of one. So it pays to
//! wait for a moment, awake. But to look at the word is to take its cache line away from the holder, who needs it to
//! unlock. A thread that looks all the time slows down the very thread that it is waiting for. Therefore there is a
//! pause between two looks, many times as long as a look, and after a few looks the thread goes to sleep. If others
//! sleep already it goes at once, for then the wait is likely to be a long one.
//!
//! # Fairness
//!
//! There is none by design: whoever comes first after the unlock gets the lock, and a thread that is awake comes sooner
//! than one that has to be woken. That is why this mutex is fast: under contention a running thread takes the lock
//! again and again, with the data in its cache, where a fair lock would pay for two system calls and a switch of
//! threads at each turn.
//!
//! Sleepers are woken in the order in which they lay down (on Linux, those with a real-time priority first). But one
//! that finds the lock taken again lies down behind the others, and nothing says how often that may happen to it. It
//! has to find the lock free once, and real programs are not so regular that it never does; that is experience, and no
//! promise.
//!
//! # Panics, and why nothing is poisoned
//!
//! A thread that panics while it holds the lock unlocks it on its way out, as in Python. The data may then be half
//! changed. Std's mutex remembers that and refuses the next `lock`. This one does not: hardly any program can do better
//! at that point than to panic in turn, and one that can may keep a flag of its own in the data.
//!
//! # A tempting mistake
//!
//! A woken thread finds the lock free. Should it not take it as everybody else does, with `LOCKED`? It spares an unlock
//! with a system call if nobody else sleeps:
//!
//! ```text
//! loop {
//!     if self.state.compare_exchange(FREE, LOCKED, Acquire, Relaxed).is_ok() {
//!         return;
//!     }
//!     if self.state.swap(CONTENDED, Acquire) == FREE {
//!         return;
//!     }
//!     futex::wait(&self.state, CONTENDED);
//! }
//! ```
//!
//! In the story above, Bob would have the lock with `LOCKED` in step 3. He would unlock without a wake-up, and Carol
//! would sleep for ever. The mutant `forgets-the-others` is this mistake, and the test
//! `every_sleeper_gets_its_turn` finds it.

mod reentrant;

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use futex::{Deadline, TimedOut};
use model::cell::UnsafeCell;
use model::sync::atomic::{AtomicU32, Ordering};

pub use reentrant::{ReentrantMutex, ReentrantMutexGuard};

/// Nobody holds the lock.
const FREE: u32 = 0;

/// Somebody holds the lock. Whoever unlocks has nobody to wake.
const LOCKED: u32 = 1;

/// Somebody holds the lock. Whoever unlocks has to wake one sleeper, if there is one.
const CONTENDED: u32 = 2;

/// A lock with the data that it protects.
///
/// Unlocking *synchronizes before* every later locking: who holds the lock sees all that earlier holders have done.
///
/// **Fairness.** None is promised. A thread that is awake may overtake those that sleep, and again when one of them
/// wakes up; sleepers are woken in the order in which they lay down.
///
/// **Panics.** A thread that panics while it holds the lock unlocks it. Nothing is poisoned.
///
/// **Deadlock.** A thread that locks a mutex which it holds already waits for itself, for ever. So do two threads that
/// each hold one mutex and lock the other's.
///
/// **Dropping.** The mutex may be dropped by whoever has locked it last, while the thread that has unlocked it before
/// has yet to return. In safe Rust, borrows take care of that.
///
/// A mutex is four bytes beside its data and allocates nothing.
///
/// # Example
///
/// ```
/// use mutex::Mutex;
///
/// let balance = Mutex::new(100);
/// model::thread::scope(|scope| {
///     for name in ["Alice", "Bob"] {
///         scope.spawn(name, || {
///             let mut balance = balance.lock();
///             if *balance >= 60 {
///                 *balance -= 60; // Nobody comes between the look and the change.
///             }
///         });
///     }
/// });
/// assert_eq!(balance.into_inner(), 40);
/// ```
///
/// A mutex can be shared between threads only if what it protects may be sent from one to another, because that is what
/// locking amounts to. An `Rc` may not:
///
/// ```compile_fail,E0277
/// use std::rc::Rc;
/// use mutex::Mutex;
///
/// let shared = Mutex::new(Rc::new(1));
/// model::thread::scope(|scope| {
///     scope.spawn("Alice", || drop(shared.lock().clone()));
/// });
/// ```
pub struct Mutex<T: ?Sized> {
    raw: RawMutex,
    data: UnsafeCell<T>,
}

// SAFETY: a shared reference to the mutex gives out exclusive access to the data, to one thread at a time (invariant
// 1), and lets a thread take the data away through it. That is sending, so `T: Send` is needed. It is enough: no two
// threads have the data at once, so `T: Sync` is not.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    model::const_fn! {
        /// A mutex that is free.
        pub const fn new(value: T) -> Mutex<T> {
            Mutex { raw: RawMutex::new(), data: UnsafeCell::new(value) }
        }
    }

    /// The data. Nobody else can have the lock, because the mutex is moved in here.
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Blocks until the lock is free, and locks it until the guard is dropped.
    ///
    /// If the calling thread holds the lock already, this blocks for ever.
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.raw.lock();
        self.guard()
    }

    /// Locks the mutex if it is free. Never blocks.
    ///
    /// # Example
    ///
    /// ```
    /// let mutex = mutex::Mutex::new(7);
    /// let guard = mutex.lock();
    /// assert!(mutex.try_lock().is_none());
    /// drop(guard);
    /// assert_eq!(mutex.try_lock().as_deref(), Some(&7));
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.raw.try_lock().then(|| self.guard())
    }

    /// Blocks until the lock is free, or until `timeout` is over; `None` if it was not free in that time.
    ///
    /// A zero duration never blocks. One that is too long for the clock is no limit.
    ///
    /// # Example
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let printer = mutex::Mutex::new(());
    /// match printer.lock_timeout(Duration::from_millis(100)) {
    ///     Some(_guard) => println!("printing"),
    ///     None => println!("somebody else is printing; please try again"),
    /// }
    /// ```
    #[inline]
    #[track_caller]
    pub fn lock_timeout(&self, timeout: Duration) -> Option<MutexGuard<'_, T>> {
        self.raw.lock_timeout(timeout).then(|| self.guard())
    }

    /// Whether somebody holds the lock. Never blocks.
    ///
    /// By the time that the caller learns of it, it may have changed. Good for assertions and displays; to lock it if
    /// it is free, use [`try_lock`](Mutex::try_lock).
    #[inline]
    #[track_caller]
    pub fn is_locked(&self) -> bool {
        self.raw.is_locked()
    }

    /// The data, without locking: nobody else can have the lock, because the caller has the mutex for itself.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// The guard of a lock that the caller has just locked.
    #[inline]
    fn guard(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, not_send: PhantomData }
    }
}

/// The lock alone, without data and without guards.
///
/// [`Mutex`] and [`ReentrantMutex`] put it beside their data, and a condition variable uses it to unlock a mutex whose
/// guard somebody holds, and to lock it again. Programs use the former.
///
/// Its functions and those of its users are `#[track_caller]`: a picture of a schedule shows the line that locks, and
/// not one in here.
pub struct RawMutex {
    /// [`FREE`], [`LOCKED`] or [`CONTENDED`].
    state: AtomicU32,
}

impl RawMutex {
    model::const_fn! {
        /// A lock that is free.
        pub const fn new() -> RawMutex {
            RawMutex { state: AtomicU32::new(FREE) }
        }
    }

    /// Blocks until the lock is free, and locks it.
    // ANCHOR: lock
    #[inline]
    #[track_caller]
    pub fn lock(&self) {
        if !self.lock_free() {
            self.lock_slow(Deadline::NEVER);
        }
    }

    /// Locks if the lock is free, and says whether it was.
    #[inline]
    #[track_caller]
    fn lock_free(&self) -> bool {
        // FREE => LOCKED
        // ORDERING: Acquire pairs with the Release in `unlock`. On failure Relaxed; nothing was locked.
        self.state.compare_exchange(FREE, LOCKED, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }
    // ANCHOR_END: lock

    /// Locks if the lock is free, and says whether it was. Never blocks.
    ///
    /// It looks first, and leaves a lock that is held in peace: an exchange would take its cache line away, even one that
    /// fails.
    #[inline]
    #[must_use = "if it is false, somebody else holds the lock"]
    #[track_caller]
    pub fn try_lock(&self) -> bool {
        !self.is_locked() && self.lock_free()
    }

    /// Blocks until the lock is free or `timeout` is over, and says whether it has locked it.
    ///
    /// A zero duration never blocks. One that is too long for the clock is no limit.
    #[inline]
    #[must_use = "if it is false, the time ran out and somebody else holds the lock"]
    #[track_caller]
    pub fn lock_timeout(&self, timeout: Duration) -> bool {
        self.lock_free() || (!timeout.is_zero() && self.lock_slow(Deadline::after(timeout)))
    }

    /// Blocks until the lock is free or `deadline` has passed, and says whether it has locked it.
    #[inline]
    #[must_use = "if it is false, the deadline has passed and somebody else holds the lock"]
    #[track_caller]
    pub fn lock_until(&self, deadline: Deadline) -> bool {
        self.lock_free() || self.lock_slow(deadline)
    }

    /// Whether the lock is held. Never blocks.
    #[inline]
    #[track_caller]
    pub fn is_locked(&self) -> bool {
        // ORDERING: Relaxed; the answer may be old news in any case, and nothing is read on account of it.
        self.state.load(Ordering::Relaxed) != FREE
    }

    /// Unlocks, and wakes one of those who sleep. Never blocks.
    ///
    /// # Safety
    ///
    /// The lock is held, and nobody will act as its holder from here on.
    // ANCHOR: unlock
    #[inline]
    #[track_caller]
    pub unsafe fn unlock(&self) {
        let address: *const AtomicU32 = &self.state;
        // LOCKED => FREE, CONTENDED => FREE
        // ORDERING: Release pairs with the Acquire of `lock_free` and `lock_contended`.
        if self.state.swap(FREE, Ordering::Release) == CONTENDED {
            // The mutex may be gone by now (invariant 4).
            wake(address);
        }
    }
    // ANCHOR_END: unlock

    /// Locks a lock that was not free at the first look. False: `deadline` has passed.
    // ANCHOR: slow
    #[cold]
    #[track_caller]
    fn lock_slow(&self, deadline: Deadline) -> bool {
        (self.watch() && self.lock_free()) || self.lock_contended(deadline)
    }

    /// Locks on behalf of a thread that sleeps here, or has slept, or was moved here by [`futex::requeue`]: whoever
    /// unlocks after it will wake another (invariant 5). False: `deadline` has passed.
    ///
    /// With [`Deadline::NEVER`] it is always true.
    #[track_caller]
    pub fn lock_contended(&self, deadline: Deadline) -> bool {
        loop {
            // FREE => CONTENDED, LOCKED => CONTENDED
            // ORDERING: Acquire pairs with the Release in `unlock`.
            if self.state.swap(CONTENDED, Ordering::Acquire) == FREE {
                return true;
            }
            if let Err(TimedOut) = futex::wait_until(&self.state, CONTENDED, deadline) {
                return false;
            }
            self.watch();
        }
    }
    // ANCHOR_END: slow

    /// Watches a lock that is held, for a moment and not beyond the point at which others sleep for it, and says
    /// whether it has seen it free.
    // ANCHOR: watch
    #[track_caller]
    fn watch(&self) -> bool {
        let settled = futex::watch(|| {
            // ORDERING: Relaxed; whoever sees the lock free locks it with Acquire.
            let state = self.state.load(Ordering::Relaxed);
            (state != LOCKED).then_some(state)
        });
        settled == Some(FREE)
    }
    // ANCHOR_END: watch

    /// The address at which threads sleep for this lock, for [`futex::requeue`].
    pub fn bed(&self) -> *const AtomicU32 {
        &self.state
    }
}

/// Apart from `unlock`, so that the call stays out of the fast path.
#[cold]
#[track_caller]
fn wake(address: *const AtomicU32) {
    futex::wake_one(address);
}

/// The right to use what a [`Mutex`] protects, as long as the guard lives.
///
/// Dropping it unlocks the mutex, also while a panic unwinds. Forgetting it ([`std::mem::forget`]) leaves the mutex
/// locked for ever, which is a pity and no danger.
///
/// A guard stays in the thread that locked. Nothing in this mutex asks for that, but what a program means by "I hold
/// the lock" does:
///
/// ```compile_fail,E0277
/// let mutex = mutex::Mutex::new(1);
/// let guard = mutex.lock();
/// model::thread::scope(|scope| {
///     scope.spawn("another", || drop(guard));
/// });
/// ```
///
/// Other threads may look through it, if the data may be shared. A `Cell` may not:
///
/// ```compile_fail,E0277
/// let mutex = mutex::Mutex::new(std::cell::Cell::new(1));
/// let guard = mutex.lock();
/// model::thread::scope(|scope| {
///     scope.spawn("another", || guard.set(2));
///     guard.set(3);
/// });
/// ```
#[must_use = "the mutex is unlocked as soon as the guard is dropped"]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    not_send: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives out shared references to the data and nothing more, for which `T: Sync` is needed.
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The lock behind `guard`, for condition variables.
    ///
    /// A function and not a method, so that it does not hide one of the data's.
    pub fn raw(guard: &MutexGuard<'a, T>) -> &'a RawMutex {
        &guard.mutex.raw
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    #[track_caller]
    fn deref(&self) -> &T {
        let data = self.mutex.data.read_ptr();
        // SAFETY: while there is a guard, its thread holds the lock, and only it has access to the data (invariant 1).
        // The reference borrows the guard, so the guard outlives it and lends the data to nobody else to change it.
        unsafe { &*data }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    #[inline]
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        let data = self.mutex.data.write_ptr();
        // SAFETY: as in `deref`, and the guard is borrowed for this reference alone.
        unsafe { &mut *data }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    #[inline]
    #[track_caller]
    fn drop(&mut self) {
        // SAFETY: the guard stands for the lock that its thread holds, and this is its end.
        unsafe { self.mutex.raw.unlock() };
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Mutex<T> {
        Mutex::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Mutex<T> {
        Mutex::new(value)
    }
}

/// Never blocks: data that somebody has locked is left out.
impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Mutex");
        match self.try_lock() {
            Some(guard) => debug.field("data", &&*guard),
            None => debug.field("data", &format_args!("<locked>")),
        };
        debug.finish()
    }
}

impl Default for RawMutex {
    fn default() -> RawMutex {
        RawMutex::new()
    }
}

impl fmt::Debug for RawMutex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // ORDERING: Relaxed; what is printed is old news in any case.
        let state = self.state.load(Ordering::Relaxed);
        formatter
            .debug_struct("RawMutex")
            .field("locked", &(state != FREE))
            .field("contended", &(state == CONTENDED))
            .finish()
    }
}
