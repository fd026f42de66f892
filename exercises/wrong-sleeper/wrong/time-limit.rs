//! Wrong: nobody sleeps longer than ten milliseconds without a look. No thread is lost then, for long. But a call that goes
//! astray costs ten milliseconds, and a hundred probes without work wake ten thousand times a second.

use std::time::Duration;

use condvar::Condvar;
use mutex::Mutex;

/// How long one sleeps without a look.
const NAP: Duration = Duration::from_millis(10);

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
        while reading.is_some() {
            self.changed.wait_timeout(&mut reading, NAP);
        }
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
            self.changed.wait_timeout(&mut reading, NAP);
        }
    }
}

impl Default for Slot {
    fn default() -> Slot {
        Slot::new()
    }
}
