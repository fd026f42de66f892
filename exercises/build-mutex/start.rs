//! A mutex: one thread at a time uses what it protects.
//!
//! The data is part of the lock, and the only way to it is through a guard. The guard is what [`Mutex::lock`] returns; when
//! it is dropped, by the end of a block, by `return` or by a panic, the mutex is unlocked.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use model::cell::UnsafeCell;
use model::sync::atomic::AtomicU32;

/// Nobody holds the lock.
const FREE: u32 = 0;

/// A lock with the data that it protects.
///
/// Unlocking *synchronizes before* every later locking: who holds the lock sees all that earlier holders have done. No
/// fairness is promised, and nothing is poisoned by a panic.
pub struct Mutex<T: ?Sized> {
    // What else can this number say? Decide, and write it down as constants: it is half of the work.
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
        todo!()
    }

    /// Blocks, asleep, until the lock is free, and locks it until the guard is dropped.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        todo!()
    }

    /// Locks the mutex if it is free. Never blocks.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        todo!()
    }

    /// Blocks, asleep, until the lock is free or `timeout` is over; `None` if it was not free in that time.
    ///
    /// A zero duration never blocks. One that is too long for the clock is no limit.
    pub fn lock_timeout(&self, timeout: Duration) -> Option<MutexGuard<'_, T>> {
        let _ = timeout;
        todo!()
    }

    /// The data, without locking: nobody else can have the lock, because the caller has the mutex for itself.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
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
    fn drop(&mut self) {}
}

/// Never blocks: data that somebody has locked is not shown.
impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mutex").field("state", &self.state).finish_non_exhaustive()
    }
}
