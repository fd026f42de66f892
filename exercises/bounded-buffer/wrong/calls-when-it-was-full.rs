//! Wrong: it calls those who put only if the buffer was full. Two sleep, and there is room for both.

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
    /// Those who get wait here; those who have put an item in call here.
    not_empty: Condvar,
    /// Those who put wait here; those who have taken an item out call here.
    not_full: Condvar,
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
            Buffer { items, capacity, not_empty: Condvar::new(), not_full: Condvar::new() }
        }
    }

    /// Puts `item` in as the last one. Blocks, asleep, until there is room for it.
    pub fn put(&self, item: T) {
        let mut items = self.items.lock();
        self.not_full.wait_while(&mut items, |items| items.len() == self.capacity);
        items.push_back(item);
        drop(items);
        self.not_empty.notify_one();
    }

    /// Takes the first item out. Blocks, asleep, until there is one.
    pub fn get(&self) -> T {
        let mut items = self.items.lock();
        loop {
            let was_full = items.len() == self.capacity;
            if let Some(item) = items.pop_front() {
                drop(items);
                if was_full {
                    self.not_full.notify_one();
                }
                return item;
            }
            self.not_empty.wait(&mut items);
        }
    }
}
