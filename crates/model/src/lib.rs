//! The ground on which the concept crates stand: atomics, plain memory and threads, in two worlds.
//!
//! In an **ordinary build** this crate hands out std's own types, at no cost. Under `--cfg loom` it hands out those of
//! the model checker [loom](https://docs.rs/loom), wrapped so that every operation is recorded: which thread, which
//! location, which value, which ordering, which line of the source. The same source compiles in both worlds:
//!
//! ```
//! use model::sync::atomic::{AtomicU32, Ordering};
//!
//! // Two threads count. Is the sum always 2?
//! model::check(|| {
//!     let count = AtomicU32::new(0);
//!     model::thread::scope(|scope| {
//!         for name in ["left", "right"] {
//!             // ORDERING: Relaxed; only the number itself is shared, and `scope` orders the read below.
//!             scope.spawn(name, || count.fetch_add(1, Ordering::Relaxed));
//!         }
//!     });
//!     assert_eq!(count.load(Ordering::Relaxed), 2);
//! });
//! ```
//!
//! [`check`] runs the closure through **every schedule** that the memory model allows (or up to a bound, and then it
//! says so); in the ordinary build it runs it many times with real threads. When a schedule fails, `check` searches
//! again for one that is easy to follow (threads that merely take turns rather than old values, few preemptions rather than
//! many), and panics with a picture of it, which the crate `schedule` draws.
//!
//! # Atomics, and what an ordering says
//!
//! An *atomic* is a number that several threads may use at the same time. `load` reads it and `store` overwrites it. A
//! *read-modify-write* (`swap`, `fetch_add`, `fetch_or`, `compare_exchange`) reads and writes in **one step**: nobody
//! else's write comes between. A load and then a store are two steps, and an update between them is lost.
//!
//! Each call names an *ordering*. It says nothing about the atomic itself, but what becomes of **everything else** that
//! the thread has written. Compilers and processors may let one write become visible before an earlier one, so that a
//! thread that sees `ready == true` need not see the letter that was written first:
//!
//! - `Release`, on a write: what this thread has seen and done so far travels with the value.
//! - `Acquire`, on a read: whoever reads a value that was written with Release sees from here on what travelled with it.
//! - `Relaxed`: nothing travels. One end is not enough: Release without Acquire is a letter that nobody opens, Acquire
//!   without Release is an empty envelope.
//! - `AcqRel`, on a read-modify-write: both. `SeqCst`: both, and all such accesses stand in one order on which all threads
//!   agree; needed where a thread writes one atomic and then reads another, and where several readers have to agree on the
//!   order of writes to different atomics.
//!
//! Acquire does not make a read *new*. It says what comes along with the value that was read, and that may still be an old
//! one. In Python the interpreter lock hides all of this.
//!
//! To *publish* is to write with Release. "A *synchronizes before* B" means that B sees all that was done before A.
//!
//! # What the model knows, and what it does not
//!
//! - **Threads**: at most five, the main one included.
//! - **Reads may be old.** A load, with Acquire too, may return any value that the memory model still allows it to see, not
//!   just the newest. Read-modify-writes that succeed are sure of the newest, and so is the look that the futex takes.
//! - **Exchanges that fail** read the newest value here. The language lets them read an old one, as a load may.
//! - **Surprises.** Some things are decided neither by the code nor by the schedule: a sleeping thread may go on for no
//!   reason, the time of a timed wait may run out at any moment, a weak compare-exchange may fail although the values
//!   agree. The model tries each of these too, up to [`Check::surprises`] of them in one schedule.
//! - **Every order that matters.** Loom leaves out the orders of operations that it holds to be independent, and loom 0.7
//!   holds too many to be: a load and a later change of the same atomic, if the thread that changes it has loaded it
//!   before. The wrappers tell it better; `tests/memory_model.rs` keeps the programs that showed it.
//! - **Spinning**: a thread that gives the hint [`hint::spin_loop`] or [`thread::yield_now`] lets the others go first. That it
//!   goes on before them is not tried. A loop that waits without such a hint never ends, and is told as too long.
//! - **Sequential consistency**: loom treats `SeqCst` accesses as `AcqRel`, which would be a source of false alarms. The
//!   wrappers put a `SeqCst` fence in front of each such access, as compilers do for weakly ordered processors. What results
//!   is as strong as the language promises, and stronger for the weaker accesses around: a fence also orders what the
//!   thread does elsewhere. So a missing Release or Acquire can go unnoticed if its thread makes a `SeqCst` access nearby,
//!   to whatever location. Check the weak orderings of a program without `SeqCst` in it.
//! - **Acquire fences** acquire too much: also what was read by a thread that this one has synchronized with.
//! - **Stores among exchanges**: where an atomic is changed by stores and by read-modify-writes, a store passes on what was
//!   released before it. The language says that it does not.
//! - **Memory**: a late access is told if the memory was a [`boxed::Box`]'s or a [`sync::Arc`]'s. What lies on a stack is out of the
//!   model's sight, and a late access to it is undefined behaviour, here as anywhere.
//! - **Load buffering** (a load that sees a store that is made only because of it) is not explored, nor are stores older
//!   than the last seven to a location. A check that passes is strong evidence, and not a proof about every compiler.
//! - **Panics**: any panic inside a check fails it, even one that the code under test catches. Panic safety is tested
//!   with real threads.
//! - **Statics** cannot hold the modelled types: every schedule starts from nothing.

