//! A barber's shop: customers wait for the barber, and the barber for customers.
//!
//! A semaphore keeps what a condition forgets: a customer who calls before the barber sleeps leaves a permit for him to find.
//! The lock is left for the chairs alone.

use mutex::Mutex;
use semaphore::Semaphore;

/// A shop with one barber, and some chairs to wait on.
#[derive(Debug)]
pub struct Shop {
    chairs: usize,
    /// How many sit on the chairs.
    waiting: Mutex<usize>,
    /// One permit for each who has sat down, for the barber.
    came: Semaphore,
    /// One permit for each haircut that is finished, for the customers.
    done: Semaphore,
}

impl Shop {
    model::const_fn! {
        /// A shop with so many chairs to wait on.
        pub const fn new(chairs: usize) -> Shop {
            Shop { chairs, waiting: Mutex::new(0), came: Semaphore::new(0), done: Semaphore::new(0) }
        }
    }

    /// For customers: blocks, asleep, until a haircut is finished, and says true. False, at once: all chairs are taken.
    pub fn visit(&self) -> bool {
        let mut waiting = self.waiting.lock();
        if *waiting == self.chairs {
            return false;
        }
        *waiting += 1;
        drop(waiting);

        self.came.release(1);
        self.done.acquire().forget();
        true
    }

    /// For the barber: blocks, asleep, until a customer is there, and serves one, by `cut`.
    pub fn serve(&self, cut: impl FnOnce()) {
        self.came.acquire().forget();
        *self.waiting.lock() -= 1;
        cut();
        self.done.release(1);
    }
}
