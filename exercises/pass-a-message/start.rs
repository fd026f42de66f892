//! A message from one thread to another: a number, and a flag that says that it is there.
//!
//! This one is broken. Its operations are the right ones, and their orderings are not.

use model::sync::atomic::Ordering::Relaxed;
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
        self.ready.store(true, Relaxed);
    }

    /// What was sent, or `None` if nothing has come yet.
    ///
    /// `send` *synchronizes before* a `receive` that returns its number.
    pub fn receive(&self) -> Option<u32> {
        if !self.ready.load(Relaxed) {
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
