//! Wrong: one condition variable for both kinds, and calls for one thread. A call meant for a putter reaches a getter, who can
//! do nothing with it, and the putter sleeps on beside an empty buffer.

use std::collections::VecDeque;

use condvar::Condvar;
use mutex::Mutex;

/// A place for a limited number of items. What was put in first comes out first.
///
/// What a thread did before it put an item in is seen by the thread that gets it: `put` *synchronizes before* that `get`.
#[derive(Debug)]
pub struct Buffer<T> {
    items: Mutex<VecDeque<T>>,
    capacity: usize,
    /// Everybody waits here, and everybody calls here.
    changed: Condvar,
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
            let items = Mutex::new(VecDeque::new());
            Buffer { items, capacity, changed: Condvar::new() }
        }
    }

    /// Puts `item` in as the last one. Blocks, asleep, until there is room for it.
    pub fn put(&self, item: T) {
        let mut items = self.items.lock();
        self.changed.wait_while(&mut items, |items| items.len() == self.capacity);
        items.push_back(item);
        drop(items);
        self.changed.notify_one();
    }

    /// Takes the first item out. Blocks, asleep, until there is one.
    pub fn get(&self) -> T {
        let mut items = self.items.lock();
        loop {
            if let Some(item) = items.pop_front() {
                drop(items);
                self.changed.notify_one();
                return item;
            }
            self.changed.wait(&mut items);
        }
    }
}
