//! A watchdog for tests with real threads.

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Runs `body` on a thread of its own and returns what it returns, if that takes no longer than `limit`.
///
/// A test that may block for ever runs under this, so that a lost wake-up is a failure and not a hang.
///
/// # Panics
///
/// If `body` panics, with the same payload; and if it has not returned within `limit`. In that case its thread is left
/// behind, for there is no safe way to end a thread from outside.
///
/// ```
/// let sum = model::within(std::time::Duration::from_secs(10), || 1 + 1);
/// assert_eq!(sum, 2);
/// ```
#[track_caller]
pub fn within<T: Send + 'static>(limit: Duration, body: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    // The name of the test, so that a panic in `body` is reported under it.
    let name = thread::current().name().unwrap_or("watched").to_owned();
    let watched = thread::Builder::new()
        .name(name)
        .spawn(move || {
            let result = body();
            // Fails only if the watchdog has given up, and then nobody wants the result.
            let _ = sender.send(());
            result
        })
        .expect("the system can start one more thread");
    if let Err(RecvTimeoutError::Timeout) = receiver.recv_timeout(limit) {
        panic!("still not done after {limit:?}: some thread waits for what never comes");
    }
    // The sender is gone, by a message or by a panic: the thread has nothing left to do.
    watched.join().unwrap_or_else(|panic| resume_unwind(panic))
}
