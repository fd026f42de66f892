//! A semaphore hands out permits, of which there are so many.
//!
//! Think of the boats on a lake. Whoever wants to row takes one from the landing stage ([`acquire`](Semaphore::acquire));
//! when all are out, they wait; whoever comes back brings one ([`release`](Semaphore::release)). Python calls this
//! `threading.Semaphore`.
//!
//! A semaphore with one permit looks like a lock, but it is not one: a lock is released by who locked it, and protects
//! data. A permit may be given back by another thread than the one that took it, and even by one that took none. That
//! makes a semaphore a counter that can be waited for: of free places, of items in a buffer, of requests under way.
//!
//! # State
//!
//! Eight bytes: a word, and a lock beside it called the turnstile. The word is read as three things:
//!
//! ```text
//!    31                                  2        1           0
//!   ┌────────────────────────────────────┬────────────┬──────────┐
//!   │              permits               │  RESERVED  │  ASLEEP  │
//!   └────────────────────────────────────┴────────────┴──────────┘
//! ```
//!
//! A thread that finds too few permits first goes through the **turnstile**, where one at a time gets in and the others
//! sleep. Whoever is in is called the *head*. Only the head sleeps on the word.
//!
//! | `RESERVED` | `ASLEEP` | meaning |
//! |---|---|---|
//! | 0 | 0 | Whoever finds a permit takes it. If there is a head, it is awake, and will look at the word again. |
//! | 0 | 1 | The same, but the head sleeps or is about to: whoever releases takes `ASLEEP` down and wakes it. |
//! | 1 | 0 | The permits are the head's, and it is awake. |
//! | 1 | 1 | The permits are the head's, and it sleeps until there are more. |
//!
//! # Protocol
//!
//! - **`acquire`** takes permits away from the word if there are enough, and if they are not reserved. That is the fast
//!   path, one instruction. Else it goes through the turnstile.
//! - **The head** takes its permits if there are enough, reserved or not, and takes both flags down. If there are too
//!   few, it puts up `ASLEEP`, and `RESERVED` if it has reason to, and sleeps as long as the word stays like that. With
//!   its permits, or when its time has run out, it leaves the turnstile to the next.
//! - **`release`** adds permits to the word and takes `ASLEEP` down, in one step. If it was up, it wakes the head.
//!
//! # Who may overtake whom
//!
//! A thread that comes while others sleep may take a permit before them: it runs already, and to wake another takes
//! fifty times as long. So far this is as with the mutex. But a thread that wants *many* permits could wait for ever,
//! while others take them one by one as they come. So the head reserves, and from then on nobody overtakes it:
//!
//! - at once, if it wants more than one permit;
//! - after it was woken `PATIENCE` times in vain, if it wants only one.
//!
//! This goes for the head. Those in front of the turnstile have to become the head first, one after the other, and
//! meanwhile whoever finds a permit may take it. In a crowd that takes them all the time, the way to the head is the
//! longer part of the wait.
//!
//! # Invariants
//!
//! 1. Only the head, who holds the turnstile, sleeps on the word, puts up a flag, or takes `RESERVED` down.
//! 2. The head lies down only while the word is exactly what it has seen: too few permits, with `ASLEEP` up. Looking and
//!    lying down are one step: the futex promises that.
//! 3. A release that finds `ASLEEP` up wakes the head. So after each release, the head has yet to look at the word.
//! 4. Once its read-modify-write is done, a release looks at the semaphore no more, for whoever took the permits may have
//!    given the memory back. The wake-up uses the address alone.
//! 5. The word is changed by read-modify-writes only, never by a plain store.
//!
//! # Memory ordering
//!
//! What a thread has done before it released permits must be seen by whoever takes them. Permits have no names, so: by
//! everybody who acquires later. `release` is a Release, each way to take permits is an Acquire, and as all changes are
//! read-modify-writes, each word hands on what the ones before it carried (a *release sequence*).
//!
//! # A tempting mistake
//!
//! Is one sleeper at a time not a waste? Everybody could sleep on the word, with the flag up, and each release wake one
//! of them:
//!
//! 1. Alice and Bob sleep; `ASLEEP` is up.
//! 2. Carol releases. She takes `ASLEEP` down, since she cannot know whether there is a second sleeper, and wakes Alice.
//! 3. Dave releases. `ASLEEP` is down, so he wakes nobody. There are two permits now.
//! 4. Alice takes one of them and leaves. Bob sleeps, for ever perhaps, beside a permit.
//!
//! A mutex may do so, because Alice's own unlock will wake Bob. A permit need not come back. The turnstile mends it:
//! Alice lets Bob in when she leaves, and he looks at the word himself.
//!
//! The mutant `all-on-the-word` is this mistake, and the test `two_quick_releases_let_two_waiters_in` finds it.

