//! What peers are built of: mutexes and condition variables of one make.
//!
//! Who needs an event or a queue and has none takes a mutex and a condition variable and builds it. Such peers are
//! written once, for any [`Family`].

use std::ops::DerefMut;
use std::sync::{PoisonError, TryLockError};

/// A mutex and the condition variable that goes with it.
///
/// An unlock synchronizes before every later lock of the same mutex.
pub trait Family: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// Keeps a value for one thread at a time.
    type Mutex<T: Send + 'static>: Send + Sync + 'static;

    /// The right to the value; unlocks when dropped.
    type Guard<'mutex, T: Send + 'static>: DerefMut<Target = T>;

    /// Where threads wait for what others do to the value.
    type Condvar: Send + Sync + 'static;

    /// A mutex that is not locked.
    fn mutex<T: Send + 'static>(value: T) -> Self::Mutex<T>;

    /// Blocks until the mutex is free, and locks it.
    fn lock<T: Send + 'static>(mutex: &Self::Mutex<T>) -> Self::Guard<'_, T>;

    /// Locks the mutex if it is free.
    fn try_lock<T: Send + 'static>(mutex: &Self::Mutex<T>) -> Option<Self::Guard<'_, T>>;

    /// A condition variable that nobody waits for.
    fn condvar() -> Self::Condvar;

    /// Unlocks, blocks until notified (or for no reason at all), and locks again.
    fn wait<'mutex, T: Send + 'static>(
        condvar: &Self::Condvar,
        guard: Self::Guard<'mutex, T>,
    ) -> Self::Guard<'mutex, T>;

    /// Wakes at least one of those who wait.
    fn notify_one(condvar: &Self::Condvar);

    /// Wakes all who wait.
    fn notify_all(condvar: &Self::Condvar);
}

/// Those of the standard library.
#[derive(Debug)]
pub struct Std;

impl Family for Std {
    const NAME: &'static str = "std";
    type Mutex<T: Send + 'static> = std::sync::Mutex<T>;
    type Guard<'mutex, T: Send + 'static> = std::sync::MutexGuard<'mutex, T>;
    type Condvar = std::sync::Condvar;

    fn mutex<T: Send + 'static>(value: T) -> Self::Mutex<T> {
        std::sync::Mutex::new(value)
    }

    fn lock<T: Send + 'static>(mutex: &Self::Mutex<T>) -> Self::Guard<'_, T> {
        // Here and below: a poisoned lock is a lock like any other.
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_lock<T: Send + 'static>(mutex: &Self::Mutex<T>) -> Option<Self::Guard<'_, T>> {
        match mutex.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn condvar() -> Self::Condvar {
        std::sync::Condvar::new()
    }

    fn wait<'mutex, T: Send + 'static>(
        condvar: &Self::Condvar,
        guard: Self::Guard<'mutex, T>,
    ) -> Self::Guard<'mutex, T> {
        condvar.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    fn notify_one(condvar: &Self::Condvar) {
        condvar.notify_one();
    }

    fn notify_all(condvar: &Self::Condvar) {
        condvar.notify_all();
    }
}

/// Implements [`Family`] for the mutex of one crate and the condition variable of another or the same, if
/// `Condvar::wait` borrows the guard.
macro_rules! family {
    ($(#[$doc:meta])* $family:ident, $name:literal, $mutex:ident, $condvar:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $family;

        impl Family for $family {
            const NAME: &'static str = $name;
            type Mutex<T: Send + 'static> = ::$mutex::Mutex<T>;
            type Guard<'mutex, T: Send + 'static> = ::$mutex::MutexGuard<'mutex, T>;
            type Condvar = ::$condvar::Condvar;

            fn mutex<T: Send + 'static>(value: T) -> Self::Mutex<T> {
                ::$mutex::Mutex::new(value)
            }

            fn lock<T: Send + 'static>(mutex: &Self::Mutex<T>) -> Self::Guard<'_, T> {
                mutex.lock()
            }

            fn try_lock<T: Send + 'static>(mutex: &Self::Mutex<T>) -> Option<Self::Guard<'_, T>> {
                mutex.try_lock()
            }

            fn condvar() -> Self::Condvar {
                ::$condvar::Condvar::new()
            }

            fn wait<'mutex, T: Send + 'static>(
                condvar: &Self::Condvar,
                mut guard: Self::Guard<'mutex, T>,
            ) -> Self::Guard<'mutex, T> {
                condvar.wait(&mut guard);
                guard
            }

            fn notify_one(condvar: &Self::Condvar) {
                condvar.notify_one();
            }

            fn notify_all(condvar: &Self::Condvar) {
                condvar.notify_all();
            }
        }
    };
}

family! {
    /// Ours.
    Locksmith, "locksmith", mutex, condvar
}

family! {
    /// Those of parking_lot.
    ParkingLot, "parking_lot", parking_lot, parking_lot
}

family! {
    /// Those of usync.
    Usync, "usync", usync, usync
}
