//! A message from one thread to another: a number, and a flag that says that it is there.
//!
//! The store of the flag is a Release and its load an Acquire. Who sees the flag up sees all that was written before it
//! was raised, so that the number itself needs no ordering.

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
        self.number.store(number, Relaxed);
        // ORDERING: Release pairs with the Acquire in `receive`, and publishes the number.
        self.ready.store(true, Release);
    }

    /// What was sent, or `None` if nothing has come yet.
    ///
    /// `send` *synchronizes before* a `receive` that returns its number.
    pub fn receive(&self) -> Option<u32> {
        // ORDERING: Acquire pairs with the Release in `send`.
        if !self.ready.load(Acquire) {
            return None;
        }
        Some(self.number.load(Relaxed))
    }
}

impl Default for Message {
    fn default() -> Message {
        Message::new()
    }
}
