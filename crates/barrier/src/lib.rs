//! At a barrier so many threads wait until all of them have come.
//!
//! Think of friends who go up a mountain, each at their own pace, and meet at every hut: nobody goes on before the last
//! has come. Computations in steps are like that, when each step needs what all have done in the one before. Python
//! calls this `threading.Barrier`.
//!
//! A meeting may fail. If somebody's time runs out, or somebody calls it off, the barrier is *broken*: all who wait are
//! told, and so is everybody who comes later, until it is reset. The alternative would be to wait for somebody who will not
//! come.
//!
//! # State
//!
//! `round` counts the meetings that are over, in the word on which the threads sleep. The rest is under a mutex:
//!
//! | field | meaning |
//! |---|---|
//! | `arrived` | So many have come in this round. |
//! | `broken` | Nobody may come before a reset. |
//! | `waiting` | A list of those who have come. Each entry lies on the stack of the thread that waits. |
//!
//! # Protocol
//!
//! - **`wait`** adds one to `arrived`. Whoever is the last begins the next round and wakes all. The others enter
//!   themselves into the list, and sleep as long as the round is theirs.
//! - **Breaking** (by a time-out, `abort` or `reset`) writes into each entry of the list that its round has failed. Then it
//!   begins the next round and wakes all, as the last to come would have done.
//!
//! Whether a round was complete or has failed is told through the list, because it cannot be told through the barrier: by
//! the time that a slow waiter looks, other threads may have come and gone, for several rounds, and each with an end of
//! its own.
//!
//! # Invariants
//!
//! 1. The list holds the waiters of the present round and nobody else. It is emptied in the same step (with the mutex
//!    locked) in which `round` changes.
//! 2. A waiter leaves only when it has seen another round, or has begun one itself, and nothing on its way there panics. So
//!    all entries of the list are alive, for whoever holds the mutex.
//! 3. An entry is touched by others only while it is in the list and the mutex is locked.
//!
//! # Memory ordering
//!
//! What each has done before it came must be seen by all who go on. Those who come lock the mutex one after the other, so
//! the last one has seen all; it changes `round` with Release, and each waiter sees that with Acquire. What was written
//! into a waiter's entry comes along in the same way, and whoever wrote it is done with the entry by then: the waiter may
//! return, and its stack be used for something else.
//!
//! # Watching before sleeping
//!
//! To lie down and to be woken takes some ten microseconds, for each thread in each round. So a thread watches the round
//! for a moment first, as a mutex does with its word. That pays where every thread has a processor. Where there are more
//! threads than processors, some of the others wait for the very processor on which it watches, and it mostly watches in
//! vain: on two processors, two threads met over ten times as fast as at std's barrier, four at 1.7 times, eight as fast,
//! and sixteen took 1.6 times as long (`compare -- barrier --pin spread` in `benches`).
//!
//! To give the turn away instead (`yield_now`) was faster for many threads, as long as nothing else ran: the others came
//! meanwhile, and nobody slept at all. But if *other programs* want the processors, the turn goes to them, and is back
//! when they have had theirs. A round that had taken microseconds took milliseconds then.
//!
//! # When the rounds run out
//!
//! After 2³² rounds the number of the round is what it was. A waiter that has come and not yet looked would have to stand
//! still for exactly so many, ready to run, and would then sleep until the next round ends, or break it when its time runs
//! out. It is in no list any more, so nobody follows a pointer to it.
//!
//! # A tempting mistake
//!
//! To sleep until `arrived` is the number of parties looks simpler than to count rounds, and works once:
//!
//! 1. Alice comes, and sleeps. Bob is the last. He wakes her, and sets `arrived` back to zero for the next round.
//! 2. Alice looks. `arrived` is zero: it is not the number of parties. She sleeps, and Bob comes to the next meeting
//!    alone.
//!
//! And if Bob leaves `arrived` as it is, they go through the next meeting without waiting. To ask whether `arrived` is zero
//! again is no better: Bob may have come to the next meeting before Alice looks. The mutant `no-round` makes that mistake,
//! and the test `two_meet_in_one_round_after_the_other` finds it.

use std::error::Error;
use std::fmt;
use std::ptr;
use std::time::Duration;

