//! An event is a flag that threads can wait for.
//!
//! Think of a door. [`set`](Event::set) opens it, and everyone who waits in front of it goes through;
//! [`clear`](Event::clear) shuts it. [`wait`](Event::wait) goes through an open door at once and waits in front of a
//! shut one. Python calls this `threading.Event`.
//!
//! One promise makes the event more than a flag with a bed beside it: **a `set` releases every thread that was
//! waiting then, even if `clear` follows at once.** A thread that slept needs a moment to wake up, and by the time it
//! looks, the flag may be down again. So it must not ask "is the flag up?" but "has it been up since I came?".
//!
//! # State
//!
//! Four bytes, one atomic word, read as three things:
//!
//! ```text
//!    31                            2      1         0
//!   ┌──────────────────────────────┬─────────┬───────────┐
//!   │            round             │   SET   │  WAITERS  │
//!   └──────────────────────────────┴─────────┴───────────┘
//! ```
//!
//! `SET` is the flag. `round` counts how often the flag has been taken down, so that a waiter who finds the flag down
//! can tell whether it still is or is again. `WAITERS` saves `set` a system call when nobody sleeps. The two bits
//! together:
//!
//! | `SET` | `WAITERS` | meaning |
//! |---|---|---|
//! | 0 | 0 | The flag is down, and nobody sleeps in this round. |
//! | 0 | 1 | The flag is down. Somebody sleeps or is about to: whoever raises the flag has to wake. |
//! | 1 | 0 | The flag is up, and nobody has to be woken. |
//! | 1 | 1 | The flag is up. Whoever raised it wakes the sleepers; nobody else needs to, and no sleepers join them. |
//!
//! # Protocol
//!
//! - **`set`** raises `SET`. If that changed anything and `WAITERS` was up, it wakes everybody.
//! - **`clear`**, if the flag is up, takes down both bits and begins the next round, in one step.
//! - **`wait`** remembers the word of its first look. If the flag is up, it is done. Else it puts up `WAITERS` and
//!   sleeps, as long as the word is the one that it remembers, with `WAITERS`. It is released as soon as it
//!   finds the flag up or another round.
//!
//! A waker may come late, and it does no harm:
//!
//! 1. Alice sleeps. Bob raises the flag, sees `WAITERS`, and is interrupted before he wakes anyone.
//! 2. Carol clears the flag: a new round begins, without `WAITERS`.
//! 3. Dave waits. He puts up `WAITERS` for his own round, and sleeps.
//! 4. Bob goes on, and wakes Alice and Dave.
//! 5. Alice finds another round than hers: she is released. Dave finds his own round with the flag down, and sleeps
//!    again. `WAITERS` is still up for him.
//!
//! # Invariants
//!
//! 1. A thread lies down only while the word is exactly its own round, with `SET` down and `WAITERS` up. Looking and
//!    lying down are one step: the futex promises that.
//! 2. `WAITERS` goes up only while `SET` is down, and comes down only together with `SET`. So whoever raises `SET`
//!    learns of all who have lain down in this round.
//! 3. In each round one `set` finds `SET` down. If it also finds `WAITERS` up, it wakes, and it wakes all.
//! 4. Once its read-modify-write is done, `set` looks at the event no more, for a released waiter may already have
//!    given the memory back. The wake-up uses the address alone.
//! 5. The word is changed by read-modify-writes only (each reads and writes in one step), never by a plain store.
//!
//! # Memory ordering
//!
//! What a thread has written before `set` must be seen by every thread that goes through the door on account of it. So
//! `set` is a Release, and each look that can end a wait is an Acquire.
//!
//! A waiter may return without ever having read the word that `set` wrote, because `clear` has written a newer one
//! since. This is where invariant 5 comes in:
//!
//! 1. Alice sleeps. Bob writes a letter and calls `set`, a Release: the word carries the letter.
//! 2. Carol calls `clear`. Alice has not looked yet, and now she will never read the word that Bob wrote.
//! 3. Alice reads Carol's word, with Acquire. `clear` changed Bob's word in one step, and so it passed on what that
//!    word carried. A plain store would have begun an empty word.
//!
//! The language calls such a chain of read-modify-writes a *release sequence*. Here every word continues the chain of
//! all the sets before it.
//!
//! `clear` acquires: it takes a flag away, and with it, perhaps, the only sign of something published. And `set` is a
//! read-modify-write even if the flag is already up. Both are for the sake of this common pair, a producer and a
//! consumer who share a list and an event:
//!
//! 1. The consumer waits. The flag is up from an earlier item, so it goes through.
//! 2. The producer puts an item into the list and calls `set`. The flag is still up: nothing seems to be left to do.
//! 3. The consumer calls `clear`, then empties the list, then waits again.
//!
//! If step 2 left the word alone, or if step 3 did not acquire, nothing would order the producer's item before the
//! consumer's look into the list. It could miss the item, and sleep with the flag down and the list full.
//!
//! # When the rounds run out
//!
//! There are 30 bits for the round, and after 1,073,741,824 of them the count begins anew. To be deceived, a waiter
//! would have to look, then not get to run while others set and clear the event exactly that often (or twice, or
//! three times that often), and then look again while the flag is down. Meanwhile it is awake, or the set that raised
//! the flag in its round has yet to wake it; a later set does so only if its own round has waiters. In either case the
//! system keeps a thread waiting that is ready to run, for some five seconds at least, as a set and a clear together
//! take no less than five nanoseconds. And then the waiter waits for the next set. It does not sleep unseen: in
//! whatever round, it lies down only on a word with `WAITERS` up.
//!
//! # A tempting mistake
//!
//! The round looks like a luxury. Is it not enough to sleep until the flag is up? (`WAITERS` is left out here.)
//!
//! ```text
//! loop {
//!     let state = self.state.load(Acquire);
//!     if state & SET != 0 {
//!         return;
//!     }
//!     futex::wait(&self.state, state);
//! }
//! ```
//!
//! 1. Alice waits, and sleeps.
//! 2. Bob calls `set`: the flag goes up, and Alice is woken. Being woken, she is ready to run, and waits for her turn.
//! 3. Bob calls `clear`: the flag goes down.
//! 4. Alice gets her turn. She looks, finds the flag down, and sleeps again, though she was waiting when it was raised.
//!
//! The mutant `no-round` is this mistake, and the test `a_set_and_a_clear_release_a_sleeper` finds it.