mod bounded;

use std::fmt;
use std::mem;
use std::time::Duration;

use futex::Deadline;
use model::sync::atomic::{AtomicU32, Ordering};
use mutex::RawMutex;

pub use bounded::{BoundedSemaphore, TooManyReleases};

/// The head sleeps or is about to: whoever releases takes this down and wakes it.
const ASLEEP: u32 = 0b01;

/// The permits are the head's, as soon as they are enough: nobody else may take any.
const RESERVED: u32 = 0b10;

/// One permit. The permits are the bits from here on.
const ONE: u32 = 0b100;

/// As many permits as there are bits for.
const MAX_PERMITS: u32 = u32::MAX / ONE;

/// How often the head is woken in vain, because somebody was quicker, before it reserves a single permit.
const PATIENCE: u32 = 4;

/// So many permits, for whoever comes.
///
/// A call to [`release`](Semaphore::release), or the drop of a [`Permit`], *synchronizes before* every acquisition that
/// comes after it.
///
/// **Fairness.** A thread that is awake may overtake threads that sleep, but not for ever: a waiting
/// [`acquire_many`](Semaphore::acquire_many) lets nobody past once it is at the head of the queue, and a waiting
/// [`acquire`](Semaphore::acquire) nobody after it was woken a few times in vain. Those behind the head follow
/// mostly in the order of their coming; until their turn, others may overtake them.
///
/// **Deadlock.** A thread that has permits and asks for more may wait for itself, and two such threads for each other; all
/// the sooner as whoever waits for many lets nobody past. To need several permits is to ask for them at once.
///
/// **Panics and drops.** A thread that panics while it holds a [`Permit`] gives it back. Nothing is poisoned. The
/// semaphore may be dropped by whoever took the last permit, while the release that it came from has yet to return; in
/// safe Rust, borrows take care of that.
///
/// A semaphore is eight bytes and allocates nothing.
///
/// # Example
///
/// Ten downloads, of which three may run at a time:
///
/// ```
/// use semaphore::Semaphore;
///
/// let lines = Semaphore::new(3);
/// model::thread::scope(|scope| {
///     for number in 0..10 {
///         let lines = &lines;
///         scope.spawn(&format!("download {number}"), move || {
///             let _line = lines.acquire();
///             // download
///         });
///     }
/// });
/// assert_eq!(lines.available_permits(), 3);
/// ```
pub struct Semaphore {
    counter: Counter,
}

impl Semaphore {
    /// The most permits that a semaphore can have: 1,073,741,823.
    pub const MAX_PERMITS: usize = MAX_PERMITS as usize;

    model::const_fn! {
        /// A semaphore with so many permits.
        ///
        /// # Panics
        ///
        /// If they are more than [`Semaphore::MAX_PERMITS`].
        pub const fn new(permits: usize) -> Semaphore {
            Semaphore { counter: Counter::new(permits) }
        }
    }