mod check;
#[cfg(loom)]
mod modelled;
#[cfg(not(loom))]
mod real;
mod within;

#[cfg(loom)]
use modelled as world;
#[cfg(not(loom))]
use real as world;

pub use check::{Check, Completeness, Outcomes, Pass, check, outcomes};
pub use within::within;

/// Whether this build is the modelled one: `true` under `--cfg loom`.
pub const MODELLED: bool = cfg!(loom);

/// Shared ownership and atomics, as in `std::sync`.
pub mod sync {
    pub use crate::world::Arc;

    /// Atomic types and fences, as in `std::sync::atomic`.
    pub mod atomic {
        pub use crate::world::atomic::{
            AtomicBool, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64,
            AtomicUsize, Ordering, fence,
        };
    }
}

/// Owned memory whose late use the model tells.
pub mod boxed {
    pub use crate::world::Box;
}

/// Plain memory that threads share by a protocol of their own.
pub mod cell {
    pub use crate::world::cell::UnsafeCell;
}

/// Threads, each with a name.
pub mod thread {
    pub use crate::world::thread::{
        JoinHandle, Scope, ScopedJoinHandle, current_id, scope, spawn, try_spawn, yield_now,
    };
}

/// Hints for loops that wait without sleeping.
pub mod hint {
    pub use crate::world::hint::spin_loop;
}

/// The model's futex: where threads sleep when the kernel is not there.
#[cfg(loom)]
pub mod futex {
    pub use crate::world::futex::{Requeued, requeue, wait, wake};
}

/// How many threads sleep now, under the model. In an ordinary build nobody can say, and the answer is 0.
///
/// For tests that want to know what becomes of a thread that surely sleeps, without sleeping themselves.
pub fn sleepers() -> usize {
    world::sleepers()
}

/// Picks one of two sets of items: `real` in an ordinary build, `modelled` under `--cfg loom`.
///
/// Only the crate at the bottom of the house needs this: all others are written once for both worlds.
#[cfg(not(loom))]
#[macro_export]
macro_rules! world {
    (real { $($real:item)* } modelled { $($modelled:item)* }) => { $($real)* };
}

/// Picks one of two sets of items: `real` in an ordinary build, `modelled` under `--cfg loom`.
///
/// Only the crate at the bottom of the house needs this: all others are written once for both worlds.
#[cfg(loom)]
#[macro_export]
macro_rules! world {
    (real { $($real:item)* } modelled { $($modelled:item)* }) => { $($modelled)* };
}

/// Defines constructors that are `const` in an ordinary build.
///
/// Under the model they cannot be (loom's constructors register each object), and there they remember their caller
/// instead, so that a picture names an object after the variable that it was put into.
///
/// ```
/// use model::sync::atomic::AtomicBool;
///
/// struct Flag {
///     raised: AtomicBool,
/// }
///
/// impl Flag {
///     model::const_fn! {
///         /// A flag that is down.
///         pub const fn new() -> Flag {
///             Flag { raised: AtomicBool::new(false) }
///         }
///     }
/// }
/// # let _ = Flag::new().raised;
/// ```
#[cfg(not(loom))]
#[macro_export]
macro_rules! const_fn {
    ($($function:item)*) => { $($function)* };
}

/// Defines constructors that are `const` in an ordinary build.
#[cfg(loom)]
#[macro_export]
macro_rules! const_fn {
    ($($(#[$attribute:meta])* $visibility:vis const fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $returned:ty $body:block)*) => {
        $($(#[$attribute])*
        #[track_caller]
        $visibility fn $name($($argument: $type),*) -> $returned {
            let _constructing = $crate::constructing(::core::panic::Location::caller());
            // Inside of a closure, callees see their own line as the place of the call, and not this function's caller.
            (|| $body)()
        })*
    };
}

#[cfg(loom)]
#[doc(hidden)]
pub use modelled::constructing;
