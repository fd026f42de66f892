//! A work queue hands items from those who make work to those who do it, and knows when all of it is done.
//!
//! Think of the rail in a kitchen on which orders hang. Waiters put slips up ([`put`](Queue::put)), cooks take them down
//! ([`get`](Queue::get)), and each cook who has sent the dish out says so ([`task_done`](Queue::task_done)). Whoever wants to
//! close the kitchen waits until nothing is left to be cooked ([`join`](Queue::join)): not merely until the rail is empty, for
//! then the last dishes are still on the stove. A rail has room for so many slips ([`bounded`](Queue::bounded)); a
//! waiter who finds it full stands there and waits, and so the kitchen sets the pace of the dining room. Python calls this
//! `queue.Queue`.
//!
//! There are three orders: [`WorkQueue`] hands out first what came first, [`WorkStack`] what came last, and [`WorkHeap`] what
//! is smallest.
//!
//! # State
//!
//! One mutex protects all of it:
//!
//! - `items`: what was put and not yet taken.
//! - `unfinished`: of how many items, queued or taken, nobody has said `task_done` yet.
//! - `closed`: the queue is shut down.
//! - `getters` and `putters`: two lines of threads that wait, for an item and for room. Of each, how many stand in it
//!   (`waiting`), and whether one of them has been `called` and has not come to the counter yet.
//! - `round`: how often `unfinished` has come down to zero. Who joins is released by the end of its round.
//!
//! Three condition variables are the benches on which they sleep: `not_empty`, `not_full` and `all_done`.
//!
//! # Protocol
//!
//! Everybody locks the mutex, does what is to be done, and **before unlocking calls whoever can go on now**: one of the
//! getters if there is an item, one of the putters if there is room. (It is the `Drop` of `Turn` that does this, so nobody can forget
//! it, not even in a panic.) Who finds the queue empty, or full, gets in line and sleeps until called.
//!
//! Only one in each line is called at a time. Who was called, and leaves something for the next, calls the next when
//! unlocking, by the same rule. To call one for each item looks faster, and is not: a call is a system call, and the
//! first one called has often emptied the queue before the second is awake.
//!
//! # Invariants
//!
//! 1. When the mutex is unlocked: if there are items and getters wait, one of them is called; if there is room and
//!    putters wait, one of them is called.
//! 2. `called` is true only if somebody in the line has been notified and has not locked the mutex since. So nobody
//!    relies on a call that was never made.
//!
//! # Memory ordering
//!
//! All of it is the mutex's.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fmt;
use std::mem;
use std::num::NonZeroUsize;
use std::time::Duration;

use condvar::Condvar;
use futex::Deadline;
use mutex::{Mutex, MutexGuard};

pub use buffer::Buffer;
pub use error::{GetError, PutError, TooManyTaskDone};
pub use task::Task;

mod buffer;
mod error;
mod task;

/// A queue that hands out first what was put first. Python's `queue.Queue`.
pub type WorkQueue<T> = Queue<VecDeque<T>>;

/// A queue that hands out first what was put last. Python's `queue.LifoQueue`.
pub type WorkStack<T> = Queue<Vec<T>>;

/// A queue that hands out the smallest item first. Python's `queue.PriorityQueue`.
///
/// Of items that are equal, any may come first. Wrap them in [`Reverse`] to get the largest first.
pub type WorkHeap<T> = Queue<BinaryHeap<Reverse<T>>>;

/// How a queue is shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Nothing more can be put. What is queued can still be taken.
    Drain,
    /// Nothing more can be put or taken. What is queued is dropped, and counts as done.
    Immediate,
}

/// A queue of work, in the order that its [`Buffer`] decides: a [`WorkQueue`], a [`WorkStack`] or a [`WorkHeap`].
pub struct Queue<B: Buffer> {
    state: Mutex<State<B>>,
    capacity: Option<NonZeroUsize>,
    /// Getters sleep here.
    not_empty: Condvar,
    /// Putters sleep here.
    not_full: Condvar,
    /// Joiners sleep here.
    all_done: Condvar,
}

/// What the mutex protects.
struct State<B> {
    items: B,
    unfinished: usize,
    closed: bool,
    getters: Line,
    putters: Line,
    round: u64,
}

/// Threads that wait for one thing.
struct Line {
    /// How many they are.
    waiting: usize,
    /// One of them has been called, and is on its way.
    called: bool,
}

