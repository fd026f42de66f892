//! Where Linux is not: `parking_lot_core` keeps the queues, in a table of its own with a lock for each bucket.
//!
//! That lock is what makes the look at the word and the lying down one step: the sleeper looks while it holds the
//! lock, and a waker, who has changed the word before, takes the same lock to search for sleepers.

use std::cell::Cell;
use std::time::Instant;

use model::sync::atomic::{AtomicU32, Ordering};
use parking_lot_core::{DEFAULT_PARK_TOKEN, DEFAULT_UNPARK_TOKEN, ParkResult, RequeueOp};

use crate::{Changed, Requeued, TimedOut};

#[cfg(target_arch = "sparc64")]
compile_error!("without Linux, `futex` does not run on 64-bit SPARC: see `key` in portable.rs");

/// The key of the queue for `word`.
///
/// The table belongs to the whole process: locks of the crate `parking_lot` use it too, with their own addresses as
/// keys. A late wake or a move must not end in the queue of such a lock, because its protocol trusts everyone in
/// there. Hence the complement of the address. On 64 bits it lies in the half that the system keeps to itself, where no
/// program has a lock. On 32 bits the program may have more than half of the addresses, and on a 64-bit SPARC it may
/// have some from either end: both are refused.
fn key(word: *const AtomicU32) -> usize {
    !word.addr()
}

pub(crate) fn wait(word: &AtomicU32, expected: u32) {
    park(word, expected, None);
}

pub(crate) fn wait_until(word: &AtomicU32, expected: u32, deadline: Instant) -> Result<(), TimedOut> {
    match park(word, expected, Some(deadline)) {
        ParkResult::TimedOut => Err(TimedOut),
        ParkResult::Unparked(_) | ParkResult::Invalid => Ok(()),
    }
}

fn park(word: &AtomicU32, expected: u32, deadline: Option<Instant>) -> ParkResult {
    // ORDERING: Relaxed; the bucket's lock orders this look. A waker that took the lock earlier had changed the word
    // before that, so the look sees the change; a waker that takes it later finds the sleeper.
    let unchanged = || word.load(Ordering::Relaxed) == expected;
    // SAFETY: the key is one that only this module uses. No callback panics or calls into `parking_lot_core`.
    unsafe { parking_lot_core::park(key(word), unchanged, || {}, |_, _| {}, DEFAULT_PARK_TOKEN, deadline) }
}

pub(crate) fn wake_one(word: *const AtomicU32) -> bool {
    // SAFETY: the key is one that only this module uses. The callback neither panics nor calls into `parking_lot_core`.
    let result = unsafe { parking_lot_core::unpark_one(key(word), |_| DEFAULT_UNPARK_TOKEN) };
    result.unparked_threads == 1
}

pub(crate) fn wake_all(word: *const AtomicU32) -> usize {
    // SAFETY: the key is one that only this module uses.
    unsafe { parking_lot_core::unpark_all(key(word), DEFAULT_UNPARK_TOKEN) }
}

pub(crate) fn requeue(from: &AtomicU32, expected: u32, to: *const AtomicU32) -> Result<Requeued, Changed> {
    let changed = Cell::new(false);
    let decide = || {
        // ORDERING: Relaxed; the bucket's lock orders this look, as in `park`.
        changed.set(from.load(Ordering::Relaxed) != expected);
        if changed.get() { RequeueOp::Abort } else { RequeueOp::UnparkOneRequeueRest }
    };
    // SAFETY: the keys are ones that only this module uses. No callback panics or calls into `parking_lot_core`.
    let result = unsafe { parking_lot_core::unpark_requeue(key(from), key(to), decide, |_, _| DEFAULT_UNPARK_TOKEN) };
    if changed.get() {
        return Err(Changed);
    }
    Ok(Requeued { woken: result.unparked_threads, moved: result.requeued_threads })
}
