//! Reader–writer locks.
//!
//! # Peers
//!
//! What the scenarios ask of a contender is the [`ReadWrite`] contract. Who goes first when readers and writers want the
//! lock is up to each: the shares of `one_writer` tell.
//!
//! # Scenarios
//!
//! Alone: `read` and `write`.
//!
//! Contests, in which each thread locks and unlocks as often as it gets to, with nothing between:
//!
//! - `read_mostly`: each thread reads a number, and every hundredth time it writes one. There is nothing to be gained
//!   from being inside together, so this compares what the locking costs.
//! - `read_mostly_for_long`: the same with three microseconds of work inside.
//! - `read_nearly_always` and `read_nearly_always_for_long`: these two with one write in a thousand.
//! - `one_writer`: one thread writes, the others read, for half a microsecond each. With readers inside at any time, a
//!   writer that has to find the lock free waits for ever; and if writers go first, nobody reads. The least share is that
//!   of whoever is kept out.

use std::hint::black_box;

use crate::crew::{Apart, contest_of};
use crate::timing::{HALF_A_MICROSECOND, timed, work};
use crate::{Concept, Contender, Contest, Repeat, Run, Scenario, Setting, contenders};

mod peers;

/// A lock for many readers or one writer.
///
/// The end of a write synchronizes before every later lock, the end of a read before every later write.
pub trait ReadWrite: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// A lock that is free, around a number.
    fn new(value: u64) -> Self;

    /// Blocks until nobody writes, and lets `look` see the number.
    fn read(&self, look: impl FnOnce(&u64));

    /// Blocks until nobody else reads or writes, and lets `change` have the number.
    fn write(&self, change: impl FnOnce(&mut u64));
}

/// Everybody who runs `$scenario`, ours first.
macro_rules! locks {
    ($kind:path, $scenario:ident) => {
        contenders!(
            ReadWrite, $kind, $scenario:
                ::rwlock::RwLock<u64>, std::sync::RwLock<u64>, parking_lot::RwLock<u64>, usync::RwLock<u64>
        )
    };
}

const CONCEPT: Concept = Concept("rwlock");

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    let mut scenarios = vec![
        CONCEPT.alone("read", "lock for reading, read, unlock", locks!(Run::Repeat, read)),
        CONCEPT.alone("write", "lock for writing, add one, unlock", locks!(Run::Repeat, write)),
    ];
    let contests: [(_, _, _, &[usize]); 5] = [
        (
            "read_mostly",
            "lock, read (each 100th time write), unlock, at once again",
            locks!(Run::Contest, read_mostly),
            &[1, 2, 4, 8, 16],
        ),
        (
            "read_mostly_for_long",
            "read (each 100th time write) for three microseconds",
            locks!(Run::Contest, read_mostly_for_long),
            &[1, 2, 4, 8, 16],
        ),
        (
            "read_nearly_always",
            "lock, read (each 1000th time write), unlock, at once again",
            locks!(Run::Contest, read_nearly_always),
            &[1, 4, 16],
        ),
        (
            "read_nearly_always_for_long",
            "read (each 1000th time write) for three microseconds",
            locks!(Run::Contest, read_nearly_always_for_long),
            &[1, 4, 16],
        ),
        (
            "one_writer",
            "one thread writes, the others read, half a microsecond each",
            locks!(Run::Contest, one_writer),
            &[4, 16],
        ),
    ];
    for (name, about, contenders, crowds) in contests {
        scenarios.extend(crowds.iter().map(|&threads| CONCEPT.contest(name, about, threads, contenders.clone())));
    }
    scenarios
}

fn read<L: ReadWrite>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let lock = L::new(0);
    Box::new(move |operations| timed(operations, || black_box(&lock).read(|value| _ = black_box(*value))))
}

fn write<L: ReadWrite>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let lock = L::new(0);
    Box::new(move |operations| timed(operations, || black_box(&lock).write(|value| *value += 1)))
}

fn read_mostly<L: ReadWrite>(setting: &Setting) -> Contest {
    mixed::<L>(setting, 100, 0)
}

fn read_mostly_for_long<L: ReadWrite>(setting: &Setting) -> Contest {
    mixed::<L>(setting, 100, 6 * HALF_A_MICROSECOND)
}

fn read_nearly_always<L: ReadWrite>(setting: &Setting) -> Contest {
    mixed::<L>(setting, 1000, 0)
}

fn read_nearly_always_for_long<L: ReadWrite>(setting: &Setting) -> Contest {
    mixed::<L>(setting, 1000, 6 * HALF_A_MICROSECOND)
}

/// Each thread writes once in so many times (the `period`), and does so many `steps` of work inside.
fn mixed<L: ReadWrite>(setting: &Setting, period: usize, steps: u64) -> Contest {
    let threads = setting.threads;
    contest_of(setting, Apart(L::new(0)), move |number| {
        // Not all of them write at the same time.
        let mut until_next_write = period * number / threads;
        move |lock: &Apart<L>| {
            until_next_write -= 1;
            if until_next_write == 0 {
                until_next_write = period;
                lock.0.write(|value| *value ^= work(steps));
            } else {
                lock.0.read(|value| _ = black_box(*value ^ work(steps)));
            }
        }
    })
}

fn one_writer<L: ReadWrite>(setting: &Setting) -> Contest {
    contest_of(setting, Apart(L::new(0)), |number| {
        move |lock: &Apart<L>| {
            if number == 1 {
                lock.0.write(|value| *value ^= work(HALF_A_MICROSECOND));
            } else {
                lock.0.read(|value| _ = black_box(*value ^ work(HALF_A_MICROSECOND)));
            }
        }
    })
}
