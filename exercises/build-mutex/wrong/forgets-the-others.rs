//! Wrong: a thread that was woken takes the lock as if it were new, without the note that others sleep.
//!
//! 1. Bob and Carol sleep. Alice unlocks: the word is `FREE`, and she wakes Bob.
//! 2. Bob takes the lock with `LOCKED`. Nothing in the word tells of Carol.
//! 3. Bob unlocks, finds nobody to wake, and Carol sleeps beside a lock that is free.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use futex::Deadline;
use model::cell::UnsafeCell;
use model::sync::atomic::{AtomicU32, Ordering};

/// Nobody holds the lock.
const FREE: u32 = 0;

/// Somebody holds the lock, and nobody has to be woken.
const LOCKED: u32 = 1;

/// Somebody holds the lock, and perhaps others sleep: who unlocks has to wake one.
const CONTENDED: u32 = 2;

/// A lock with the data that it protects.
///
/// Unlocking *synchronizes before* every later locking: who holds the lock sees all that earlier holders have done. No
/// fairness is promised, and nothing is poisoned by a panic.
pub struct Mutex<T: ?Sized> {
    state: AtomicU32,
    data: UnsafeCell<T>,
}

// SAFETY: a shared reference to the mutex gives out the data to one thread at a time, and that is sending it from one
// thread to the next, so `T: Send` is needed. No two threads have it at once, so `T: Sync` is not.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    model::const_fn! {
        /// A mutex that is free.
        pub const fn new(value: T) -> Mutex<T> {
            Mutex { state: AtomicU32::new(FREE), data: UnsafeCell::new(value) }
        }
    }

    /// The data. Nobody else can have the lock, because the mutex is moved in here.
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Whether somebody holds the lock. Never blocks.
    pub fn is_locked(&self) -> bool {
        self.state.load(Ordering::Relaxed) != FREE
    }

    /// Blocks, asleep, until the lock is free, and locks it until the guard is dropped.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.try_lock().unwrap_or_else(|| {
            self.lock_slow(Deadline::NEVER);
            self.guard()
        })
    }

    /// Locks the mutex if it is free. Never blocks.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let taken = self.state.compare_exchange(FREE, LOCKED, Ordering::Acquire, Ordering::Relaxed);
        taken.is_ok().then(|| self.guard())
    }

    /// Blocks, asleep, until the lock is free or `timeout` is over; `None` if it was not free in that time.
    ///
    /// A zero duration never blocks. One that is too long for the clock is no limit.
    pub fn lock_timeout(&self, timeout: Duration) -> Option<MutexGuard<'_, T>> {
        self.try_lock().or_else(|| {
            let locked = !timeout.is_zero() && self.lock_slow(Deadline::after(timeout));
            locked.then(|| self.guard())
        })
    }

    /// The data, without locking: nobody else can have the lock, because the caller has the mutex for itself.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// Locks on behalf of a thread that has found the lock taken. False: `deadline` has passed.
    fn lock_slow(&self, deadline: Deadline) -> bool {
        while self.state.compare_exchange(FREE, LOCKED, Ordering::Acquire, Ordering::Relaxed).is_err() {
            let noted = self.state.compare_exchange(LOCKED, CONTENDED, Ordering::Relaxed, Ordering::Relaxed);
            if noted != Err(FREE) && futex::wait_until(&self.state, CONTENDED, deadline).is_err() {
                return false;
            }
        }
        true
    }

    /// The guard of a lock that the caller has just locked.
    fn guard(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, not_send: PhantomData }
    }
}

/// The right to use what a [`Mutex`] protects, as long as the guard lives.
#[must_use = "the mutex is unlocked as soon as the guard is dropped"]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    /// A guard stays in its thread: a pointer is neither `Send` nor `Sync`.
    not_send: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives out shared references to the data and nothing more, for which `T: Sync` is needed.
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        let data = self.mutex.data.read_ptr();
        // SAFETY: there is a guard only while its thread holds the lock, and the reference borrows the guard.
        unsafe { &*data }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        let data = self.mutex.data.write_ptr();
        // SAFETY: as in `deref`, and the guard is borrowed for this reference alone.
        unsafe { &mut *data }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    /// Unlocks. The next holder may free the mutex at once, so it is looked at no more once it is free.
    fn drop(&mut self) {
        let state: *const AtomicU32 = &self.mutex.state;
        if self.mutex.state.swap(FREE, Ordering::Release) == CONTENDED {
            futex::wake_one(state);
        }
    }
}

/// Never blocks: data that somebody has locked is not shown.
impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_lock() {
            Some(data) => formatter.debug_tuple("Mutex").field(&&*data).finish(),
            None => formatter.write_str("Mutex(<locked>)"),
        }
    }
}
