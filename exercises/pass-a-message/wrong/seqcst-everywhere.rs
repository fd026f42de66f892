//! Wrong: it works, as a sledgehammer works. `SeqCst` also puts all such operations of all threads into one order, which
//! nobody here asks for. It costs time on most processors, and it hides from the reader which operations belong together.

use model::sync::atomic::Ordering::SeqCst;
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
        self.number.store(number, SeqCst);
        self.ready.store(true, SeqCst);
    }

    /// What was sent, or `None` if nothing has come yet.
    ///
    /// `send` *synchronizes before* a `receive` that returns its number.
    pub fn receive(&self) -> Option<u32> {
        if !self.ready.load(SeqCst) {
            return None;
        }
        Some(self.number.load(SeqCst))
    }
}

impl Default for Message {
    fn default() -> Message {
        Message::new()
    }
}
