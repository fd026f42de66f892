//! With a condition variable a thread waits until what a lock protects has changed.
//!
//! A lock says *not now*; a condition says *not yet*. Think of a bakery: one customer at a time stands at the counter
//! (the mutex). Whoever finds the shelf empty must not wait at the counter, or the baker could never reach the shelf.
//! They step aside and let go of the counter in the same moment ([`wait`](Condvar::wait)); the baker fills the shelf
//! and calls ([`notify_one`](Condvar::notify_one)); and who was called goes back to the counter, takes it, **and looks at the shelf
//! again**, since somebody else may have been quicker. Python calls this `threading.Condition`.
//!
//! The condition itself, "there is bread", is not in here. It is a look at the data, written by whoever uses this. The
//! condition variable is only the bench where they wait.
//!
//! # State
//!
//! Sixteen bytes. `sequence` is the word on which waiters sleep: each notification changes it, so that nobody lies down
//! who has missed one. `waiters` says who is there, in one atomic word, for its parts have to change together:
//!
//! ```text
//!    63                                        18    17     16                 0
//!   ┌───────────────────────────────────────────┬─────────┬────────────────────┐
//!   │                    bed                    │  MOVED  │       count        │
//!   └───────────────────────────────────────────┴─────────┴────────────────────┘
//! ```
//!
//! - `count`: how many threads have signed in and not yet out. If it is 0, the rest means nothing.
//! - `bed`: where the waiters' mutex lies, for a broadcast that sends them there to sleep on. All ones (`SEVERAL`): they
//!   do not all have the same mutex.
//! - `MOVED`: a broadcast has sent some of them there, or is about to.
//!
//! # Protocol
//!
//! - **`wait`**, with the mutex locked, signs in and reads `sequence`. Then it unlocks the mutex and sleeps as long as
//!   `sequence` is what it has read. Then it signs out and locks the mutex again.
//! - **`notify_one`**, if anybody is signed in, changes `sequence` and wakes one who sleeps there.
//! - **`notify_all`** does the same for all. But it wakes only one of them and *moves* the others into the mutex's bed,
//!   as if each had gone there and found the mutex locked: woken all at once, they would only run into each other there.
//!   Each that gets the mutex wakes the next when it unlocks.
//!
//! Signing in, reading and unlocking are three steps, and a notification may come between any two of them, or before
//! the waiter sleeps:
//!
//! 1. Alice, with the mutex locked, finds the shelf empty. She signs in, reads 7 in `sequence`, and unlocks.
//! 2. Bob locks the mutex, fills the shelf, and unlocks. He finds Alice signed in: `sequence` becomes 8. He wakes whoever
//!    sleeps there. That is nobody.
//! 3. Alice would sleep as long as `sequence` is 7. It is not, so she goes on.
//!
//! # Invariants
//!
//! 1. A thread signs in before it unlocks the mutex, and signs out after it has left whatever bed it slept in. So whoever
//!    locks the mutex after it, and then finds nobody signed in, has nobody to notify.
//! 2. While `bed` is an address, all who are signed in wait with the mutex there.
//! 3. Whoever signs in and does not find its own mutex in `bed`, or takes `MOVED` down, changes `sequence` before it
//!    sleeps on it. So one who has found an address in `bed`, *after* a change of `sequence` of its own, and then finds
//!    `sequence` as it has left it, moves only threads of that mutex, and `MOVED` is up for all of them.
//! 4. A thread that may have been moved locks with [`RawMutex::lock_contended`], so that the others in the mutex's bed are
//!    woken in turn.
//! 5. A notifier uses the mutex's address as a key and never looks at the mutex: its last waiter may have timed out and
//!    freed it.
//!
//! # Memory ordering
//!
//! The mutex orders nearly everything. A waiter signs in and reads `sequence` before it unlocks; whoever changes the
//! condition locks after that, and so sees that the waiter is there, and changes `sequence` after the waiter has read
//! it. Signing in and notifying are therefore Relaxed.
//!
//! It orders nothing between threads that wait with *different* mutexes. That is what the pair in invariant 3 is for:
//! the change of `sequence` after signing in is a Release, the notifier's own change before it looks is an Acquire.
//!
//! # What moving costs
//!
//! A chain is no faster than its links: each that gets the mutex wakes the next, and where several processors stand
//! idle, a herd is through sooner. On two processors std, which wakes all, releases sixteen waiters in a quarter of our
//! time if the mutex is free, and in three quarters if the notifier holds it. On one processor ours takes 1.4 times as
//! long as std's with the mutex free, and two thirds as long with it held (`compare -- condvar --pin one,spread` in
//! `benches`). What moving saves for certain is a second lying down of each.
//!
//! # When the sequence runs out
//!
//! After 2³² notifications `sequence` is what it was. A waiter that has read it and not yet lain down would have to
//! stand still for exactly that many of them, each of which makes a system call, for some minutes at least, ready to run
//! all the time. Then it would miss the last of them. And a broadcast that stands still between two of its steps for as
//! long could send somebody into the wrong bed.
//!
//! # Two mutexes
//!
//! Threads that wait here at the same time may use different mutexes. It is hardly ever what somebody wants, and a
//! broadcast then wakes all of them at once; but nobody is lost.
//!
//! # A tempting mistake
//!
//! To unlock and to sleep are two steps here. Why not without the `sequence`, as one does who builds this from an event?
//!
//! ```text
//! fn wait(&self, guard: &mut MutexGuard<T>) {
//!     self.event.clear();
//!     unlock(guard);
//!     self.event.wait();
//!     lock(guard);
//! }
//! ```
//!
//! 1. Alice waits. She clears the event and unlocks.
//! 2. Bob notifies: he sets the event, for Alice.
//! 3. Carol locks, finds the shelf empty again, and waits: she clears the event.
//! 4. Alice goes to sleep, though Bob has called her.
//!
//! What she has to ask is not "is there a call?" but "has there been one since I came?". That is the same lesson as in
//! `event`, and `sequence` is the same answer. The mutant `reads-after-unlocking` makes the mistake in another dress, and the test
//! `a_notification_is_not_lost_between_the_unlock_and_the_sleep` finds it.

