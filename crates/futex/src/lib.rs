//! Where threads sleep.
//!
//! A primitive that blocks consists of two parts. The fast part is an atomic word that says how things stand: locked or
//! free, up or down. The slow part is a bed, for those who have looked at the word and must wait until it changes. This
//! crate is the bed, and the only one in the house: every other crate sleeps here.
//!
//! The idea is Linux's, where it is called *futex*, and it is one sentence long: **[`wait`] sleeps only if the word
//! still holds the value that the caller has seen.** The look at the word and the lying down are one step, which no
//! [`wake_one`] or [`wake_all`] can divide. Without that, this could happen to two threads that share a flag:
//!
//! 1. Alice looks at the flag. It is down, so she makes up her mind to sleep.
//! 2. Bob raises the flag.
//! 3. Bob wakes everyone who sleeps. That is nobody.
//! 4. Alice lies down, and sleeps for ever.
//!
//! With a futex, step 4 says "lie down if the flag is still down", and it is not.
//!
//! ```
//! use futex::{wait, wake_all};
//! // These are std's own atomics; a checked build swaps in others.
//! use model::sync::atomic::{AtomicU32, Ordering::{Acquire, Release}};
//!
//! let flag = AtomicU32::new(0);
//! let letter = std::sync::OnceLock::new();
//! model::thread::scope(|scope| {
//!     scope.spawn("Alice", || {
//!         while flag.load(Acquire) == 0 {
//!             wait(&flag, 0);
//!         }
//!         assert_eq!(letter.get(), Some(&"Dear Alice"));
//!     });
//!     letter.set("Dear Alice").unwrap();
//!     flag.store(1, Release);
//!     wake_all(&flag);
//! });
//! ```
//!
//! # State
//!
//! None that belongs to the word. Sleepers stand in a queue that somebody else keeps (the kernel, on Linux), found by
//! the *address* of the word they wait for. So a primitive is as small as its word, and needs no clean-up.
//!
//! # Protocol
//!
//! - The sleeper looks at the word, decides, and calls [`wait`] with the value that it has seen. Then it looks again,
//!   in a loop, because a wait may also end for no reason.
//! - The waker changes the word **first**, and wakes **then**.
//!
//! # Invariants
//!
//! 1. A thread lies down only if the word holds `expected`, and no wake on that word comes between the look and the
//!    lying down. So a waker that changed the word first either finds the sleeper or keeps it from sleeping.
//! 2. A sleeper that a wake has counted comes back with `Ok`, also if its time runs out at that very moment. A wake is
//!    never used up by somebody who then says [`TimedOut`].
//! 3. Waking and moving use addresses as keys only, and never look at what lies there. The one exception is `from` in
//!    [`requeue`], which is therefore a reference.
//! 4. A wait may end for no reason: a signal's handler ran, or a late wake was meant for a word that lay at the same
//!    address before. Callers look again, so that this costs them a turn of their loop and nothing more.
//!
//! # Memory ordering
//!
//! Sleeping and waking order nothing. A sleeper that comes back knows as much as before, and learns what the waker did
//! by looking at the word again, with Acquire; the waker changed it with Release. The kernel happens to order more than
//! that, but not when a wait ends for no reason, and one that does is not told apart from the others.
//!
//! # A tempting mistake
//!
//! Since a wake-up comes after the change, it seems needless to look at the word again:
//!
//! ```no_run
//! # use futex::wait;
//! # use model::sync::atomic::{AtomicU32, Ordering::Acquire};
//! # let flag = AtomicU32::new(0);
//! if flag.load(Acquire) == 0 {
//!     wait(&flag, 0); // wrong: an `if` where a `while` has to stand
//! }
//! ```
//!
//! 1. Alice looks at the flag, finds it down, and lies down.
//! 2. A signal arrives, one with a handler that was installed without `SA_RESTART`, and ends her wait.
//! 3. Alice goes on, although nobody has raised the flag.
//!
//! # Where it runs
//!
//! On 64 bits only; each backend says why. On Linux the functions here are one system call each. On other systems, and
//! on Linux under `--cfg portable_futex`, `parking_lot_core` keeps the queues. Under the model checker `model` keeps
//! them; there every wait may end for no reason and every timed wait may run out at any moment: the checker tries both.

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use model::sync::atomic::{AtomicU32, Ordering};

model::world! {
    real {
        #[cfg(not(target_pointer_width = "64"))]
        compile_error!("`futex` runs on 64-bit systems only: see \"Where it runs\" in its documentation");

        #[cfg(all(target_os = "linux", not(portable_futex)))]
        #[path = "linux.rs"]
        mod backend;

        #[cfg(any(not(target_os = "linux"), portable_futex))]
        #[path = "portable.rs"]
        mod backend;
    }
    modelled {
        #[path = "modelled.rs"]
        mod backend;
    }
}

/// Sleeps as long as `word` holds `expected` and nobody wakes the caller.
///
/// Returns when somebody woke the caller, at once when `word` holds another value, or for no reason. It does not say
/// which: look at the word again, and wait again if it has not changed.
#[track_caller]
#[inline]
pub fn wait(word: &AtomicU32, expected: u32) {
    backend::wait(word, expected);
}

