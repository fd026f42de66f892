//! Wrong: the shutdown sends everybody home, those who join as well. They take for done what is still queued, or in the hands of
//! a worker.

use std::collections::VecDeque;

use condvar::Condvar;
use mutex::Mutex;

/// Work for other threads, with room for a limited number of items. What was put first is handed out first.
///
/// A `put` *synchronizes before* the `get` that takes its item, and a `task_done` before every `join` that it releases.
#[derive(Debug)]
pub struct WorkQueue<T> {
    state: Mutex<State<T>>,
    capacity: usize,
    /// Those who get wait here; those who have put an item call here.
    not_empty: Condvar,
    /// Those who put wait here; those who have taken an item call here.
    not_full: Condvar,
    /// Those who join wait here; whoever has done the last item calls all of them.
    all_done: Condvar,
}

/// What is told under the lock.
#[derive(Debug)]
struct State<T> {
    items: VecDeque<T>,
    /// How many items were put and are not done, queued or taken.
    unfinished: usize,
    /// Nothing more can be put.
    closed: bool,
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
            let state = Mutex::new(State { items: VecDeque::new(), unfinished: 0, closed: false });
            let (not_empty, not_full, all_done) = (Condvar::new(), Condvar::new(), Condvar::new());
            WorkQueue { state, capacity, not_empty, not_full, all_done }
        }
    }

    /// Puts `item` in as the last one. Blocks, asleep, until there is room for it.
    ///
    /// # Errors
    ///
    /// The item, if the queue is shut down, or is while this waits.
    pub fn put(&self, item: T) -> Result<(), T> {
        let mut state = self.state.lock();
        self.not_full.wait_while(&mut state, |state| !state.closed && state.items.len() == self.capacity);
        if state.closed {
            return Err(item);
        }
        state.items.push_back(item);
        state.unfinished += 1;
        drop(state);
        self.not_empty.notify_one();
        Ok(())
    }

    /// Takes the first item out. Blocks, asleep, until there is one. `None`: the queue is shut down and empty.
    pub fn get(&self) -> Option<T> {
        let mut state = self.state.lock();
        self.not_empty.wait_while(&mut state, |state| !state.closed && state.items.is_empty());
        let item = state.items.pop_front();
        drop(state);
        self.not_full.notify_one();
        item
    }

    /// Says that one item, which was taken, is done.
    ///
    /// # Panics
    ///
    /// If more is done than was put.
    pub fn task_done(&self) {
        let mut state = self.state.lock();
        state.unfinished = state.unfinished.checked_sub(1).expect("more is done than was put");
        if state.unfinished == 0 {
            self.all_done.notify_all();
        }
    }

    /// Blocks, asleep, until all that was put is done.
    pub fn join(&self) {
        self.all_done.wait_while(&mut self.state.lock(), |state| !state.closed && state.unfinished > 0);
    }

    /// From now on nothing can be put, and what is queued can still be taken. Whoever waits for what cannot come any more
    /// stops waiting.
    pub fn shutdown(&self) {
        self.state.lock().closed = true;
        self.not_empty.notify_all();
        self.not_full.notify_all();
        self.all_done.notify_all();
    }
}