use futex::Deadline;
use model::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use mutex::{Mutex, MutexGuard};

/// Where so many threads wait until all of them have come.
///
/// Each arrival *synchronizes before* each departure of the same round.
///
/// **Fairness.** All go on together.
///
/// **Panics.** A thread that panics and does not come leaves the others waiting, unless they wait with a time-out or
/// somebody calls [`abort`](Barrier::abort).
///
/// **Dropping.** A barrier has to outlive every call to it. In safe Rust, borrows take care of that. A thread that was let
/// go must not give the memory back by itself: the others may still be leaving.
///
/// It can be used again at once after a round or a [`reset`](Barrier::reset), while those of the old round are still
/// leaving. It allocates nothing.
///
/// # Example
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
/// use barrier::Barrier;
///
/// let hut = Barrier::new(2);
/// let climbed = AtomicU32::new(0);
/// model::thread::scope(|scope| {
///     for name in ["Alice", "Bob"] {
///         scope.spawn(name, || {
///             climbed.fetch_add(1, Relaxed);
///             hut.wait().expect("nobody calls it off");
///             assert_eq!(climbed.load(Relaxed), 2);
///         });
///     }
/// });
/// ```
pub struct Barrier {
    parties: usize,
    /// How many rounds are over. Waiters sleep on it.
    round: AtomicU32,
    meeting: Mutex<Meeting>,
}

/// What the mutex protects.
struct Meeting {
    arrived: usize,
    broken: bool,
    /// The newest of those who wait.
    waiting: *const Waiter,
}

/// A thread that waits, on its own stack.
struct Waiter {
    /// The one who came before, or null.
    next: *const Waiter,
    /// The round has failed.
    broken: AtomicBool,
}

// SAFETY: the list belongs to whoever has the mutex locked, in whatever thread (invariants 2 and 3), and an entry is
// written to through an atomic.
unsafe impl Send for Meeting {}

impl Barrier {
    model::const_fn! {
        /// A barrier for `parties` threads.
        ///
        /// # Panics
        ///
        /// If `parties` is zero: nobody could be the last to come.
        pub const fn new(parties: usize) -> Barrier {
            assert!(parties > 0, "a barrier needs at least one party");
            let meeting = Meeting { arrived: 0, broken: false, waiting: ptr::null() };
            Barrier { parties, round: AtomicU32::new(0), meeting: Mutex::new(meeting) }
        }
    }

    /// Blocks until all parties have come.
    ///
    /// # Errors
    ///
    /// [`Broken`] if the barrier is broken, or breaks or is reset while this waits.
    pub fn wait(&self) -> Result<BarrierWait, Broken> {
        self.wait_until(Deadline::NEVER)
    }

    /// Blocks until all parties have come. If that takes longer than `timeout`, the barrier breaks, for all.
    ///
    /// A zero duration never blocks: if the caller is not the last to come, the barrier breaks at once. One that is too
    /// long for the clock is no limit.
    ///
    /// # Errors
    ///
    /// [`Broken`] as in [`wait`](Barrier::wait), and if the time ran out.
    ///
    /// # Example
    ///
    /// ```
    /// use std::time::Duration;
    /// use barrier::{Barrier, Broken};
    ///
    /// let hut = Barrier::new(2);
    /// assert_eq!(hut.wait_timeout(Duration::from_millis(1)), Err(Broken));
    /// assert!(hut.is_broken());
    /// ```
    pub fn wait_timeout(&self, timeout: Duration) -> Result<BarrierWait, Broken> {
        self.wait_until(Deadline::after(timeout))
    }

    /// Breaks the barrier: all who wait, and all who come before the next [`reset`](Barrier::reset), are told so.
    ///
    /// For a thread that cannot go on, so that the others need not wait for it in vain.
    pub fn abort(&self) {
        let mut meeting = self.meeting.lock();
        meeting.broken = true;
        self.fail(meeting);
    }

    /// Makes the barrier whole again, and empty: if threads wait, they are told that their round has broken.
    pub fn reset(&self) {
        let mut meeting = self.meeting.lock();
        meeting.broken = false;
        self.fail(meeting);
    }

    /// How many have to come.
    pub fn parties(&self) -> usize {
        self.parties
    }

