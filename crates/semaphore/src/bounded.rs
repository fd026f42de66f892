//! A semaphore that tells a release too many.
//!
//! Where each permit stands for something that there are so many of, a release without an acquisition is a mistake, and
//! a plain semaphore takes it for one more. Python calls this `threading.BoundedSemaphore`.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use futex::Deadline;

use crate::{Counter, Permit, wanted};

/// As many permits as it was made with, and never more.
///
/// In all else it is a [`Semaphore`](crate::Semaphore), as to what synchronizes, fairness, panics and drops. It is twelve
/// bytes.
///
/// # Example
///
/// ```
/// use semaphore::{BoundedSemaphore, TooManyReleases};
///
/// let boats = BoundedSemaphore::new(2);
/// boats.acquire().forget();
/// assert_eq!(boats.release(1), Ok(()));
/// assert_eq!(boats.release(1), Err(TooManyReleases));
/// ```
pub struct BoundedSemaphore {
    counter: Counter,
    bound: u32,
}

impl BoundedSemaphore {
    model::const_fn! {
        /// A semaphore with so many permits, and never more.
        ///
        /// # Panics
        ///
        /// If they are more than [`Semaphore::MAX_PERMITS`](crate::Semaphore::MAX_PERMITS).
        pub const fn new(permits: usize) -> BoundedSemaphore {
            BoundedSemaphore { counter: Counter::new(permits), bound: permits as u32 }
        }
    }

    /// Blocks until there is a permit, and takes it until the [`Permit`] is dropped.
    ///
    /// # Panics
    ///
    /// If the semaphore was made without any permit.
    #[inline]
    #[track_caller]
    pub fn acquire(&self) -> Permit<'_> {
        self.acquire_many(1)
    }

    /// Takes a permit if there is one that is not reserved for a waiting thread. Never blocks.
    ///
    /// # Panics
    ///
    /// As [`acquire`](BoundedSemaphore::acquire).
    #[inline]
    #[track_caller]
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.try_acquire_many(1)
    }

    /// Blocks until there is a permit, or until `timeout` is over; `None` if there was none in that time.
    ///
    /// A zero duration never blocks. One that is too long for the clock is no limit.
    ///
    /// # Panics
    ///
    /// As [`acquire`](BoundedSemaphore::acquire).
    #[inline]
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        self.acquire_many_timeout(1, timeout)
    }

    /// Blocks until there are `permits` permits, and takes them all at once until the [`Permit`] is dropped.
    ///
    /// While this waits at the head of the queue nobody else is given a permit, so that it gets there.
    ///
    /// # Panics
    ///
    /// If `permits` is more than the semaphore was made with: there will never be so many.
    #[inline]
    #[track_caller]
    pub fn acquire_many(&self, permits: usize) -> Permit<'_> {
        let wanted = self.wanted(permits);
        if !self.counter.try_take(wanted) {
            self.counter.take_slow(wanted, Deadline::NEVER);
        }
        self.permit(wanted)
    }

    /// Takes `permits` permits if there are so many that are not reserved for a waiting thread. Never blocks.
    ///
    /// # Panics
    ///
    /// As [`acquire_many`](BoundedSemaphore::acquire_many).
    #[inline]
    #[track_caller]
    pub fn try_acquire_many(&self, permits: usize) -> Option<Permit<'_>> {
        let wanted = self.wanted(permits);
        self.counter.try_take(wanted).then(|| self.permit(wanted))
    }

    /// Blocks as [`acquire_many`](BoundedSemaphore::acquire_many) does, for no longer than `timeout`; `None` if there
    /// were not enough permits in that time.
    ///
    /// # Panics
    ///
    /// As [`acquire_many`](BoundedSemaphore::acquire_many).
    #[inline]
    #[track_caller]
    pub fn acquire_many_timeout(&self, permits: usize, timeout: Duration) -> Option<Permit<'_>> {
        let wanted = self.wanted(permits);
        self.counter.take_timeout(wanted, timeout).then(|| self.permit(wanted))
    }

    /// Gives `permits` permits back that were acquired and then [forgotten](Permit::forget). Never blocks.
    ///
    /// # Errors
    ///
    /// [`TooManyReleases`] if there would be more permits than at first. Nothing is changed then.
    #[inline]
    #[track_caller]
    pub fn release(&self, permits: usize) -> Result<(), TooManyReleases> {
        if self.counter.give(permits, self.bound) { Ok(()) } else { Err(TooManyReleases) }
    }

    /// How many permits there are now, reserved ones among them. Never blocks.
    ///
    /// By the time that the caller learns of it, it may have changed. Good for assertions and displays.
    #[inline]
    #[track_caller]
    pub fn available_permits(&self) -> usize {
        self.counter.permits()
    }

    /// `permits` as the word counts them.
    #[inline]
    #[track_caller]
    fn wanted(&self, permits: usize) -> u32 {
        wanted(permits, self.bound)
    }

    /// The right to permits that the caller has just taken. If somebody releases too many meanwhile, dropping it gives
    /// back as many as there is room for.
    #[inline]
    fn permit(&self, permits: u32) -> Permit<'_> {
        Permit { counter: &self.counter, permits, limit: self.bound }
    }
}

/// A release of more permits than were acquired; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyReleases;

impl fmt::Display for TooManyReleases {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("more permits were released than acquired")
    }
}

impl Error for TooManyReleases {}

impl fmt::Debug for BoundedSemaphore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BoundedSemaphore")
            .field("available_permits", &self.available_permits())
            .field("bound", &self.bound)
            .finish()
    }
}