/// Sleeps as [`wait`] does, but not past `deadline`.
///
/// If an interrupted wait is taken up again with the same deadline, it ends no later than the first would have.
///
/// # Errors
///
/// [`TimedOut`] if the deadline has passed while `word` held `expected` and nobody woke the caller. The word may have
/// changed since.
///
/// ```
/// use futex::{Deadline, TimedOut, wait_until};
/// use model::sync::atomic::AtomicU32;
///
/// let word = AtomicU32::new(0);
/// assert_eq!(wait_until(&word, 0, Deadline::NOW), Err(TimedOut));
/// assert_eq!(wait_until(&word, 1, Deadline::NOW), Ok(()));
/// ```
#[track_caller]
#[inline]
pub fn wait_until(word: &AtomicU32, expected: u32, deadline: Deadline) -> Result<(), TimedOut> {
    match deadline.0 {
        Moment::Never => {
            backend::wait(word, expected);
            Ok(())
        }
        // ORDERING: Relaxed; like every wait, this one orders nothing.
        Moment::Now if word.load(Ordering::Relaxed) == expected => Err(TimedOut),
        Moment::Now => Ok(()),
        Moment::At(deadline) => backend::wait_until(word, expected, deadline),
    }
}

/// Wakes one of those who sleep on `word`, if there are any, and says whether there were.
///
/// The word may be gone: its last user may have seen the change that this wake announces, and given the memory back.
/// Its address is only a key here and is never followed, which is why this function takes a raw pointer and yet is
/// safe. If another word has come to lie at that address, one of its sleepers wakes for no reason.
#[track_caller]
#[inline]
pub fn wake_one(word: *const AtomicU32) -> bool {
    backend::wake_one(word)
}

/// Wakes all who sleep on `word`, and returns how many they were.
///
/// As with [`wake_one`], the word may be gone.
#[track_caller]
#[inline]
pub fn wake_all(word: *const AtomicU32) -> usize {
    backend::wake_all(word)
}

/// Wakes one of those who sleep on `from` and makes the others sleep on `to`, if `from` still holds `expected`.
///
/// All of that is one step. It is for wakers who know that those whom they wake would only go to sleep again at once,
/// on `to`: a condition variable wakes one thread and lets the others queue for the mutex.
///
/// Those who are moved keep their deadlines, and sleep until somebody wakes `to`. Of that word only the address
/// counts, as in [`wake_one`]: where nobody is moved, it may be gone.
///
/// # Errors
///
/// [`Changed`] if `from` holds another value; nobody was woken or moved.
///
/// # Panics
///
/// If no word can lie at `to`, because the address is no multiple of four or not the program's. Linux alone looks; on
/// the other backends such an address is a key like any other.
#[track_caller]
#[inline]
pub fn requeue(from: &AtomicU32, expected: u32, to: *const AtomicU32) -> Result<Requeued, Changed> {
    backend::requeue(from, expected, to)
}

/// Looks with `look` a few times, with pauses between, until it has found something, and returns that.
///
/// To lie down and to be woken takes some ten microseconds, and most locks are held for a fraction of one: so it may pay
/// to wait for a moment, awake, before the first [`wait`]. But to look at a word is to take its cache line away from the
/// thread that is about to change it. Hence the pauses (`compare -- mutex/contended --pin spread` in `benches` shows what
/// they are worth).
///
/// Under the model it does not look at all: a thread that watches until it finds what it waits for does what one does
/// that comes later, and the model tries that in any case.
///
/// ```
/// use futex::watch;
/// use model::sync::atomic::{AtomicBool, Ordering::Relaxed};
///
/// let free = AtomicBool::new(true);
/// let seen = watch(|| free.load(Relaxed).then_some("free"));
/// assert!(model::MODELLED || seen == Some("free"));
/// ```
#[inline]
#[track_caller]
pub fn watch<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    const LOOKS: u32 = 16;
    /// With longer pauses, what is held for a short time is free sooner, as its holder is left alone; with shorter ones,
    /// the end of what is held for long is seen sooner.
    const PAUSES: u32 = 8;
    if model::MODELLED {
        return None;
    }
    for _ in 0..LOOKS {
        let found = look();
        if found.is_some() {
            return found;
        }
        (0..PAUSES).for_each(|_| model::hint::spin_loop());
    }
    None
}

/// The moment at which a timed wait gives up.
///
/// The clock is monotonic: a change of the system's time moves no deadline.
///
/// ```
/// use std::time::Duration;
/// use futex::Deadline;
///
/// assert_eq!(Deadline::after(Duration::MAX), Deadline::NEVER);
/// assert_eq!(Deadline::after(Duration::ZERO), Deadline::NOW);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Moment);

/// What a [`Deadline`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// Passed already. Apart from `At` so that a mere try reads no clock.
    Now,
    /// On the monotonic clock.
    At(Instant),
    /// Will not pass.
    Never,
}

impl Deadline {
    /// The deadline that never passes: no limit.
    pub const NEVER: Deadline = Deadline(Moment::Never);

    /// The deadline that has passed: a wait until then is a try, and does not block.
    pub const NOW: Deadline = Deadline(Moment::Now);

    /// The deadline `timeout` from now.
    ///
    /// That is [`Deadline::NOW`] for a zero duration, and [`Deadline::NEVER`] for one that the clock cannot express.
    pub fn after(timeout: Duration) -> Deadline {
        if timeout.is_zero() {
            return Deadline::NOW;
        }
        Instant::now().checked_add(timeout).map_or(Deadline::NEVER, |moment| Deadline(Moment::At(moment)))
    }
}

/// A wait ended because its deadline had passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut;

impl fmt::Display for TimedOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the time ran out")
    }
}

impl Error for TimedOut {}

/// How many [`requeue`] has woken and moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requeued {
    /// How many were woken: 1, or 0 if nobody slept.
    pub woken: usize,
    /// How many now sleep on the other word.
    pub moved: usize,
}

/// [`requeue`] did nothing because the word held another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed;

impl fmt::Display for Changed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the word has changed")
    }
}

impl Error for Changed {}