use std::fmt;
use std::time::Duration;

use futex::Deadline;
use model::sync::atomic::{AtomicU32, Ordering};

/// The flag is down, and somebody sleeps or is about to. Waiters put it up, for whoever raises [`SET`] to see;
/// [`Event::clear`] takes it down.
const WAITERS: u32 = 0b01;

/// The flag is up. [`Event::set`] puts it up, [`Event::clear`] takes it down.
///
/// The bits above it are the round. Adding `SET` to a word in which it is up carries into them: it takes the flag down
/// and begins the next round, in one addition.
const SET: u32 = 0b10;

/// A flag that threads can wait for.
///
/// A call to [`set`](Event::set) *synchronizes before* every [`wait`](Event::wait),
/// [`wait_timeout`](Event::wait_timeout) and [`is_set`](Event::is_set) that finds the flag up because of it or later,
/// and before the [`clear`](Event::clear) that takes the flag down: they see all that the setting thread has done
/// before.
///
/// **Fairness.** A `set` releases all who wait, in no order. Nobody can starve, because nobody has to get hold of
/// anything: whoever was waiting at the time of a `set` is released, whatever happens to the flag afterwards.
///
/// **Dropping.** The event may be dropped as soon as nobody waits, also by the thread that was just released, while
/// the `set` that released it has yet to return. In safe Rust, borrows take care of that.
///
/// An event is four bytes, allocates nothing, and never panics. A thread that panics leaves it as it is.
///
/// # Example
///
/// A worker opens its shop, and customers wait for that.
///
/// ```
/// use std::sync::OnceLock;
/// use event::Event;
///
/// let price = OnceLock::new();
/// let open = Event::new();
/// model::thread::scope(|scope| {
///     for name in ["Alice", "Bob"] {
///         scope.spawn(name, || {
///             open.wait();
///             assert_eq!(price.get(), Some(&42));
///         });
///     }
///     price.set(42).unwrap();
///     open.set();
/// });
/// assert!(open.is_set());
/// ```
pub struct Event {
    /// The round, [`SET`] and [`WAITERS`].
    state: AtomicU32,
}

impl Event {
    model::const_fn! {
        /// An event whose flag is down.
        pub const fn new() -> Event {
            Event { state: AtomicU32::new(0) }
        }
    }

    /// Whether the flag is up. Never blocks.
    #[inline]
    pub fn is_set(&self) -> bool {
        // ORDERING: Acquire pairs with the Release in `set`.
        self.state.load(Ordering::Acquire) & SET != 0
    }

    /// Raises the flag and releases every thread that waits. Never blocks.
    ///
    /// If the flag is already up it stays up, and whoever takes it down will still see what the calling thread has
    /// done before.
    ///
    /// # Example
    ///
    /// To release those who wait now, and nobody who comes later, clear the event at once:
    ///
    /// ```
    /// # let event = event::Event::new();
    /// event.set();
    /// event.clear();
    /// ```
    // ANCHOR: set
    #[inline]
    pub fn set(&self) {
        let address: *const AtomicU32 = &self.state;
        // (round, down or up, any) => (round, up, same)
        // ORDERING: Release pairs with the Acquire of each look in `is_set`, `wait`, `wait_timeout` and `wait_slow`,
        // and with the one in `clear`. It writes in any case: see "Memory ordering" above.
        let before = self.state.fetch_or(SET, Ordering::Release);
        // From here on the event may be gone (invariant 4).
        if before & (SET | WAITERS) == WAITERS {
            futex::wake_all(address);
        }
    }
    // ANCHOR_END: set

