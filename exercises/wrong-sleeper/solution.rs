//! A slot for one reading: probes put readings in, senders take them out, and each waits for the other.
//!
//! There are two things to wait for, and for each there is a condition variable. Whoever is called can use what it is called
//! for, so one call is enough. With a single condition variable every call has to go to all.

use condvar::Condvar;
use mutex::Mutex;

/// A place for one reading. Whoever finds it full or empty, and would rather have it otherwise, waits.
#[derive(Debug)]
pub struct Slot {
    reading: Mutex<Option<u32>>,
    /// Whoever has put a reading in calls here. Those who take wait here.
    filled: Condvar,
    /// Whoever has taken one out calls here. Those who put wait here.
    emptied: Condvar,
}

impl Slot {
    model::const_fn! {
        /// An empty slot.
        pub const fn new() -> Slot {
            Slot { reading: Mutex::new(None), filled: Condvar::new(), emptied: Condvar::new() }
        }
    }

    /// Puts `new` in. Blocks, asleep, until the slot is empty.
    pub fn put(&self, new: u32) {
        let mut reading = self.reading.lock();
        self.emptied.wait_while(&mut reading, |reading| reading.is_some());
        *reading = Some(new);
        self.filled.notify_one();
    }

    /// Takes the reading out. Blocks, asleep, until there is one.
    pub fn take(&self) -> u32 {
        let mut reading = self.reading.lock();
        loop {
            if let Some(reading) = reading.take() {
                self.emptied.notify_one();
                return reading;
            }
            self.filled.wait(&mut reading);
        }
    }
}

impl Default for Slot {
    fn default() -> Slot {
        Slot::new()
    }
}
