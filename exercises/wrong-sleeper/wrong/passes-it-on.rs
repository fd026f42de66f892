//! Wrong: whoever is called in vain calls the next one before it lies down again. The call gets where it should, if there is
//! somebody who can use it. If there is not, two who wait for the same thing wake each other for ever.

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
        while reading.is_some() {
            self.changed.notify_one();
            self.changed.wait(&mut reading);
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
            self.changed.notify_one();
            self.changed.wait(&mut reading);
        }
    }
}

impl Default for Slot {
    fn default() -> Slot {
        Slot::new()
    }
}