impl Line {
    const EMPTY: Line = Line { waiting: 0, called: false };

    /// Whether somebody has to be called. If so, they are as good as called.
    fn call(&mut self) -> bool {
        let call = self.waiting > 0 && !self.called;
        self.called |= call;
        call
    }

    /// The calling thread leaves the line, because it was called (or woke up for no reason), or because its time ran out.
    fn leave(&mut self, in_time: bool) {
        self.waiting -= 1;
        // Whose time ran out was not the one who was called, unless nobody else is there.
        self.called &= !in_time && self.waiting > 0;
    }
}

impl<B: Buffer> Queue<B> {
    model::const_fn! {
        /// A queue without a limit: a put never waits.
        pub const fn unbounded() -> Queue<B> {
            Queue::with_capacity(None)
        }
    }

    model::const_fn! {
        /// A queue with room for `capacity` items. A put waits while it is full.
        ///
        /// Room is made as items come, not in advance.
        ///
        /// # Panics
        ///
        /// If `capacity` is zero.
        pub const fn bounded(capacity: usize) -> Queue<B> {
            let Some(capacity) = NonZeroUsize::new(capacity) else { panic!("a queue needs room for one item at least") };
            Queue::with_capacity(Some(capacity))
        }
    }

    model::const_fn! {
        const fn with_capacity(capacity: Option<NonZeroUsize>) -> Queue<B> {
            let state = State {
                items: B::EMPTY,
                unfinished: 0,
                closed: false,
                getters: Line::EMPTY,
                putters: Line::EMPTY,
                round: 0,
            };
            Queue {
                state: Mutex::new(state),
                capacity,
                not_empty: Condvar::new(),
                not_full: Condvar::new(),
                all_done: Condvar::new(),
            }
        }
    }

    /// Puts `item` into the queue. Blocks while the queue is full.
    ///
    /// # Errors
    ///
    /// [`PutError::ShutDown`] if the queue is shut down, also while this waits.
    pub fn put(&self, item: B::Item) -> Result<(), PutError<B::Item>> {
        self.put_until(item, Deadline::NEVER)
    }

    /// Puts `item` into the queue if there is room. Never blocks for longer than others need to put or get.
    ///
    /// # Errors
    ///
    /// [`PutError::ShutDown`], else [`PutError::Full`].
    pub fn try_put(&self, item: B::Item) -> Result<(), PutError<B::Item>> {
        let mut turn = self.turn();
        if turn.state.closed {
            Err(PutError::ShutDown(item))
        } else if turn.is_full() {
            Err(PutError::Full(item))
        } else {
            turn.push(item);
            Ok(())
        }
    }

    /// Puts `item` into the queue. Blocks while the queue is full, for no longer than `timeout`.
    ///
    /// A zero duration never waits. One that is too long for the clock is no limit.
    ///
    /// # Errors
    ///
    /// [`PutError::ShutDown`] if the queue is shut down, also while this waits. Else [`PutError::TimedOut`].
    pub fn put_timeout(&self, item: B::Item, timeout: Duration) -> Result<(), PutError<B::Item>> {
        self.put_until(item, Deadline::after(timeout))
    }

    fn put_until(&self, item: B::Item, deadline: Deadline) -> Result<(), PutError<B::Item>> {
        let mut turn = self.turn();
        let mut in_time = deadline != Deadline::NOW;
        while !turn.state.closed && turn.is_full() {
            if !in_time {
                return Err(PutError::TimedOut(item));
            }
            turn.state.putters.waiting += 1;
            in_time = self.not_full.wait_until(&mut turn.state, deadline);
            turn.state.putters.leave(in_time);
        }
        if turn.state.closed {
            return Err(PutError::ShutDown(item));
        }
        turn.push(item);
        Ok(())
    }

    /// Takes an item out of the queue. Blocks while the queue is empty.
    ///
    /// # Errors
    ///
    /// [`GetError::ShutDown`] if the queue is shut down and empty, also while this waits.
    pub fn get(&self) -> Result<B::Item, GetError> {
        self.get_until(Deadline::NEVER)
    }

