//! Mutexes, plain and reentrant.
//!
//! # Peers
//!
//! The plain ones belong to a [`Family`]. What the reentrant ones are asked for is in [`Reentrant`]; std has none that
//! is stable, so its contender is what one would build from its parts, a [`Monitor`].
//!
//! # Scenarios
//!
//! Alone: `uncontended`, `try_lock` and `try_lock_when_locked`, `reentrant` and `reentrant_nested` (of a mutex that one
//! holds already).
//!
//! Contests, in which each thread locks, does something, and unlocks, as often as it gets to:
//!
//! - `contended`: one addition while it holds the lock, and then at once the same again. Whoever unlocks is nearest to
//!   locking, and a mutex that lets it passes the lock on rarely: fast, and unfair.
//! - `contended_with_pauses`: half a microsecond of its own work between, as programs have it. Threads seldom meet,
//!   unless the system interrupts one that holds the lock.
//! - `contended_for_long`: three microseconds of work with the lock held, and nothing between. Only one thread can work
//!   at a time, and those that wait awake take processors from it.

use std::hint::black_box;
use std::time::Duration;

use crate::crew::{Apart, contest};
use crate::parts::{Family, Locksmith, ParkingLot, Std, Usync};
use crate::timing::{HALF_A_MICROSECOND, timed, work};
use crate::{Concept, Contender, Contest, Repeat, Run, Scenario, Setting, contenders};

pub use peers::Monitor;

mod peers;

/// A mutex that its holder may lock again.
///
/// The last unlock of a holder synchronizes before the first lock of the next.
pub trait Reentrant: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// A mutex that is not locked.
    fn new() -> Self;

    /// Does `work` with the mutex locked. Blocks until it is free, unless the calling thread holds it already.
    fn locked(&self, work: impl FnOnce());
}

/// Everybody who runs `$scenario`, ours first.
macro_rules! families {
    ($kind:path, $scenario:ident) => {
        contenders!(Family, $kind, $scenario: Locksmith, Std, ParkingLot, Usync)
    };
}

/// Everybody reentrant who runs `$scenario`, ours first.
macro_rules! reentrant {
    ($scenario:ident) => {
        contenders!(
            Reentrant, Run::Repeat, $scenario:
                ::mutex::ReentrantMutex<()>, Monitor<Std>, parking_lot::ReentrantMutex<()>, usync::ReentrantMutex<()>
        )
    };
}

const CONCEPT: Concept = Concept("mutex");

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    let mut scenarios = vec![
        CONCEPT.alone("uncontended", "lock, add one, unlock", families!(Run::Repeat, uncontended)),
        CONCEPT.alone("try_lock", "try to lock a free mutex, add one, unlock", families!(Run::Repeat, try_lock)),
        CONCEPT.alone(
            "try_lock_when_locked",
            "try to lock a locked mutex",
            families!(Run::Repeat, try_lock_when_locked),
        ),
        CONCEPT.alone("reentrant", "lock a free reentrant mutex, unlock", reentrant!(reentrant)),
        CONCEPT.alone("reentrant_nested", "the same, of a mutex that one holds", reentrant!(reentrant_nested)),
    ];
    let contests = [
        ("contended", "lock, add one, unlock, at once again", families!(Run::Contest, contended)),
        (
            "contended_with_pauses",
            "lock, add one, unlock, work half a microsecond",
            families!(Run::Contest, contended_with_pauses),
        ),
        (
            "contended_for_long",
            "lock, work three microseconds, unlock, at once again",
            families!(Run::Contest, contended_for_long),
        ),
    ];
    for (name, about, contenders) in contests {
        scenarios.extend([1, 2, 4, 8, 16].map(|threads| CONCEPT.contest(name, about, threads, contenders.clone())));
    }
    scenarios
}

fn uncontended<F: Family>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let mutex = F::mutex(0_u64);
    Box::new(move |operations| timed(operations, || *F::lock(black_box(&mutex)) += 1))
}

fn try_lock<F: Family>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let mutex = F::mutex(0_u64);
    Box::new(move |operations| {
        timed(operations, || {
            if let Some(mut value) = F::try_lock(black_box(&mutex)) {
                *value += 1;
            }
        })
    })
}

fn try_lock_when_locked<F: Family>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let mutex = F::mutex(0_u64);
    Box::new(move |operations| {
        let _held = F::lock(&mutex);
        timed(operations, || {
            black_box(F::try_lock(black_box(&mutex)).is_some());
        })
    })
}

fn reentrant<R: Reentrant>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let mutex = R::new();
    Box::new(move |operations| timed(operations, || black_box(&mutex).locked(|| black_box(()))))
}

fn reentrant_nested<R: Reentrant>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let mutex = R::new();
    Box::new(move |operations| {
        let mut time = Duration::ZERO;
        mutex.locked(|| time = timed(operations, || black_box(&mutex).locked(|| black_box(()))));
        time
    })
}

fn contended<F: Family>(setting: &Setting) -> Contest {
    contest(setting, Apart(F::mutex(0_u64)), |mutex| *F::lock(&mutex.0) += 1)
}

fn contended_with_pauses<F: Family>(setting: &Setting) -> Contest {
    contest(setting, Apart(F::mutex(0_u64)), |mutex| {
        *F::lock(&mutex.0) += 1;
        work(HALF_A_MICROSECOND);
    })
}

fn contended_for_long<F: Family>(setting: &Setting) -> Contest {
    contest(setting, Apart(F::mutex(0_u64)), |mutex| {
        let mut value = F::lock(&mutex.0);
        *value ^= work(6 * HALF_A_MICROSECOND);
    })
}
