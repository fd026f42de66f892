//! A message that one thread passes to another. It uses a lock of std's, which the model does not see.

use std::sync::{Mutex, PoisonError};

/// A number that one thread sends and another receives.
#[derive(Debug, Default)]
pub struct Message {
    number: Mutex<Option<u32>>,
}

impl Message {
    /// A message that has not been sent.
    pub fn new() -> Message {
        Message::default()
    }

    /// Sends `number`.
    pub fn send(&self, number: u32) {
        *self.number.lock().unwrap_or_else(PoisonError::into_inner) = Some(number);
    }

    /// The number, if it has been sent.
    pub fn receive(&self) -> Option<u32> {
        *self.number.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