use std::fmt;
use std::ptr;
use std::time::Duration;

use futex::Deadline;
use model::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use mutex::{MutexGuard, RawMutex};

/// The bits of `waiters` that count those who are signed in.
const COUNT: u64 = (1 << 17) - 1;

/// A broadcast has moved some of the waiters into their mutex's bed, or is about to. [`Condvar::notify_all`] puts it up;
/// the first to sign in when nobody is there takes it down.
const MOVED: u64 = 1 << 17;

/// The bits of `waiters` that say where the waiters' mutex lies.
const BED: u64 = !(COUNT | MOVED);

/// What the address of the waiters' mutex is multiplied with to lie in the bits of [`BED`]. It is a multiple of four
/// itself.
const BED_SCALE: u64 = (MOVED << 1) / 4;

/// In place of an address: the waiters have several mutexes, or one that lies too high to be written down.
const SEVERAL: u64 = BED;

/// Where threads wait until what a mutex protects has changed.
///
/// What a thread has done before it unlocked the mutex is seen by the waiters when they go on, because they have the
/// mutex then. The condition variable by itself orders nothing.
///
/// **Waits may end for no reason**, though they rarely do: a signal's handler ran, or two notifications met. And what a
/// waiter was called for may be gone again when it gets the mutex. So wait in a loop that looks at the condition; best
/// with [`wait_while`](Condvar::wait_while), which is that loop.
///
/// **Fairness.** Waiters are woken in the order in which they lay down. That does not mean that they get the mutex in
/// that order.
///
/// **Panics.** A thread that panics while it waits for nothing leaves this as it is. Nothing is poisoned.
///
/// A condition variable is sixteen bytes and allocates nothing.
///
/// # Example
///
/// ```
/// use condvar::Condvar;
/// use mutex::Mutex;
///
/// let shelf = Mutex::new(Vec::new());
/// let filled = Condvar::new();
/// model::thread::scope(|scope| {
///     scope.spawn("customer", || {
///         let mut shelf = shelf.lock();
///         filled.wait_while(&mut shelf, |shelf| shelf.is_empty());
///         assert_eq!(shelf.pop(), Some("rye"));
///     });
///     shelf.lock().push("rye");
///     filled.notify_one();
/// });
/// ```
pub struct Condvar {
    /// Changes with each notification that may concern somebody. Waiters sleep on it.
    sequence: AtomicU32,
    /// [`BED`], [`MOVED`] and [`COUNT`].
    waiters: AtomicU64,
}

