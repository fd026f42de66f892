//! An item that counts as done when it is dropped.

use std::collections::VecDeque;
use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::Queue;
use crate::buffer::Buffer;

/// An item taken from a queue. Dropping it says [`task_done`](Queue::task_done), in a panic too.
///
/// The item is dropped first: who is released by [`join`](Queue::join) finds nothing of it left.
///
/// Other threads may look at the item through it, if it may be shared. A `Cell` may not:
///
/// ```compile_fail,E0277
/// use std::cell::Cell;
/// use queue::WorkQueue;
///
/// let queue = WorkQueue::unbounded();
/// assert!(queue.put(Cell::new(1)).is_ok());
/// let task = queue.get_task().unwrap();
/// model::thread::scope(|scope| {
///     scope.spawn("Alice", || task.set(2));
/// });
/// ```
#[must_use = "the item counts as done as soon as the task is dropped"]
pub struct Task<'q, T, B: Buffer<Item = T> = VecDeque<T>> {
    // Fields are dropped in the order in which they stand here, also if dropping the first panics.
    item: T,
    done: Done<'q, B>,
}

impl<'q, T, B: Buffer<Item = T>> Task<'q, T, B> {
    /// For an `item` of `queue` that was taken and is not done.
    pub(crate) fn new(item: T, queue: &'q Queue<B>) -> Task<'q, T, B> {
        Task { item, done: Done(queue) }
    }

    /// Takes the item out of the guard, and counts it as done.
    pub fn into_inner(self) -> T {
        drop(self.done);
        self.item
    }
}

impl<T, B: Buffer<Item = T>> Deref for Task<'_, T, B> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.item
    }
}

impl<T, B: Buffer<Item = T>> DerefMut for Task<'_, T, B> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.item
    }
}

impl<T: fmt::Debug, B: Buffer<Item = T>> fmt::Debug for Task<'_, T, B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.item, formatter)
    }
}

/// Says `task_done` when it is dropped.
struct Done<'q, B: Buffer>(&'q Queue<B>);

impl<B: Buffer> Drop for Done<'_, B> {
    fn drop(&mut self) {
        // It is too much only if somebody has said so of this item already. They have been told, or will be.
        let _ = self.0.task_done();
    }
}
