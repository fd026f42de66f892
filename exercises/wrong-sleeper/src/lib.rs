//! A slot for one reading: probes put readings in, senders take them out, and each waits for the other.
//!
//! This one is broken. It looks again after every call, and every change is called out.

use condvar::Condvar;
use mutex::Mutex;

/// A place for one reading. Whoever finds it full or empty, and would rather have it otherwise, waits.
#[derive(Debug)]
pub struct Slot {
    reading: Mutex<Option<u32>>,
    /// Whoever has changed the slot calls here.
    changed: Condvar,
}

impl Slot {
    model::const_fn! {
        /// An empty slot.
        pub const fn new() -> Slot {
            Slot { reading: Mutex::new(None), changed: Condvar::new() }
        }
    }

    /// Puts `new` in. Blocks, asleep, until the slot is empty.
    pub fn put(&self, new: u32) {
        let mut reading = self.reading.lock();
        self.changed.wait_while(&mut reading, |reading| reading.is_some());
        *reading = Some(new);
        self.changed.notify_one();
    }

    /// Takes the reading out. Blocks, asleep, until there is one.
    pub fn take(&self) -> u32 {
        let mut reading = self.reading.lock();
        loop {
            if let Some(reading) = reading.take() {
                self.changed.notify_one();
                return reading;
            }
            self.changed.wait(&mut reading);
        }
    }
}

impl Default for Slot {
    fn default() -> Slot {
        Slot::new()
    }
}
