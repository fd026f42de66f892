//! Wrong: the round has two bits, because it only has to tell "still" from "again". After four rounds it is where it was.
//!
//! 1. The waiter sleeps, in round 0.
//! 2. The setter raises the flag, wakes the waiter, and takes the flag down; and that three times more.
//! 3. The waiter comes to. The flag is down and the round is 0, so it sleeps on.

use std::time::Duration;

use futex::Deadline;
use model::sync::atomic::{AtomicU32, Ordering};

/// The flag is up. The two bits above it are the round, and a new one begins whenever the flag is taken down.
const SET: u32 = 1;

/// All that the word holds: the flag and the round.
const WORD: u32 = 0b111;

/// A flag that threads can wait for.
#[derive(Debug)]
pub struct Event {
    state: AtomicU32,
}

impl Event {
    model::const_fn! {
        /// An event whose flag is down.
        pub const fn new() -> Event {
            Event { state: AtomicU32::new(0) }
        }
    }

    /// Whether the flag is up.
    pub fn is_set(&self) -> bool {
        self.state.load(Ordering::Acquire) & SET != 0
    }

    /// Raises the flag.
    pub fn set(&self) {
        let state: *const AtomicU32 = &self.state;
        self.state.fetch_or(SET, Ordering::Release);
        futex::wake_all(state);
    }

    /// Takes the flag down.
    pub fn clear(&self) {
        // Adding `SET` where it is up takes it down and begins the next round. An error says that it was down already.
        let next_round = |state: u32| (state & SET != 0).then(|| (state + SET) & WORD);
        let _ = self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, next_round);
    }

    /// Blocks until the flag is up.
    pub fn wait(&self) {
        self.wait_until(Deadline::NEVER);
    }

    /// Blocks until the flag is up, for no longer than `limit`.
    pub fn wait_timeout(&self, limit: Duration) -> bool {
        self.wait_until(Deadline::after(limit))
    }

    fn wait_until(&self, deadline: Deadline) -> bool {
        let came = self.state.load(Ordering::Acquire);
        let mut seen = came;
        let mut in_time = true;
        while seen & SET == 0 && seen == came {
            if !in_time {
                return false;
            }
            in_time = futex::wait_until(&self.state, seen, deadline).is_ok();
            seen = self.state.load(Ordering::Acquire);
        }
        true
    }
}

impl Default for Event {
    fn default() -> Event {
        Event::new()
    }
}
