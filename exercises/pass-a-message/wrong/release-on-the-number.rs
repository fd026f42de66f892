//! Wrong: the orderings stand at the number, and it is the flag by which the threads meet.
//!
//! A Release publishes what was written *before* it, and there is nothing before the number. An Acquire orders what
//! comes *after* it, and by then the flag has been believed.

use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use model::sync::atomic::{AtomicBool, AtomicU32};

/// A number that one thread sends and another may receive.
#[derive(Debug)]
pub struct Message {
    number: AtomicU32,
    ready: AtomicBool,
}

impl Message {
    model::const_fn! {
        /// A message that has not been sent.
        pub const fn new() -> Message {
            Message { number: AtomicU32::new(0), ready: AtomicBool::new(false) }
        }
    }

    /// Sends `number`. To be called once.
    pub fn send(&self, number: u32) {
        self.number.store(number, Release);
        self.ready.store(true, Relaxed);
    }

    /// What was sent, or `None` if nothing has come yet.
    ///
    /// `send` *synchronizes before* a `receive` that returns its number.
    pub fn receive(&self) -> Option<u32> {
        if !self.ready.load(Relaxed) {
            return None;
        }
        Some(self.number.load(Acquire))
    }
}

impl Default for Message {
    fn default() -> Message {
        Message::new()
    }
}
