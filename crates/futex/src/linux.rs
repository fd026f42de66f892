//! Linux: the kernel keeps the queues, and each function is one system call, `futex(2)`.
//!
//! All calls carry `FUTEX_PRIVATE_FLAG`: the word is not shared with other processes. This is faster, and it makes
//! the key of a queue the address itself (and the process), so that the kernel needs no memory there to find the
//! sleepers.
//!
//! On 64 bits the system call takes the same `timespec` everywhere. On 32 bits there are two of them, which is why this
//! crate does not run there.

use std::ptr;
use std::time::{Duration, Instant};

use libc::{
    EAGAIN, EINTR, ETIMEDOUT, FUTEX_CMP_REQUEUE, FUTEX_PRIVATE_FLAG, FUTEX_WAIT, FUTEX_WAKE, SYS_futex, c_int, c_long,
    syscall, timespec,
};
use model::sync::atomic::AtomicU32;

use crate::{Changed, Requeued, TimedOut};

pub(crate) fn wait(word: &AtomicU32, expected: u32) {
    // How the wait ended does not matter to the caller, who looks at the word in any case.
    let _ = sleep(word, expected, ptr::null());
}

pub(crate) fn wait_until(word: &AtomicU32, expected: u32, deadline: Instant) -> Result<(), TimedOut> {
    // The kernel counts down on the same clock, CLOCK_MONOTONIC, and never wakes early: the deadline has then passed.
    let left = to_timespec(deadline.saturating_duration_since(Instant::now()));
    match sleep(word, expected, &left) {
        Err(ETIMEDOUT) => Err(TimedOut),
        _ => Ok(()),
    }
}

/// Sleeps until a wake (`Ok`) or until something else ends the wait (`Err` with the error's number):
///
/// - `EAGAIN`: the word does not hold `expected`;
/// - `ETIMEDOUT`: the time is over;
/// - `EINTR`: a signal's handler has run. (An untimed wait goes on by itself if the handler was installed with
///   `SA_RESTART`.) That counts as an end for no reason. Sleeping again right here would be right as well, but the
///   caller has a loop around its wait anyhow, and its look at the word costs nothing beside a signal. Its deadline is
///   a moment and not a duration, so nothing is added to it by going round.
fn sleep(word: &AtomicU32, expected: u32, timeout: *const timespec) -> Result<(), c_int> {
    let operation = FUTEX_WAIT | FUTEX_PRIVATE_FLAG;
    // SAFETY: `word` is an aligned word that stays alive during the call, because it is borrowed; the kernel reads it
    // atomically. `timeout` is null or points to a `timespec` that outlives the call. The kernel writes to neither.
    let result = unsafe { syscall(SYS_futex, word.as_ptr(), operation, expected, timeout) };
    if result == 0 {
        return Ok(());
    }
    let error = last_error();
    debug_assert!(matches!(error, EAGAIN | ETIMEDOUT | EINTR), "futex wait: error {error}");
    Err(error)
}

pub(crate) fn wake_one(word: *const AtomicU32) -> bool {
    wake(word, 1) == 1
}

pub(crate) fn wake_all(word: *const AtomicU32) -> usize {
    wake(word, c_int::MAX)
}

fn wake(word: *const AtomicU32, limit: c_int) -> usize {
    // SAFETY: for a private futex the kernel takes the address as a key and touches no memory there. An address that no
    // word can have is answered with an error.
    let woken = unsafe { syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, limit) };
    // Negative for an error: no word can lie at this address, because it is no multiple of four (`EINVAL`) or not the
    // program's (`EFAULT`). Nobody sleeps there.
    usize::try_from(woken).unwrap_or(0)
}

pub(crate) fn requeue(from: &AtomicU32, expected: u32, to: *const AtomicU32) -> Result<Requeued, Changed> {
    let operation = FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG;
    // For this operation the kernel takes a number in place of the time-out.
    let (wake, requeue) = (1, c_long::from(c_int::MAX));
    // SAFETY: `from` is an aligned word that stays alive during the call, because it is borrowed; the kernel reads it
    // atomically. Of `to` it takes the address as a key.
    let touched = unsafe { syscall(SYS_futex, from.as_ptr(), operation, wake, requeue, to, expected) };
    match usize::try_from(touched) {
        // The kernel counts both kinds together, and moves nobody before it has woken one.
        Ok(touched) => Ok(Requeued { woken: touched.min(1), moved: touched.saturating_sub(1) }),
        Err(_) => {
            // In every build: a caller who is told "changed" tries again, and if the error stays would never stop.
            assert_eq!(last_error(), EAGAIN, "futex requeue: no word can lie at {to:p}");
            Err(Changed)
        }
    }
}

fn to_timespec(duration: Duration) -> timespec {
    timespec {
        // What does not fit is some 300 billion years.
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(duration.subsec_nanos()),
    }
}

fn last_error() -> c_int {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}
