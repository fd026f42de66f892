//! A wait group counts what is still to be done, and lets threads wait until nothing is.
//!
//! Think of a guide who counts the group before the bus leaves. Each who goes for a walk is added to the count
//! ([`add`](WaitGroup::add)), each who comes back is taken off ([`done`](WaitGroup::done)), and the driver waits until
//! nobody is away ([`wait`](WaitGroup::wait)). Go calls this `sync.WaitGroup`; Java has its relative, the
//! `CountDownLatch`. Python has `Thread.join`, which waits for threads; but what is to be waited for is often smaller
//! than a thread.
//!
//! # State
//!
//! A mutex, a condition variable, and two numbers:
//!
//! - `pending`: how much is still to be done.
//! - `round`: how often `pending` has come down to zero. A thread that waits is released by the end of *its* round, even if
//!   somebody has begun the next before it woke up.
//!
//! # Protocol
//!
//! - **`add`** and **`done`** change `pending`. If it comes to zero, a round ends, and all who wait are notified.
//! - **`wait`** returns at once if `pending` is zero. Else it waits while the round is the one that it came in.
//!
//! # Invariants
//!
//! 1. `pending` and `round` are used with the mutex locked.
//! 2. Whoever brings `pending` to zero ends the round and notifies all, before anybody else can lock the mutex.
//! 3. Once it has unlocked the mutex, `done` looks at the group no more, for a released waiter may already have given the
//!    memory back. Notifying after the unlock would be a little faster, and would break this.
//!
//! # Memory ordering
//!
//! All of it is the mutex's: who waits has locked it after the last who was done.
//!
//! # Made of others
//!
//! There is no atomic here. That costs a lock for each `done` where one instruction would do (`compare -- latch` in
//! `benches`); and it spares all the arguments that the other crates need. Most of the time that is the better bargain.
//!
//! # A tempting mistake
//!
//! Instead of asking for the round, a waiter could look whether `pending` is zero:
//!
//! 1. Alice waits. `pending` is 1.
//! 2. Bob is done: `pending` is 0, and Alice is woken. Being woken, she is ready to run, and waits for her turn.
//! 3. Carol adds 1 for something new.
//! 4. Alice gets her turn, finds `pending` at 1, and waits for Carol's, too. If people keep coming, she never leaves.
//!
//! The mutant `no-round` is this mistake, and the test `a_waiter_is_released_though_the_next_round_has_begun` finds it.

use std::fmt;
use std::time::Duration;

use condvar::Condvar;
use mutex::Mutex;

/// A count of what is still to be done, which can be waited for.
///
/// A call to [`done`](WaitGroup::done) *synchronizes before* every [`wait`](WaitGroup::wait) that returns on account of
/// the round that it belongs to.
///
/// **Fairness.** All who wait are released when the count comes to zero.
///
/// **Panics.** A thread that panics before it has said `done` leaves the others waiting. Let a guard of your own say it
/// on drop.
///
/// **Dropping.** The group may be dropped as soon as nobody waits, also by the thread that was just released, while the
/// `done` that released it has yet to return. In safe Rust, borrows take care of that.
///
/// It can be used for round after round, and allocates nothing.
///
/// # Example
///
/// ```
/// use latch::WaitGroup;
///
/// let walks = WaitGroup::new();
/// model::thread::scope(|scope| {
///     for name in ["Alice", "Bob"] {
///         walks.add(1); // Before the thread begins, or `wait` might find the count at zero.
///         scope.spawn(name, || {
///             // walk
///             walks.done();
///         });
///     }
///     walks.wait();
/// });
/// ```
pub struct WaitGroup {
    count: Mutex<Count>,
    /// A round has ended.
    ended: Condvar,
}

/// What the mutex protects.
struct Count {
    pending: usize,
    round: u64,
}

impl WaitGroup {
    model::const_fn! {
        /// A wait group with nothing to be done.
        pub const fn new() -> WaitGroup {
            WaitGroup { count: Mutex::new(Count { pending: 0, round: 0 }), ended: Condvar::new() }
        }
    }

    /// Adds `n` things to be done. Never blocks for longer than others need to count.
    ///
    /// Call it before whatever will say [`done`](WaitGroup::done) begins.
    ///
    /// # Panics
    ///
    /// If the count would be more than `usize::MAX`. Nothing is changed then.
    pub fn add(&self, n: usize) {
        let mut count = self.count.lock();
        let sum = count.pending.checked_add(n);
        count.pending = sum.unwrap_or_else(|| panic!("{n} more things to be done than can be counted"));
    }

    /// Says that one thing is done, and releases all who wait if it was the last. Never blocks for longer than others need
    /// to count.
    ///
    /// # Panics
    ///
    /// If there was nothing to be done: there are more calls of this than were added. Nothing is changed then.
    pub fn done(&self) {
        let mut count = self.count.lock();
        assert!(count.pending > 0, "`done` was called more often than was added");
        count.pending -= 1;
        if count.pending == 0 {
            count.round += 1;
            // With the mutex locked: once it is unlocked, the group may be gone (invariant 3).
            self.ended.notify_all();
        }
    }

    /// Blocks until there is nothing to be done. Returns at once if that is so.
    ///
    /// Once the count has come to zero this returns, though others may have added to it since.
    pub fn wait(&self) {
        let mut count = self.count.lock();
        if count.pending > 0 {
            let round = count.round;
            self.ended.wait_while(&mut count, |count| count.round == round);
        }
    }

    /// Blocks as [`wait`](WaitGroup::wait) does, for no longer than `timeout`. False: the time ran out.
    ///
    /// A zero duration never waits. One that is too long for the clock is no limit.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let mut count = self.count.lock();
        let round = count.round;
        count.pending == 0
            || (!timeout.is_zero() && self.ended.wait_timeout_while(&mut count, timeout, |count| count.round == round))
    }
}

impl Default for WaitGroup {
    fn default() -> WaitGroup {
        WaitGroup::new()
    }
}

/// Never blocks: a count that somebody is about to change is left out.
impl fmt::Debug for WaitGroup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("WaitGroup");
        match self.count.try_lock() {
            Some(count) => debug.field("pending", &count.pending),
            None => debug.field("pending", &format_args!("<locked>")),
        };
        debug.finish()
    }
}