    /// Blocks until there is a permit, and takes it until the [`Permit`] is dropped.
    #[inline]
    #[track_caller]
    pub fn acquire(&self) -> Permit<'_> {
        self.acquire_many(1)
    }

    /// Takes a permit if there is one. Never blocks.
    ///
    /// Permits that are reserved for a waiting thread are not there for anybody else.
    #[inline]
    #[track_caller]
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.try_acquire_many(1)
    }

    /// Blocks until there is a permit, or until `timeout` is over; `None` if there was none in that time.
    ///
    /// A zero duration never blocks. One that is too long for the clock is no limit.
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
    /// If `permits` is more than [`Semaphore::MAX_PERMITS`]: there could never be so many.
    ///
    /// # Example
    ///
    /// To have all of them is to be alone:
    ///
    /// ```
    /// # let lines = semaphore::Semaphore::new(3);
    /// let everything = lines.acquire_many(3);
    /// assert!(lines.try_acquire().is_none());
    /// # drop(everything);
    /// ```
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
    /// As [`acquire_many`](Semaphore::acquire_many).
    #[inline]
    #[track_caller]
    pub fn try_acquire_many(&self, permits: usize) -> Option<Permit<'_>> {
        let wanted = self.wanted(permits);
        self.counter.try_take(wanted).then(|| self.permit(wanted))
    }

    /// Blocks as [`acquire_many`](Semaphore::acquire_many) does, for no longer than `timeout`; `None` if there were not
    /// enough permits in that time. Those who have queued up behind it go on then.
    ///
    /// # Panics
    ///
    /// As [`acquire_many`](Semaphore::acquire_many).
    #[inline]
    #[track_caller]
    pub fn acquire_many_timeout(&self, permits: usize, timeout: Duration) -> Option<Permit<'_>> {
        let wanted = self.wanted(permits);
        self.counter.take_timeout(wanted, timeout).then(|| self.permit(wanted))
    }

    /// Adds `permits` permits, whether they were acquired before or not. Never blocks.
    ///
    /// # Panics
    ///
    /// If there would be more than [`Semaphore::MAX_PERMITS`]. Nothing is changed then.
    ///
    /// # Example
    ///
    /// A count of things to do, which one thread adds to and another takes from:
    ///
    /// ```
    /// use semaphore::Semaphore;
    ///
    /// let to_do = Semaphore::new(0);
    /// model::thread::scope(|scope| {
    ///     scope.spawn("worker", || {
    ///         for _ in 0..3 {
    ///             to_do.acquire().forget();
    ///         }
    ///     });
    ///     to_do.release(3);
    /// });
    /// assert_eq!(to_do.available_permits(), 0);
    /// ```
    #[inline]
    #[track_caller]
    pub fn release(&self, permits: usize) {
        assert!(
            self.counter.give(permits, MAX_PERMITS),
            "a semaphore cannot have more than {MAX_PERMITS} permits, and {permits} were to be added"
        );
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
        wanted(permits, MAX_PERMITS)
    }

    /// The right to permits that the caller has just taken.
    #[inline]
    fn permit(&self, permits: u32) -> Permit<'_> {
        Permit { counter: &self.counter, permits, limit: MAX_PERMITS }
    }
}

/// `permits` as the word counts them, if there can be so many.
#[inline]
#[track_caller]
fn wanted(permits: usize, limit: u32) -> u32 {
    assert!(permits <= limit as usize, "{permits} permits were asked for, and there are never more than {limit}");
    // What is no more than the limit fits.
    permits as u32
}

/// A number of permits that can be waited for: what both semaphores are made of.
///
/// Its functions and those of its users are `#[track_caller]`, as the mutex's are: a picture of a schedule shows the line that
/// acquires or releases, and not one in here.
struct Counter {
    /// The permits, [`RESERVED`] and [`ASLEEP`].
    state: AtomicU32,
    /// Held by the head.
    turnstile: RawMutex,
}

impl Counter {
    model::const_fn! {
        const fn new(permits: usize) -> Counter {
            assert!(permits <= Semaphore::MAX_PERMITS, "more permits than a semaphore can have");
            Counter { state: AtomicU32::new(permits as u32 * ONE), turnstile: RawMutex::new() }
        }
    }

    /// The permits that are there.
    #[inline]
    #[track_caller]
    fn permits(&self) -> usize {
        // ORDERING: Relaxed; the answer may be old news in any case, and nothing is read on account of it.
        (self.state.load(Ordering::Relaxed) / ONE) as usize
    }