// All of these are `#[track_caller]`, as the mutex's are: a picture of a schedule shows the line that waits or notifies, and not
// one in here.
impl Condvar {
    model::const_fn! {
        /// A condition variable for which nobody waits.
        pub const fn new() -> Condvar {
            Condvar { sequence: AtomicU32::new(0), waiters: AtomicU64::new(0) }
        }
    }

    /// Unlocks the mutex of `guard`, blocks until notified, and locks the mutex again.
    ///
    /// Nobody who locks the mutex after this has unlocked it can notify without being heard. The wait may also end for no
    /// reason: look at the condition again.
    ///
    /// # Panics
    ///
    /// If 131,071 threads wait already.
    ///
    /// # Example
    ///
    /// ```
    /// # use condvar::Condvar;
    /// # use mutex::Mutex;
    /// # let (ready, changed) = (Mutex::new(false), Condvar::new());
    /// # model::thread::scope(|scope| {
    /// # scope.spawn("notifier", || {
    /// *ready.lock() = true;
    /// changed.notify_all();
    /// # });
    /// // In another thread:
    /// let mut guard = ready.lock();
    /// while !*guard {
    ///     changed.wait(&mut guard);
    /// }
    /// # });
    /// ```
    #[track_caller]
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        self.wait_until(guard, Deadline::NEVER);
    }

    /// Waits while `condition` is true of what the mutex of `guard` protects. Does not wait if it is false at once.
    ///
    /// `condition` is called with the mutex locked, and is false when this returns.
    ///
    /// # Panics
    ///
    /// As [`wait`](Condvar::wait), and if `condition` panics.
    #[track_caller]
    pub fn wait_while<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, mut condition: impl FnMut(&mut T) -> bool) {
        while condition(guard) {
            self.wait(guard);
        }
    }

    /// Waits as [`wait`](Condvar::wait) does, but is notified for no longer than `timeout`. False: the time ran out.
    ///
    /// To lock the mutex again may take longer, for that is up to those who hold it; who was notified in time is told so
    /// in any case. A thread whose time ran out takes no notification away from another. A zero duration unlocks the mutex for a moment and does not wait; one that is too
    /// long for the clock is no limit.
    ///
    /// # Panics
    ///
    /// As [`wait`](Condvar::wait).
    #[track_caller]
    pub fn wait_timeout<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, timeout: Duration) -> bool {
        self.wait_until(guard, Deadline::after(timeout))
    }

    /// Waits as [`wait`](Condvar::wait) does, but is notified until `deadline` only. False: it has passed.
    ///
    /// With one deadline a thread can wait several times for one thing. Otherwise as [`wait_timeout`](Condvar::wait_timeout).
    ///
    /// # Panics
    ///
    /// As [`wait`](Condvar::wait).
    // ANCHOR: wait
    #[track_caller]
    pub fn wait_until<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, deadline: Deadline) -> bool {
        let mutex = MutexGuard::raw(guard);
        let seen = self.sign_in(mutex);
        // SAFETY: the guard stands for the lock, and it is borrowed here for ourselves alone. It is locked again below
        // before anybody can use the guard, and nothing in between panics.
        unsafe { mutex.unlock() };
        let woken = futex::wait_until(&self.sequence, seen, deadline).is_ok();
        let moved = self.sign_out() & MOVED != 0;
        // Who was moved was notified, even if the time ran out in the mutex's bed. Who found `MOVED` up on arrival was not,
        // unless there has been a notification since.
        // ORDERING: Relaxed; if it is old, the answer is that the time ran out, and so it did.
        let notified = woken || (moved && self.sequence.load(Ordering::Relaxed) != seen);
        // Whoever has called may hold the mutex still. To watch it for a moment does not pay: coming out of a bed has taken
        // longer than that (`compare -- condvar/ping_pong --pin one` in `benches`).
        if moved || !mutex.try_lock() {
            mutex.lock_contended(Deadline::NEVER);
        }
        notified
    }
    // ANCHOR_END: wait

    /// Waits as [`wait_while`](Condvar::wait_while) does, for no longer than `timeout` altogether. True: `condition` is
    /// false. False: the time ran out, and `condition` was still true after that.
    ///
    /// # Panics
    ///
    /// As [`wait_while`](Condvar::wait_while).
    ///
    /// # Example
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use condvar::Condvar;
    /// # use mutex::Mutex;
    /// let (shelf, filled) = (Mutex::new(Vec::<&str>::new()), Condvar::new());
    /// let mut shelf = shelf.lock();
    /// if !filled.wait_timeout_while(&mut shelf, Duration::from_millis(1), |shelf| shelf.is_empty()) {
    ///     println!("no bread today");
    /// }
    /// ```
    #[track_caller]
    pub fn wait_timeout_while<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        timeout: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> bool {
        let deadline = Deadline::after(timeout);
        while condition(guard) {
            if !self.wait_until(guard, deadline) {
                return !condition(guard);
            }
        }
        true
    }

    /// Wakes one of the threads that wait, and says whether there may have been one. Never blocks.
    ///
    /// False: certainly nobody waited, and nothing was done. Call it with the mutex locked or after unlocking it; later
    /// is mostly faster, because whoever is woken wants the mutex.
    // ANCHOR: notify_one
    #[inline]
    #[track_caller]
    pub fn notify_one(&self) -> bool {
        // ORDERING: Relaxed; a waiter signs in before it unlocks the mutex, and who calls this has locked it since.
        if self.waiters.load(Ordering::Relaxed) & COUNT == 0 {
            return false;
        }
        self.wake_one();
        true
    }
    // ANCHOR_END: notify_one

    /// Wakes all threads that wait, and returns how many they may have been at most. Never blocks.
    ///
    /// Zero: certainly nobody waited, and nothing was done. They come out one after the other, as each gets the mutex. Who
    /// begins to wait while this is under way is not counted, though it may wake up for no reason.
    // ANCHOR: notify_all
    #[inline]
    #[track_caller]
    pub fn notify_all(&self) -> usize {
        // ORDERING: Relaxed; as in `notify_one`.
        let count = self.waiters.load(Ordering::Relaxed) & COUNT;
        if count > 0 {
            self.wake_all();
        }
        count as usize
    }
    // ANCHOR_END: notify_all

    /// Counts the calling thread, which has locked `mutex`, among the waiters, and returns the sequence that it may sleep
    /// on.
    // ANCHOR: sign_in
    #[track_caller]
    fn sign_in(&self, mutex: &RawMutex) -> u32 {
        let bed = bed_of(mutex);
        // ORDERING: Relaxed; the exchange looks again.
        let mut before = self.waiters.load(Ordering::Relaxed);
        loop {
            assert!(before & COUNT < COUNT, "no more than {COUNT} threads can wait for one condition variable");
            let alone = before & COUNT == 0;
            let after = match before & BED {
                // (any, any, 0) => (bed, down, 1)
                _ if alone => bed | 1,
                // (bed, any, n) => (bed, same, n + 1)
                same if same == bed => before + 1,
                // (other or SEVERAL, any, n) => (SEVERAL, same, n + 1)
                _ => (before | SEVERAL) + 1,
            };
            // ORDERING: Relaxed; whoever notifies learns of it by way of the mutex, or by the Release below.
            match self.waiters.compare_exchange_weak(before, after, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) if (before ^ after) & !COUNT == 0 && after & BED != SEVERAL => break,
                // A broadcast may still go by what it has read before this, and must not move this thread on the strength
                // of it (invariant 3). Where SEVERAL stood already, whoever put it there may not have come this far.
                // ORDERING: Release pairs with the Acquire in `wake_all`.
                Ok(_) => return self.sequence.fetch_add(1, Ordering::Release).wrapping_add(1),
                Err(now) => before = now,
            }
        }
        // ORDERING: Relaxed; if it is old, the wait ends at once. It is not too new: whoever has changed the condition
        // since the caller looked at it must have locked the mutex, which the caller holds.
        self.sequence.load(Ordering::Relaxed)
    }
    // ANCHOR_END: sign_in

    /// Takes the calling thread off the count, and returns the word from before.
    #[track_caller]
    fn sign_out(&self) -> u64 {
        // (any, any, n) => (same, same, n - 1)
        // It cannot miss a MOVED on account of which this thread was woken or moved: as a read-modify-write it reads the
        // newest value, and whoever does these things has put MOVED up before.
        // ORDERING: Relaxed; nothing else is concluded from it.
        self.waiters.fetch_sub(1, Ordering::Relaxed)
    }

    /// Notifies one of the waiters.
    #[cold]
    #[track_caller]
    fn wake_one(&self) {
        // ORDERING: Relaxed; a waiter has read the sequence before it unlocked the mutex, and the caller has locked it
        // since. So this change comes after that look.
        self.sequence.fetch_add(1, Ordering::Relaxed);
        futex::wake_one(&self.sequence);
    }

    /// Notifies all waiters: wakes one and moves the others, or wakes all.
    // ANCHOR: wake_all
    #[cold]
    #[track_caller]
    fn wake_all(&self) {
        // ORDERING: Acquire pairs with the Release in `sign_in` (invariant 3).
        let sequence = self.sequence.fetch_add(1, Ordering::Acquire).wrapping_add(1);
        // ORDERING: Relaxed; what matters of it is ordered by the Acquire above, or found out by `requeue`.
        let waiters = self.waiters.load(Ordering::Relaxed);
        let bed = waiters & BED;
        if waiters & COUNT > 1 && bed != SEVERAL {
            // (any, any, n) => (same, up, n)
            // ORDERING: Relaxed; who is woken or moved learns of it as `sign_out` says.
            self.waiters.fetch_or(MOVED, Ordering::Relaxed);
            if futex::requeue(&self.sequence, sequence, address_of(bed)).is_ok() {
                return;
            }
            // Another notification, or a change of the bed, came in between.
        }
        futex::wake_all(&self.sequence);
    }
    // ANCHOR_END: wake_all
}

/// Where threads sleep for `mutex`, in the bits of [`BED`].
fn bed_of(mutex: &RawMutex) -> u64 {
    let address = mutex.bed().addr() as u64;
    match address.checked_mul(BED_SCALE) {
        Some(bed) if bed < SEVERAL => bed,
        _ => SEVERAL,
    }
}

/// The address in `bed`, to be used as a key only (invariant 5).
fn address_of(bed: u64) -> *const AtomicU32 {
    ptr::without_provenance((bed / BED_SCALE) as usize)
}

impl Default for Condvar {
    fn default() -> Condvar {
        Condvar::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // ORDERING: Relaxed; what is printed is old news in any case.
        let waiters = self.waiters.load(Ordering::Relaxed) & COUNT;
        formatter.debug_struct("Condvar").field("waiters", &waiters).finish()
    }
}
