//! A queue of work: who puts into a full one waits, and so does who gets from an empty one.
//!
//! This is yours to go on with. So far it is the buffer with a limit; nobody counts what is done, and nothing shuts it down.

use std::collections::VecDeque;

use condvar::Condvar;
use mutex::Mutex;

/// Work for other threads, with room for a limited number of items. What was put first is handed out first.
///
/// A `put` *synchronizes before* the `get` that takes its item, and a `task_done` before every `join` that it releases.
#[derive(Debug)]
pub struct WorkQueue<T> {
    items: Mutex<VecDeque<T>>,
    capacity: usize,
    /// Those who get wait here; those who have put an item call here.
    not_empty: Condvar,
    /// Those who put wait here; those who have taken an item call here.
    not_full: Condvar,
}

impl<T> WorkQueue<T> {
    model::const_fn! {
        /// An empty queue with room for `capacity` items.
        ///
        /// # Panics
        ///
        /// If `capacity` is zero: nothing would ever get through.
        pub const fn bounded(capacity: usize) -> WorkQueue<T> {
            assert!(capacity > 0, "a queue needs room for one item at least");
            let items = Mutex::new(VecDeque::new());
            WorkQueue { items, capacity, not_empty: Condvar::new(), not_full: Condvar::new() }
        }
    }

    /// Puts `item` in as the last one. Blocks, asleep, until there is room for it.
    ///
    /// # Errors
    ///
    /// The item, if the queue is shut down, or is while this waits.
    pub fn put(&self, item: T) -> Result<(), T> {
        let mut items = self.items.lock();
        self.not_full.wait_while(&mut items, |items| items.len() == self.capacity);
        items.push_back(item);
        drop(items);
        self.not_empty.notify_one();
        Ok(())
    }

    /// Takes the first item out. Blocks, asleep, until there is one. `None`: the queue is shut down and empty.
    pub fn get(&self) -> Option<T> {
        let mut items = self.items.lock();
        self.not_empty.wait_while(&mut items, |items| items.is_empty());
        let item = items.pop_front();
        drop(items);
        self.not_full.notify_one();
        item
    }

    /// Says that one item, which was taken, is done.
    pub fn task_done(&self) {}

    /// Blocks, asleep, until all that was put is done.
    pub fn join(&self) {}

    /// From now on nothing can be put, and what is queued can still be taken. Whoever waits for what cannot come any more
    /// stops waiting.
    pub fn shutdown(&self) {}
}