    /// Takes an item out of the queue if there is one. Never blocks for longer than others need to put or get.
    ///
    /// # Errors
    ///
    /// [`GetError::ShutDown`] if the queue is shut down and empty, else [`GetError::Empty`].
    pub fn try_get(&self) -> Result<B::Item, GetError> {
        let mut turn = self.turn();
        let nothing = if turn.state.closed { GetError::ShutDown } else { GetError::Empty };
        turn.pop().ok_or(nothing)
    }

    /// Takes an item out of the queue. Blocks while the queue is empty, for no longer than `timeout`.
    ///
    /// A zero duration never waits. One that is too long for the clock is no limit.
    ///
    /// # Errors
    ///
    /// [`GetError::ShutDown`] if the queue is shut down and empty, also while this waits. Else [`GetError::TimedOut`].
    pub fn get_timeout(&self, timeout: Duration) -> Result<B::Item, GetError> {
        self.get_until(Deadline::after(timeout))
    }

    fn get_until(&self, deadline: Deadline) -> Result<B::Item, GetError> {
        let mut turn = self.turn();
        let mut in_time = deadline != Deadline::NOW;
        loop {
            if let Some(item) = turn.pop() {
                return Ok(item);
            }
            if turn.state.closed {
                return Err(GetError::ShutDown);
            }
            if !in_time {
                return Err(GetError::TimedOut);
            }
            turn.state.getters.waiting += 1;
            in_time = self.not_empty.wait_until(&mut turn.state, deadline);
            turn.state.getters.leave(in_time);
        }
    }

    /// Takes an item as [`get`](Queue::get) does, in a guard that counts it as done when it is dropped.
    ///
    /// # Errors
    ///
    /// As [`get`](Queue::get).
    pub fn get_task(&self) -> Result<Task<'_, B::Item, B>, GetError> {
        self.get().map(|item| Task::new(item, self))
    }

    /// Takes an item as [`try_get`](Queue::try_get) does, in a guard that counts it as done when it is dropped.
    ///
    /// # Errors
    ///
    /// As [`try_get`](Queue::try_get).
    pub fn try_get_task(&self) -> Result<Task<'_, B::Item, B>, GetError> {
        self.try_get().map(|item| Task::new(item, self))
    }

    /// Takes an item as [`get_timeout`](Queue::get_timeout) does, in a guard that counts it as done when it is dropped.
    ///
    /// # Errors
    ///
    /// As [`get_timeout`](Queue::get_timeout).
    pub fn get_task_timeout(&self, timeout: Duration) -> Result<Task<'_, B::Item, B>, GetError> {
        self.get_timeout(timeout).map(|item| Task::new(item, self))
    }

    /// Says that one item which was taken is done, and releases who joins if it was the last. Never blocks for longer than
    /// others need to put or get.
    ///
    /// # Errors
    ///
    /// [`TooManyTaskDone`] if all that was put is done already. Nothing is changed then.
    pub fn task_done(&self) -> Result<(), TooManyTaskDone> {
        let mut turn = self.turn();
        if turn.state.unfinished == 0 {
            return Err(TooManyTaskDone);
        }
        turn.finish(1);
        Ok(())
    }

    /// Blocks until all that was put is done. Returns at once if that is so.
    ///
    /// Once that has been so this returns, though others may have put more since.
    pub fn join(&self) {
        self.join_until(Deadline::NEVER);
    }

    /// Blocks as [`join`](Queue::join) does, for no longer than `timeout`. False: the time ran out.
    ///
    /// A zero duration never waits. One that is too long for the clock is no limit.
    pub fn join_timeout(&self, timeout: Duration) -> bool {
        self.join_until(Deadline::after(timeout))
    }

    fn join_until(&self, deadline: Deadline) -> bool {
        let mut turn = self.turn();
        let round = turn.state.round;
        let mut in_time = deadline != Deadline::NOW;
        while turn.state.unfinished > 0 && turn.state.round == round {
            if !in_time {
                return false;
            }
            in_time = self.all_done.wait_until(&mut turn.state, deadline);
        }
        true
    }

    /// Shuts the queue down: from now on puts fail, and so do gets once the queue is empty. Releases all who wait to put,
    /// and all who wait to get. Never blocks for longer than others need to put or get.
    ///
    /// [`Shutdown::Immediate`] empties the queue too, and what was in it counts as done. A second call may only tighten
    /// the first: it can empty a queue that was to be drained, and opens none.
    pub fn shutdown(&self, how: Shutdown) {
        let mut turn = self.turn();
        turn.state.closed = true;
        let dropped = match how {
            Shutdown::Drain => B::EMPTY,
            Shutdown::Immediate => mem::replace(&mut turn.state.items, B::EMPTY),
        };
        turn.finish(dropped.len());
        drop(turn);
        self.not_empty.notify_all();
        self.not_full.notify_all();
        // With the mutex unlocked: what the items do when they are dropped is up to them.
        drop(dropped);
    }

    /// Whether the queue is shut down.
    pub fn is_shutdown(&self) -> bool {
        self.state.lock().closed
    }

    /// How many items are queued. They may be more or fewer by the time that this returns.
    pub fn len(&self) -> usize {
        self.state.lock().items.len()
    }

    /// Whether no item is queued. One may be by the time that this returns.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is no room. There may be by the time that this returns.
    pub fn is_full(&self) -> bool {
        self.capacity.is_some_and(|capacity| self.len() >= capacity.get())
    }

    /// For how many items there is room. `None`: there is no limit.
    pub fn capacity(&self) -> Option<usize> {
        self.capacity.map(NonZeroUsize::get)
    }

    /// How many items were put and are not done, queued or taken.
    pub fn unfinished(&self) -> usize {
        self.state.lock().unfinished
    }

    /// Locks the queue.
    fn turn(&self) -> Turn<'_, B> {
        Turn {
            state: self.state.lock(),
            calls: Calls { queue: self, getter: false, putter: false, joiners: false },
            popping: false,
        }
    }
}