    /// How many wait now. Zero as soon as all have come, though they may not have left yet.
    pub fn n_waiting(&self) -> usize {
        self.meeting.lock().arrived
    }

    /// Whether the barrier is broken.
    pub fn is_broken(&self) -> bool {
        self.meeting.lock().broken
    }

    /// Waits for the others. If `deadline` passes before they have come, the barrier breaks.
    // ANCHOR: wait
    fn wait_until(&self, deadline: Deadline) -> Result<BarrierWait, Broken> {
        let mut meeting = self.meeting.lock();
        if meeting.broken {
            return Err(Broken);
        }
        let index = meeting.arrived;
        meeting.arrived += 1;
        let arrival = BarrierWait { index, is_leader: meeting.arrived == self.parties };
        if arrival.is_leader {
            self.end_round(meeting);
            return Ok(arrival);
        }
        let waiter = Waiter { next: meeting.waiting, broken: AtomicBool::new(false) };
        // From here to the end of `sleep_through` this thread must not leave, nor panic (invariant 2).
        meeting.waiting = &waiter;
        // ORDERING: Relaxed; it changes only with the mutex locked, which we hold.
        let round = self.round.load(Ordering::Relaxed);
        drop(meeting);

        self.sleep_through(round, deadline);
        // ORDERING: Relaxed; if it was written, that came before the change of the round, which was seen with Acquire or
        // with the mutex locked.
        if waiter.broken.load(Ordering::Relaxed) { Err(Broken) } else { Ok(arrival) }
    }

    /// Sleeps until `round` is over. If `deadline` passes before, breaks the barrier, and that is the end of it.
    fn sleep_through(&self, round: u32, deadline: Deadline) {
        // ORDERING: Acquire pairs with the Release in `end_round`.
        let over = || self.round.load(Ordering::Acquire) != round;
        if deadline != Deadline::NOW && futex::watch(|| over().then_some(())).is_some() {
            return;
        }
        while !over() {
            if futex::wait_until(&self.round, round, deadline).is_err() {
                let mut meeting = self.meeting.lock();
                // All may have come at the last moment, or somebody else has broken it.
                if !over() {
                    meeting.broken = true;
                    self.fail(meeting);
                }
                return;
            }
        }
    }
    // ANCHOR_END: wait

    /// Ends the round as one that has failed, if anybody waits.
    fn fail(&self, meeting: MutexGuard<'_, Meeting>) {
        let mut entry = meeting.waiting;
        // SAFETY: the mutex is locked, so each entry of the list is alive (invariant 2). It is not written to but through
        // its atomic.
        while let Some(waiter) = unsafe { entry.as_ref() } {
            entry = waiter.next;
            // ORDERING: Relaxed; the change of the round publishes it.
            waiter.broken.store(true, Ordering::Relaxed);
        }
        if meeting.arrived > 0 {
            self.end_round(meeting);
        }
    }

    /// Begins the next round, and wakes all who have waited in this one.
    fn end_round(&self, mut meeting: MutexGuard<'_, Meeting>) {
        meeting.arrived = 0;
        meeting.waiting = ptr::null();
        // ORDERING: Release pairs with the Acquire in `sleep_through`.
        self.round.fetch_add(1, Ordering::Release);
        drop(meeting);
        futex::wake_all(&self.round);
    }
}

/// How a thread came through a [`Barrier`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarrierWait {
    index: usize,
    is_leader: bool,
}

impl BarrierWait {
    /// As which of its round the thread came: 0 for the first.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Whether the thread came last. That is so for one in each round, which may do what is to be done once.
    pub fn is_leader(&self) -> bool {
        self.is_leader
    }
}

/// The barrier is broken: not all have come, and the rest is not to be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the barrier is broken")
    }
}

impl Error for Broken {}

/// Never blocks: what somebody is about to change is left out.
impl fmt::Debug for Barrier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Barrier");
        debug.field("parties", &self.parties);
        match self.meeting.try_lock() {
            Some(meeting) => debug.field("n_waiting", &meeting.arrived).field("is_broken", &meeting.broken).finish(),
            None => debug.finish_non_exhaustive(),
        }
    }
}
