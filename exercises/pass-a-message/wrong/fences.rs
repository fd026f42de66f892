//! Wrong: it works, but a fence orders everything around it. Where one flag is meant, the flag's own ordering says so.

use model::sync::atomic::Ordering::{self, Relaxed};
use model::sync::atomic::{AtomicBool, AtomicU32, fence};

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
        fence(Ordering::Release);
        self.ready.store(true, Relaxed);
    }

    /// What was sent, or `None` if nothing has come yet.
    ///
    /// `send` *synchronizes before* a `receive` that returns its number.
    pub fn receive(&self) -> Option<u32> {
        if !self.ready.load(Relaxed) {
            return None;
        }
        fence(Ordering::Acquire);
        Some(self.number.load(Relaxed))
    }
}

impl Default for Message {
    fn default() -> Message {
        Message::new()
    }
}
