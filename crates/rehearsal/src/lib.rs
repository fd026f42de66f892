//! What tests with real threads have in common.
//!
//! - [`rehearse`]: a watchdog, so that a lost wake-up is a failure and not a hang.
//! - [`Roll`] (Linux only): the certainty that threads sleep, so that a test need not hope for it.
//! - [`expect_panic`] and [`panic_on_purpose`]: a panic to see what it leaves behind, told from one that was not meant.
//!
//! For dev-dependencies, and for the ordinary world alone: the model has sleepers of its own ([`model::sleepers`]) and
//! takes every panic for a failure.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

#[cfg(target_os = "linux")]
mod roll;

#[cfg(target_os = "linux")]
pub use roll::Roll;

/// A test that takes this long hangs, however busy the machine may be.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs `body` and returns what it returns, if that takes less than a minute.
///
/// # Panics
///
/// If `body` panics, with the same payload; and if it takes longer.
///
/// ```
/// assert_eq!(rehearsal::rehearse(|| 1 + 1), 2);
/// ```
#[track_caller]
pub fn rehearse<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    model::within(LIMIT, body)
}

/// What [`panic_on_purpose`] panics with.
struct OnPurpose;

/// Panics, as a test wants it. Nothing is printed.
///
/// # Panics
///
/// Always.
pub fn panic_on_purpose() -> ! {
    resume_unwind(Box::new(OnPurpose))
}

/// Runs `body`, which has to end with [`panic_on_purpose`], and comes back unharmed.
///
/// # Panics
///
/// If `body` does not panic, or not on purpose: a failed assertion in there is a failure of the test.
///
/// ```
/// use std::sync::Mutex;
///
/// let mutex = Mutex::new(());
/// rehearsal::expect_panic(|| {
///     let _guard = mutex.lock();
///     rehearsal::panic_on_purpose();
/// });
/// assert!(mutex.is_poisoned());
/// ```
#[track_caller]
pub fn expect_panic(body: impl FnOnce()) {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(()) => panic!("this should have panicked on purpose, and did not"),
        Err(payload) if payload.is::<OnPurpose>() => {}
        Err(payload) => resume_unwind(payload),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "did not")]
    fn a_body_that_does_not_panic_is_a_failure() {
        expect_panic(|| {});
    }

    #[test]
    #[should_panic(expected = "an assertion")]
    fn a_panic_that_was_not_meant_goes_on() {
        expect_panic(|| panic!("an assertion in the body"));
    }
}
