//! Under the model checker: `model` keeps the queues, and no time passes.

use std::time::Instant;

use model::futex;
use model::sync::atomic::AtomicU32;

use crate::{Changed, Requeued, TimedOut};

#[track_caller]
pub(crate) fn wait(word: &AtomicU32, expected: u32) {
    futex::wait(word, expected, false);
}

#[track_caller]
pub(crate) fn wait_until(word: &AtomicU32, expected: u32, _deadline: Instant) -> Result<(), TimedOut> {
    // When the time runs out is the checker's choice, and it tries them all.
    if futex::wait(word, expected, true) { Ok(()) } else { Err(TimedOut) }
}

#[track_caller]
pub(crate) fn wake_one(word: *const AtomicU32) -> bool {
    futex::wake(word, 1) == 1
}

#[track_caller]
pub(crate) fn wake_all(word: *const AtomicU32) -> usize {
    futex::wake(word, usize::MAX)
}

#[track_caller]
pub(crate) fn requeue(from: &AtomicU32, expected: u32, to: *const AtomicU32) -> Result<Requeued, Changed> {
    let futex::Requeued { woken, moved } = futex::requeue(from, expected, to).ok_or(Changed)?;
    Ok(Requeued { woken, moved })
}
