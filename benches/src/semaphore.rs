//! Semaphores.
//!
//! # Peers
//!
//! Std has no semaphore, so its contender is what one would build from its parts, a [`Monitor`]; and std-semaphore is
//! what std once had, another monitor. Those of tokio and async-lock are made for tasks, and here each thread blocks on
//! one: tokio's through pollster, async-lock's by its own means.
//!
//! On Linux, std's condition variable asks the kernel at each notification, whether anybody waits or not. That is most of
//! what the monitors made of it cost when they are alone.
//!
//! What the scenarios ask of a contender is the [`Permits`] contract. Those that also give several permits at once keep
//! [`ManyPermits`]; the monitors have to wake all who wait for that, and are called [`Herd`]. No contract promises that
//! everybody gets their turn: the shares of a contest tell.
//!
//! # Scenarios
//!
//! Alone: `uncontended`.
//!
//! Contests, in which each thread acquires and releases as often as it gets to, with nothing between:
//!
//! - `one_permit`: as a lock.
//! - `three_permits`: where there are more threads than permits, the permits run out when the system interrupts those
//!   who hold them.
//! - `many_among_single`: there are four permits. One thread wants three of them, the others one each, and all work half
//!   a microsecond with what they have got. Who lets single ones past for ever gives the one that wants many a share of
//!   nothing.

use std::hint::black_box;

use crate::crew::{Apart, contest, contest_of};
use crate::parts::{ParkingLot, Std, Usync};
use crate::timing::{HALF_A_MICROSECOND, timed, work};
use crate::{Concept, Contender, Contest, Repeat, Run, Scenario, Setting, contenders};

pub use peers::{Herd, Monitor};

mod peers;

/// So many permits, for whoever comes.
///
/// A release synchronizes before every later acquisition.
pub trait Permits: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// With so many `permits`.
    fn new(permits: usize) -> Self;

    /// Blocks until there is a permit, and does `work` with it.
    fn with_one(&self, work: impl FnOnce());
}

/// Permits of which one can have several.
pub trait ManyPermits: Permits {
    /// Blocks until there are so many `permits`, and does `work` with them.
    fn with_many(&self, permits: usize, work: impl FnOnce());
}

/// Everybody who runs `$scenario`, ours first.
macro_rules! semaphores {
    ($kind:path, $scenario:ident) => {
        contenders!(
            Permits, $kind, $scenario:
                ::semaphore::Semaphore, Monitor<Std>, Monitor<ParkingLot>, Monitor<Usync>,
                tokio::sync::Semaphore, async_lock::Semaphore, std_semaphore::Semaphore
        )
    };
}

const CONCEPT: Concept = Concept("semaphore");

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    let mut scenarios = vec![CONCEPT.alone("uncontended", "acquire, release", semaphores!(Run::Repeat, uncontended))];
    let contests = [
        ("one_permit", "acquire the one permit, release, at once again", semaphores!(Run::Contest, one_permit)),
        (
            "three_permits",
            "acquire one of three permits, release, at once again",
            semaphores!(Run::Contest, three_permits),
        ),
    ];
    for (name, about, contenders) in contests {
        scenarios.extend([1, 2, 4, 8, 16].map(|threads| CONCEPT.contest(name, about, threads, contenders.clone())));
    }
    let herds = contenders!(
        Permits, Run::Contest, many_among_single:
            ::semaphore::Semaphore, Herd<Std>, Herd<ParkingLot>, Herd<Usync>, tokio::sync::Semaphore
    );
    let about = "acquire one of 4 permits (one thread: 3), work half a microsecond";
    scenarios.extend([4, 16].map(|threads| CONCEPT.contest("many_among_single", about, threads, herds.clone())));
    scenarios
}

fn uncontended<P: Permits>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let permits = P::new(3);
    Box::new(move |operations| timed(operations, || black_box(&permits).with_one(|| black_box(()))))
}

fn one_permit<P: Permits>(setting: &Setting) -> Contest {
    contended::<P>(setting, 1)
}

fn three_permits<P: Permits>(setting: &Setting) -> Contest {
    contended::<P>(setting, 3)
}

fn contended<P: Permits>(setting: &Setting, permits: usize) -> Contest {
    contest(setting, Apart(P::new(permits)), |permits| permits.0.with_one(|| black_box(())))
}

fn many_among_single<P: ManyPermits>(setting: &Setting) -> Contest {
    contest_of(setting, Apart(P::new(4)), |number| {
        move |permits: &Apart<P>| {
            let work = || {
                work(HALF_A_MICROSECOND);
            };
            if number == 1 {
                permits.0.with_many(3, work);
            } else {
                permits.0.with_one(work);
            }
        }
    })
}
