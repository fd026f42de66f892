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
pub(crate) fn wake(word: *const AtomicU32, limit: usize) -> usize {
    futex::wake(word, limit)
}

#[track_caller]
pub(crate) fn requeue(from: &AtomicU32, expected: u32, to: *const AtomicU32) -> Result<Requeued, Changed> {
    let futex::Requeued { woken, moved } = futex::requeue(from, expected, to).ok_or(Changed)?;
    Ok(Requeued { woken, moved })
}