    /// Takes the flag down. Never blocks.
    ///
    /// Threads that were waiting when it was raised are released all the same. If the flag is down this does nothing.
    // ANCHOR: clear
    #[inline]
    pub fn clear(&self) {
        // ORDERING: Relaxed; if the flag is down there is nothing to take away and nothing to see, and if it is up the
        // exchange looks again.
        let mut state = self.state.load(Ordering::Relaxed);
        while state & SET != 0 {
            // (round, up, any) => (round + 1, down, none)
            let next_round = (state & !WAITERS).wrapping_add(SET);
            // ORDERING: Acquire pairs with the Release in `set`. On failure Relaxed, as above.
            match self.state.compare_exchange_weak(state, next_round, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => state = now,
            }
        }
    }
    // ANCHOR_END: clear

    /// Blocks until the flag is up. Returns at once if it is.
    ///
    /// A thread that waits is released by the next [`set`](Event::set), even if [`clear`](Event::clear) follows so
    /// fast that the flag is down again when this returns.
    #[inline]
    pub fn wait(&self) {
        // ORDERING: Acquire pairs with the Release in `set`.
        let seen = self.state.load(Ordering::Acquire);
        if seen & SET == 0 {
            self.wait_slow(seen, Deadline::NEVER);
        }
    }

    /// Blocks until the flag is up, or until `timeout` is over, and says whether the flag was raised.
    ///
    /// A zero duration never blocks, and the answer is that of [`is_set`](Event::is_set). One that is too long for
    /// the clock is no limit.
    ///
    /// # Example
    ///
    /// A thread with something to do now and then, which can be told to stop:
    ///
    /// ```
    /// use std::time::Duration;
    /// use event::Event;
    ///
    /// let stop = Event::new();
    /// model::thread::scope(|scope| {
    ///     scope.spawn("heart", || {
    ///         while !stop.wait_timeout(Duration::from_millis(1)) {
    ///             // beat
    ///         }
    ///     });
    ///     stop.set();
    /// });
    /// ```
    #[inline]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        // ORDERING: Acquire pairs with the Release in `set`.
        let seen = self.state.load(Ordering::Acquire);
        seen & SET != 0 || (!timeout.is_zero() && self.wait_slow(seen, Deadline::after(timeout)))
    }

    /// Waits for the end of the round in `seen`, in which the flag was down. False: `deadline` has passed.
    ///
    /// It does not look a few times more before it lies down. That pays if the setter is busy on another processor and
    /// done within a microsecond or two. Where the two share a processor, it takes time from the very thread that is
    /// waited for: with a hundred looks, a ping-pong there cost twice as much (`compare -- event/ping_pong --pin one`
    /// in `benches`).
    // ANCHOR: wait_slow
    #[cold]
    fn wait_slow(&self, seen: u32, deadline: Deadline) -> bool {
        let asleep = seen | WAITERS;
        loop {
            // ORDERING: Acquire pairs with the Release in `set`. A wake-up alone brings nothing along: it may be one
            // without a reason.
            let state = self.state.load(Ordering::Acquire);
            if released(seen, state) {
                return true;
            }
            if state & WAITERS == 0 {
                // (round, down, none) => (round, down, waiters)
                // ORDERING: Relaxed; it publishes nothing, and the loop looks again before it returns.
                if self.state.compare_exchange(state, asleep, Ordering::Relaxed, Ordering::Relaxed).is_err() {
                    continue;
                }
            }
            if futex::wait_until(&self.state, asleep, deadline).is_err() {
                // The flag may have been raised at the last moment, so that "no" would not be the truth.
                // ORDERING: Acquire pairs with the Release in `set`.
                return released(seen, self.state.load(Ordering::Acquire));
            }
        }
    }
    // ANCHOR_END: wait_slow
}

// ANCHOR: released
/// Whether a waiter that saw the flag down in `seen` is released in `state`: the flag is up, or another round has
/// begun.
const fn released(seen: u32, state: u32) -> bool {
    (seen ^ state) & !WAITERS != 0
}

// ANCHOR_END: released

impl Default for Event {
    fn default() -> Event {
        Event::new()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // ORDERING: Relaxed; what is printed is old news in any case.
        let state = self.state.load(Ordering::Relaxed);
        formatter
            .debug_struct("Event")
            .field("set", &(state & SET != 0))
            .field("waiters", &(state & (SET | WAITERS) == WAITERS))
            .finish()
    }
}