    /// Takes permits if there are enough that are not reserved. Never blocks.
    // ANCHOR: take
    #[inline]
    #[track_caller]
    fn try_take(&self, wanted: u32) -> bool {
        // ORDERING: Relaxed; the exchange looks again.
        let mut state = self.state.load(Ordering::Relaxed);
        while wanted == 0 || (state & RESERVED == 0 && state / ONE >= wanted) {
            // (n, free, any) => (n - wanted, free, same)
            let taken = state - wanted * ONE;
            // ORDERING: Acquire pairs with the Release in `give`. On failure Relaxed, as above.
            match self.state.compare_exchange(state, taken, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }
    // ANCHOR_END: take

    /// Takes permits within `timeout`, and says whether it has.
    #[inline]
    #[track_caller]
    fn take_timeout(&self, wanted: u32, timeout: Duration) -> bool {
        self.try_take(wanted) || (!timeout.is_zero() && self.take_slow(wanted, Deadline::after(timeout)))
    }

    /// Takes permits that were not there at the first look. False: `deadline` has passed.
    // ANCHOR: slow
    #[cold]
    #[track_caller]
    fn take_slow(&self, wanted: u32, deadline: Deadline) -> bool {
        if futex::watch(|| self.try_take(wanted).then_some(())).is_some() {
            return true;
        }
        if !self.turnstile.lock_until(deadline) {
            return false;
        }
        let taken = self.take_as_head(wanted, deadline);
        // SAFETY: the turnstile was locked above, and what the head has to do is done.
        unsafe { self.turnstile.unlock() };
        taken
    }

    /// Takes permits on behalf of the head, as soon as there are enough. False: `deadline` has passed.
    #[track_caller]
    fn take_as_head(&self, wanted: u32, deadline: Deadline) -> bool {
        let mut patience = if wanted > 1 { 0 } else { PATIENCE };
        let mut in_time = true;
        // A guess. If it is wrong, the exchange says how things stand.
        let mut state = 0;
        loop {
            let enough = state / ONE >= wanted;
            let next = if enough {
                // (n, any, any) => (n - wanted, free, awake)
                (state - wanted * ONE) & !(RESERVED | ASLEEP)
            } else if !in_time {
                // (n, any, any) => (n, free, awake)
                state & !(RESERVED | ASLEEP)
            } else {
                // (n, any, any) => (n, same or reserved, asleep)
                state | ASLEEP | if patience == 0 { RESERVED } else { 0 }
            };
            // ORDERING: Acquire pairs with the Release in `give`, for permits that are taken. On failure Relaxed.
            if let Err(now) = self.state.compare_exchange(state, next, Ordering::Acquire, Ordering::Relaxed) {
                state = now;
                continue;
            }
            if enough || !in_time {
                return enough;
            }
            // The permits may have come at the last moment, so that "no" would not be the truth: hence one turn more.
            in_time = futex::wait_until(&self.state, next, deadline).is_ok();
            patience = patience.saturating_sub(1);
        }
    }
    // ANCHOR_END: slow

    /// Adds `permits`, and wakes the head if it sleeps. False: there would be more than `limit`, and nothing was changed.
    #[inline]
    #[track_caller]
    fn give(&self, permits: usize, limit: u32) -> bool {
        // What is no more than the room fits.
        self.add(limit, |room| (permits <= room as usize).then_some(permits as u32))
    }

    /// Adds `permits`, or as many as there is room for below `limit`, and wakes the head if it sleeps.
    #[inline]
    #[track_caller]
    fn give_back(&self, permits: u32, limit: u32) {
        if !self.add(limit, |room| (permits <= room).then_some(permits)) {
            self.fill_up(permits, limit);
        }
    }

    /// As `give_back`, where others have released too many. Apart from it, because a minimum is something that the exchange
    /// would wait for, and a branch is not.
    #[cold]
    #[track_caller]
    fn fill_up(&self, permits: u32, limit: u32) {
        self.add(limit, |room| Some(permits.min(room)));
    }

    /// Adds as many permits as `how_many` says when it hears for how many there is room, and wakes the head if it sleeps.
    /// False: it said `None`, and nothing was changed.
    // ANCHOR: give
    #[inline]
    #[track_caller]
    fn add(&self, limit: u32, how_many: impl Fn(u32) -> Option<u32>) -> bool {
        let address: *const AtomicU32 = &self.state;
        // ORDERING: Relaxed; the exchange looks again.
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            let Some(permits) = how_many(limit - state / ONE) else { return false };
            // (n, same, any) => (n + permits, same, awake)
            let given = (state + permits * ONE) & !ASLEEP;
            // ORDERING: Release pairs with the Acquire in `try_take` and `take_as_head`. On failure Relaxed, as above.
            match self.state.compare_exchange(state, given, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => state = now,
            }
        }
        // From here on the semaphore may be gone (invariant 4).
        if state & ASLEEP != 0 {
            wake(address);
        }
        true
    }
    // ANCHOR_END: give
}

/// Apart from `give`, so that the call stays out of the fast path.
#[cold]
#[track_caller]
fn wake(address: *const AtomicU32) {
    futex::wake_one(address);
}

/// Permits that are given back when this is dropped, also while a panic unwinds.
///
/// It may be sent to another thread: permits do not belong to threads. If others have released more than was acquired, so
/// that there is not room for all of these, as many are given back as there is room for.
#[must_use = "the permits are given back as soon as this is dropped; to keep them, call `forget`"]
pub struct Permit<'a> {
    counter: &'a Counter,
    permits: u32,
    /// The most permits that there may be.
    limit: u32,
}

impl Permit<'_> {
    /// How many permits these are.
    #[track_caller]
    pub fn permits(&self) -> usize {
        self.permits as usize
    }

    /// Does not give the permits back: they are used up, unless somebody calls `release`.
    pub fn forget(self) {
        mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        // Somebody may have released more than was acquired, so that there is not room for all.
        self.counter.give_back(self.permits, self.limit);
    }
}

impl fmt::Debug for Permit<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Permit").field("permits", &self.permits).finish()
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Semaphore").field("available_permits", &self.available_permits()).finish()
    }
}
