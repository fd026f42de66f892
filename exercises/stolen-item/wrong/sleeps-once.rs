//! Wrong: it sleeps until it is woken, and stays awake from then on.

use std::collections::VecDeque;

use condvar::Condvar;
use model::thread;
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
    pub fn take(&self) -> u32 {
        let mut waiting = self.waiting.lock();
        if waiting.is_empty() {
            self.arrived.wait(&mut waiting);
        }
        loop {
            if let Some(photo) = waiting.pop_front() {
                return photo;
            }
            drop(waiting);
            thread::yield_now();
            waiting = self.waiting.lock();
        }
    }
}

impl Default for Photos {
    fn default() -> Photos {
        Photos::new()
    }
}
