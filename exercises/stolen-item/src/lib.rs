//! A list of photos: some threads put them on it, others take them off, and sleep while there are none.
//!
//! This one is broken. Every call is heard, and every look is made with the lock held.

use std::collections::VecDeque;

use condvar::Condvar;
use mutex::Mutex;

/// The photos that have yet to be made small, by number. The oldest comes out first.
#[derive(Debug)]
pub struct Photos {
    waiting: Mutex<VecDeque<u32>>,
    /// Whoever puts a photo on the list calls here, and whoever finds none waits here.
    arrived: Condvar,
}

impl Photos {
    model::const_fn! {
        /// No photos.
        pub const fn new() -> Photos {
            Photos { waiting: Mutex::new(VecDeque::new()), arrived: Condvar::new() }
        }
    }

    /// Puts `photo` on the list and calls a worker. Blocks only as long as somebody else holds the lock.
    pub fn put(&self, photo: u32) {
        self.waiting.lock().push_back(photo);
        self.arrived.notify_one();
    }

    /// Takes the oldest photo off the list. Blocks, asleep, until there is one.
    ///
    /// # Panics
    ///
    /// If there is none after the wait, which cannot be: somebody called.
    pub fn take(&self) -> u32 {
        let mut waiting = self.waiting.lock();
        if waiting.is_empty() {
            self.arrived.wait(&mut waiting);
        }
        waiting.pop_front().expect("somebody called, so there is a photo")
    }
}

impl Default for Photos {
    fn default() -> Photos {
        Photos::new()
    }
}