/// The queue, locked. When this is dropped, it is unlocked, and who can go on now is called.
struct Turn<'q, B: Buffer> {
    // Fields are dropped in the order in which they stand here: the calls come after the unlock, since who is called
    // wants the mutex.
    state: MutexGuard<'q, State<B>>,
    calls: Calls<'q, B>,
    /// An item is being taken out. If this is still so when the turn ends, a comparison has panicked, and the item is gone.
    popping: bool,
}

impl<B: Buffer> Turn<'_, B> {
    fn is_full(&self) -> bool {
        self.calls.queue.capacity.is_some_and(|capacity| self.state.items.len() >= capacity.get())
    }

    fn push(&mut self, item: B::Item) {
        // First, in case that comparing it with the others panics: it is in there then.
        self.state.unfinished += 1;
        self.state.items.push(item);
    }

    fn pop(&mut self) -> Option<B::Item> {
        self.popping = true;
        let item = self.state.items.pop();
        self.popping = false;
        item
    }

    /// So many `items` are done, unless somebody has said so already of what they had not taken.
    fn finish(&mut self, items: usize) {
        let done = items.min(self.state.unfinished);
        self.state.unfinished -= done;
        if done > 0 && self.state.unfinished == 0 {
            self.state.round += 1;
            self.calls.joiners = true;
        }
    }
}

impl<B: Buffer> Drop for Turn<'_, B> {
    fn drop(&mut self) {
        if self.popping {
            self.finish(1);
        }
        // Invariant 1.
        self.calls.getter = !self.state.items.is_empty() && self.state.getters.call();
        self.calls.putter = !self.is_full() && self.state.putters.call();
    }
}

/// Who is to be called once the queue is unlocked.
struct Calls<'q, B: Buffer> {
    queue: &'q Queue<B>,
    getter: bool,
    putter: bool,
    joiners: bool,
}

impl<B: Buffer> Drop for Calls<'_, B> {
    fn drop(&mut self) {
        if self.getter {
            self.queue.not_empty.notify_one();
        }
        if self.putter {
            self.queue.not_full.notify_one();
        }
        if self.joiners {
            self.queue.all_done.notify_all();
        }
    }
}

impl<B: Buffer> Default for Queue<B> {
    /// Without a limit.
    fn default() -> Queue<B> {
        Queue::unbounded()
    }
}

/// Never blocks: what somebody is about to change is left out.
impl<B: Buffer> fmt::Debug for Queue<B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Queue");
        match self.state.try_lock() {
            Some(state) => {
                debug.field("len", &state.items.len());
                debug.field("unfinished", &state.unfinished);
                debug.field("closed", &state.closed);
            }
            None => {
                debug.field("state", &format_args!("<locked>"));
            }
        }
        debug.field("capacity", &self.capacity()).finish()
    }
}
