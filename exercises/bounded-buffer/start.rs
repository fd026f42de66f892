//! A buffer with a limit: who puts into a full one waits, and so does who gets from an empty one.
//!
//! This is yours to write. So far it has no limit, and whoever finds it empty turns in circles.

use std::collections::VecDeque;

use model::thread;
use mutex::Mutex;

/// A place for a limited number of items. What was put in first comes out first.
///
/// What a thread did before it put an item in is seen by the thread that gets it: `put` *synchronizes before* that `get`.
#[derive(Debug)]
pub struct Buffer<T> {
    items: Mutex<VecDeque<T>>,
}

impl<T> Buffer<T> {
    model::const_fn! {
        /// An empty buffer with room for `capacity` items. The room is not taken up before it is needed.
        ///
        /// # Panics
        ///
        /// If `capacity` is zero: nothing would ever get through.
        pub const fn new(capacity: usize) -> Buffer<T> {
            assert!(capacity > 0, "a buffer needs room for one item at least");
            Buffer { items: Mutex::new(VecDeque::new()) }
        }
    }

    /// Puts `item` in as the last one. Blocks, asleep, until there is room for it.
    pub fn put(&self, item: T) {
        self.items.lock().push_back(item);
    }

    /// Takes the first item out. Blocks, asleep, until there is one.
    pub fn get(&self) -> T {
        loop {
            if let Some(item) = self.items.lock().pop_front() {
                return item;
            }
            thread::yield_now();
        }
    }
}
