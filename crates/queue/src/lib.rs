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
//! One mutex protects nearly all of it:
//!
//! - `items`: what was put and not yet taken.
//! - `unfinished`: of how many items, queued or taken, nobody has said `task_done` yet.
//! - `closed`: the queue is shut down.
//! - `getters` and `putters`: two lines of threads that wait, for an item and for room. Of each, how many stand in it
//!   (`waiting`), and whether one of them has been `called` and has not come to the counter yet.
//! - `round`: how often `unfinished` has come down to zero. Who joins is released by the end of its round.
//!
//! Three condition variables are the benches on which they sleep: `not_empty`, `not_full` and `all_done`. And beside the
//! mutex there is `len`, a copy of the number of items, for those who look from afar.
//!
//! # Protocol
//!
//! Everybody locks the mutex and does what is to be done. **Before unlocking they note who can go on now**: one of the
//! getters if there is an item, one of the putters if there is room. After unlocking they call them. (It is the `Drop` of
//! `Turn` that does this, so nobody can forget it, not even in a panic.) Who finds the queue empty, or full, steps aside
//! for a moment; then gets in line, and sleeps until called.
//!
//! Only one in each line is called at a time. Who was called, and leaves something for the next, calls the next when
//! unlocking, by the same rule. To call one for each item looks faster, and is not: a call is a system call, and the
//! first one called has often emptied the queue before the second is awake.
//!
//! # Invariants
//!
//! 1. When the mutex is unlocked: if there are items and getters wait, one of them is called; if there is room and
//!    putters wait, one of them is called.
//! 2. If one is called, somebody who stands in that line has been notified, or is about to be, or is on the way to the
//!    mutex for another reason. Whoever of the line comes there first takes the call down, and by invariant 1 makes
//!    another if one is due. So nobody relies on a call that reached nobody.
//! 3. `len` is changed with the mutex locked, and is the number of items whenever the mutex is unlocked.
//!
//! # Memory ordering
//!
//! All of it is the mutex's. `len` orders nothing: who has seen in it what was waited for locks the mutex, and looks again.
//!
//! # Stepping aside
//!
//! To lie down and to be woken takes as long as a thousand puts and gets. If there is room for one item, each item could
//! cost that twice. So whoever finds nothing watches `len` for a microsecond or two, as the mutex watches its word, then
//! gives way to the other threads of its processor, and does so four times at most. The watching helps if the other end
//! of the queue runs on another processor, the giving way if it waits for this one. On two processors with little else to
//! do, a stream from one thread to another with room for one item needed 40 µs of processor time an item without this,
//! and needs some 0.6 µs with it; with room for 128, it is 300 to 400 ns and 60 to 80.
//!
//! It has a price. Where other programs keep the processors busy, they take what is given away, and may keep it for
//! milliseconds: then queues that lie down at once have their items sooner (`compare -- queue --time 400` in `benches`).
//! And a thread that waits for long should sleep: more looks would find more, and be louder.
//!
//! # A tempting mistake
//!
//! A thread whose time has run out was not called, or the wait would have said so. So why should it take down the call
//! of another? It seems enough to see to it if nobody else is in line:
//!
//! ```text
//! in_time = self.not_empty.wait_until(&mut turn.state, deadline);
//! line.waiting -= 1;
//! line.called &= !in_time && line.waiting > 0;
//! ```
//!
//! 1. Alice waits for an item, for a second. She is the only one in line. The second is over, and she wakes up.
//! 2. Before she has locked the mutex, Bob puts an item. She stands in line still, so he notes that one is called, and
//!    notifies. That reaches nobody, for nobody sleeps.
//! 3. Bob takes the item himself.
//! 4. Carol finds nothing, gets in line behind Alice, and sleeps.
//! 5. Alice locks the mutex, finds nothing, and leaves. Carol is in line, so `called` stays as it is.
//! 6. Bob puts another item. One is called already, the note says. Carol sleeps, and nobody will ever call her.
//!
//! So whoever leaves the line takes the call down, and a call too many is the worst that can come of it. We made this
//! mistake ourselves. The mutant `trusts-the-note` is it, and the test `a_call_that_reached_nobody_is_not_relied_on` finds it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fmt;
use std::mem;
use std::num::NonZeroUsize;
use std::time::Duration;

use condvar::Condvar;
use futex::Deadline;
use model::sync::atomic::{AtomicUsize, Ordering};
use mutex::{Mutex, MutexGuard};

pub use buffer::Buffer;
pub use error::{GetError, PutError, TooManyTaskDone};
pub use task::Task;

mod buffer;
mod error;
mod task;

/// A queue that hands out first what was put first. Python's `queue.Queue`.
///
/// # Example
///
/// Two cooks work off what one waiter brings, and go home when the kitchen closes.
///
/// ```
/// use queue::{Shutdown, WorkQueue};
///
/// let orders = WorkQueue::bounded(8);
/// model::thread::scope(|scope| {
///     for cook in ["Alice", "Bob"] {
///         scope.spawn(cook, || {
///             while let Ok(dish) = orders.get_task() {
///                 assert!(["soup", "fish"].contains(&*dish));
///             } // The guard is dropped: the dish is done.
///         });
///     }
///     for dish in ["soup", "fish", "soup"] {
///         orders.put(dish).unwrap();
///     }
///     orders.join();
///     orders.shutdown(Shutdown::Drain);
/// });
/// assert_eq!(orders.unfinished(), 0);
/// ```
pub type WorkQueue<T> = Queue<VecDeque<T>>;

/// A queue that hands out first what was put last. Python's `queue.LifoQueue`.
///
/// ```
/// let plates = queue::WorkStack::unbounded();
/// plates.put("lower").unwrap();
/// plates.put("upper").unwrap();
/// assert_eq!(plates.get(), Ok("upper"));
/// ```
pub type WorkStack<T> = Queue<Vec<T>>;

/// A queue that hands out the smallest item first. Python's `queue.PriorityQueue`.
///
/// Of items that are equal, any may come first. Wrap them in [`Reverse`] to get the largest first.
///
/// ```
/// let patients = queue::WorkHeap::unbounded();
/// patients.put((3, "a cough")).unwrap();
/// patients.put((1, "a broken arm")).unwrap();
/// assert_eq!(patients.get(), Ok((1, "a broken arm")));
/// ```
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
///
/// A put *synchronizes before* the get of its item, and a [`task_done`](Queue::task_done) before every
/// [`join`](Queue::join) that returns on account of it or later. More than that: each operation synchronizes before every
/// later one that locks the queue, which all do but [`len`](Queue::len), [`is_empty`](Queue::is_empty) and
/// [`is_full`](Queue::is_full).
///
/// **Fairness.** None is promised between threads. Who comes just in time may take what another was called for, and that
/// one waits on.
///
/// **Panics.** A thread that panics leaves the queue usable; what it had taken and not said to be done stays unfinished,
/// unless a [`Task`] has said it. An item whose comparison panics in a put is in the queue. One that is lost because a
/// comparison panics in a get counts as done.
///
/// **Dropping.** The queue drops what is in it.
///
/// Items go from thread to thread, so they must be `Send` if the queue is to be shared. An `Rc` has to stay where it is:
///
/// ```compile_fail,E0277
/// use std::rc::Rc;
/// use queue::WorkQueue;
///
/// let queue = WorkQueue::unbounded();
/// model::thread::scope(|scope| {
///     scope.spawn("Alice", || assert!(queue.put(Rc::new(7)).is_ok()));
/// });
/// ```
///
/// They need not be `Sync`, for no two threads have the same item at once.
pub struct Queue<B: Buffer> {
    state: Mutex<State<B>>,
    /// How many items there are, for those who look without locking. Changed with the mutex locked.
    len: AtomicUsize,
    capacity: Option<NonZeroUsize>,
    /// Getters sleep here.
    not_empty: Condvar,
    /// Putters sleep here.
    not_full: Condvar,
    /// Joiners sleep here.
    all_done: Condvar,
}

/// How often somebody who finds nothing watches, and gives way to the others, before lying down.
const WATCHES: u32 = 4;

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

    /// The calling thread leaves the line. Whether it was the one who was called or not, the call is taken down (invariant
    /// 2).
    fn leave(&mut self) {
        self.waiting -= 1;
        self.called = false;
    }
}

// All of these are `#[track_caller]`, as the mutex's are: a picture of a schedule shows the line that puts, gets or joins, and
// not one in here.
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
                len: AtomicUsize::new(0),
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
    #[track_caller]
    pub fn put(&self, item: B::Item) -> Result<(), PutError<B::Item>> {
        self.put_until(item, Deadline::NEVER, PutError::TimedOut)
    }

    /// Puts `item` into the queue if there is room. Never blocks for longer than others need to put or get.
    ///
    /// # Errors
    ///
    /// [`PutError::ShutDown`], else [`PutError::Full`].
    ///
    /// # Example
    ///
    /// ```
    /// use queue::{PutError, WorkQueue};
    ///
    /// let rail = WorkQueue::bounded(1);
    /// rail.try_put("soup").unwrap();
    /// assert_eq!(rail.try_put("fish"), Err(PutError::Full("fish")));
    /// ```
    #[track_caller]
    pub fn try_put(&self, item: B::Item) -> Result<(), PutError<B::Item>> {
        self.put_until(item, Deadline::NOW, PutError::Full)
    }

    /// Puts `item` into the queue. Blocks while the queue is full, for no longer than `timeout`.
    ///
    /// A zero duration never waits. One that is too long for the clock is no limit.
    ///
    /// # Errors
    ///
    /// [`PutError::ShutDown`] if the queue is shut down, also while this waits. Else [`PutError::TimedOut`].
    #[track_caller]
    pub fn put_timeout(&self, item: B::Item, timeout: Duration) -> Result<(), PutError<B::Item>> {
        self.put_until(item, Deadline::after(timeout), PutError::TimedOut)
    }

    /// Puts `item` into the queue, or says `full` of it if there was no room until `deadline`.
    #[track_caller]
    fn put_until(
        &self,
        item: B::Item,
        deadline: Deadline,
        full: fn(B::Item) -> PutError<B::Item>,
    ) -> Result<(), PutError<B::Item>> {
        let mut turn = self.turn();
        if turn.is_full() && deadline != Deadline::NOW {
            turn = self.wait_for_room(turn, deadline);
        }
        if turn.state.closed {
            Err(PutError::ShutDown(item))
        } else if turn.is_full() {
            Err(full(item))
        } else {
            turn.push(item);
            Ok(())
        }
    }

    /// Waits until there is room, or the queue is shut down, or `deadline` has passed.
    #[cold]
    #[track_caller]
    fn wait_for_room<'q>(&'q self, turn: Turn<'q, B>, deadline: Deadline) -> Turn<'q, B> {
        let mut turn = turn.step_aside(|| !self.is_full());
        let mut in_time = true;
        while in_time && !turn.state.closed && turn.is_full() {
            turn.state.putters.waiting += 1;
            in_time = self.not_full.wait_until(&mut turn.state, deadline);
            turn.state.putters.leave();
        }
        turn
    }

    /// Takes an item out of the queue. Blocks while the queue is empty.
    ///
    /// # Errors
    ///
    /// [`GetError::ShutDown`] if the queue is shut down and empty, also while this waits.
    #[track_caller]
    pub fn get(&self) -> Result<B::Item, GetError> {
        self.get_until(Deadline::NEVER, GetError::TimedOut)
    }

    /// Takes an item out of the queue if there is one. Never blocks for longer than others need to put or get.
    ///
    /// # Errors
    ///
    /// [`GetError::ShutDown`] if the queue is shut down and empty, else [`GetError::Empty`].
    #[track_caller]
    pub fn try_get(&self) -> Result<B::Item, GetError> {
        self.get_until(Deadline::NOW, GetError::Empty)
    }

    /// Takes an item out of the queue. Blocks while the queue is empty, for no longer than `timeout`.
    ///
    /// A zero duration never waits. One that is too long for the clock is no limit.
    ///
    /// # Errors
    ///
    /// [`GetError::ShutDown`] if the queue is shut down and empty, also while this waits. Else [`GetError::TimedOut`].
    #[track_caller]
    pub fn get_timeout(&self, timeout: Duration) -> Result<B::Item, GetError> {
        self.get_until(Deadline::after(timeout), GetError::TimedOut)
    }

    /// Takes an item out of the queue, or says `empty` if there was none until `deadline`.
    #[track_caller]
    fn get_until(&self, deadline: Deadline, empty: GetError) -> Result<B::Item, GetError> {
        let mut turn = self.turn();
        if turn.state.items.is_empty() && deadline != Deadline::NOW {
            turn = self.wait_for_item(turn, deadline);
        }
        let nothing = if turn.state.closed { GetError::ShutDown } else { empty };
        turn.pop().ok_or(nothing)
    }

    /// Waits until there is an item, or the queue is shut down, or `deadline` has passed.
    #[cold]
    #[track_caller]
    fn wait_for_item<'q>(&'q self, turn: Turn<'q, B>, deadline: Deadline) -> Turn<'q, B> {
        let mut turn = turn.step_aside(|| !self.is_empty());
        let mut in_time = true;
        while in_time && !turn.state.closed && turn.state.items.is_empty() {
            turn.state.getters.waiting += 1;
            in_time = self.not_empty.wait_until(&mut turn.state, deadline);
            turn.state.getters.leave();
        }
        turn
    }

    /// Takes an item as [`get`](Queue::get) does, in a guard that counts it as done when it is dropped.
    ///
    /// # Errors
    ///
    /// As [`get`](Queue::get).
    #[track_caller]
    pub fn get_task(&self) -> Result<Task<'_, B::Item, B>, GetError> {
        self.get().map(|item| Task::new(item, self))
    }

    /// Takes an item as [`try_get`](Queue::try_get) does, in a guard that counts it as done when it is dropped.
    ///
    /// # Errors
    ///
    /// As [`try_get`](Queue::try_get).
    #[track_caller]
    pub fn try_get_task(&self) -> Result<Task<'_, B::Item, B>, GetError> {
        self.try_get().map(|item| Task::new(item, self))
    }

    /// Takes an item as [`get_timeout`](Queue::get_timeout) does, in a guard that counts it as done when it is dropped.
    ///
    /// # Errors
    ///
    /// As [`get_timeout`](Queue::get_timeout).
    #[track_caller]
    pub fn get_task_timeout(&self, timeout: Duration) -> Result<Task<'_, B::Item, B>, GetError> {
        self.get_timeout(timeout).map(|item| Task::new(item, self))
    }

    /// Says that one item which was taken is done, and releases who joins if it was the last. Never blocks for longer than
    /// others need to put or get.
    ///
    /// # Errors
    ///
    /// [`TooManyTaskDone`] if all that was put is done already. Nothing is changed then.
    // ANCHOR: task_done
    #[track_caller]
    pub fn task_done(&self) -> Result<(), TooManyTaskDone> {
        let mut turn = self.turn();
        if turn.state.unfinished == 0 {
            return Err(TooManyTaskDone);
        }
        turn.finish(1);
        Ok(())
    }
    // ANCHOR_END: task_done

    /// Blocks until all that was put is done. Returns at once if that is so.
    ///
    /// Once that has been so this returns, though others may have put more since.
    ///
    /// # Example
    ///
    /// ```
    /// let orders = queue::WorkQueue::unbounded();
    /// orders.put("soup").unwrap();
    /// model::thread::scope(|scope| {
    ///     scope.spawn("cook", || {
    ///         let _soup = orders.get();
    ///         // cook it
    ///         orders.task_done().unwrap();
    ///     });
    ///     orders.join();
    ///     assert_eq!(orders.unfinished(), 0);
    /// });
    /// ```
    #[track_caller]
    pub fn join(&self) {
        self.join_until(Deadline::NEVER);
    }

    /// Blocks as [`join`](Queue::join) does, for no longer than `timeout`. False: the time ran out.
    ///
    /// A zero duration never waits. One that is too long for the clock is no limit.
    #[track_caller]
    pub fn join_timeout(&self, timeout: Duration) -> bool {
        self.join_until(Deadline::after(timeout))
    }

    // ANCHOR: join
    #[track_caller]
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
    // ANCHOR_END: join

    /// Shuts the queue down: from now on puts fail, and so do gets once the queue is empty. Releases all who wait to put,
    /// and all who wait to get. Never blocks for longer than others need to put or get.
    ///
    /// [`Shutdown::Immediate`] empties the queue too, and what was in it counts as done. A second call may only tighten
    /// the first: it can empty a queue that was to be drained, and opens none.
    ///
    /// # Example
    ///
    /// ```
    /// use queue::{GetError, Shutdown, WorkQueue};
    ///
    /// let orders = WorkQueue::unbounded();
    /// orders.put("soup").unwrap();
    /// orders.shutdown(Shutdown::Drain);
    /// assert!(orders.put("fish").is_err());
    /// assert_eq!(orders.get(), Ok("soup"));
    /// assert_eq!(orders.get(), Err(GetError::ShutDown));
    /// ```
    #[track_caller]
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
    #[track_caller]
    pub fn is_shutdown(&self) -> bool {
        self.state.lock().closed
    }

    /// How many items are queued. They may be more or fewer by the time that this returns.
    #[track_caller]
    pub fn len(&self) -> usize {
        // ORDERING: Relaxed; it is old news in any case, and nothing is read on account of it.
        self.len.load(Ordering::Relaxed)
    }

    /// Whether no item is queued. One may be by the time that this returns.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is no room. There may be by the time that this returns.
    #[track_caller]
    pub fn is_full(&self) -> bool {
        self.capacity.is_some_and(|capacity| self.len() >= capacity.get())
    }

    /// For how many items there is room. `None`: there is no limit.
    pub fn capacity(&self) -> Option<usize> {
        self.capacity.map(NonZeroUsize::get)
    }

    /// How many items were put and are not done, queued or taken.
    #[track_caller]
    pub fn unfinished(&self) -> usize {
        self.state.lock().unfinished
    }

    /// Locks the queue.
    #[track_caller]
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

impl<'q, B: Buffer> Turn<'q, B> {
    /// Lets the others have the queue for a moment, and comes back when `look` has found what is waited for, or when the
    /// moment is over.
    fn step_aside(self, look: impl Fn() -> bool) -> Turn<'q, B> {
        // Under the model nobody steps aside: who comes back and finds something does what one does who comes later, and
        // the model tries that.
        if self.state.closed || model::MODELLED {
            return self;
        }
        let queue = self.calls.queue;
        drop(self);
        for _ in 0..WATCHES {
            if futex::watch(|| look().then_some(())).is_some() {
                break;
            }
            model::thread::yield_now();
        }
        queue.turn()
    }

    #[track_caller]
    fn is_full(&self) -> bool {
        self.calls.queue.capacity.is_some_and(|capacity| self.state.items.len() >= capacity.get())
    }

    #[track_caller]
    fn push(&mut self, item: B::Item) {
        // First, in case that comparing it with the others panics: it is in there then.
        self.state.unfinished += 1;
        self.state.items.push(item);
    }

    #[track_caller]
    fn pop(&mut self) -> Option<B::Item> {
        self.popping = true;
        let item = self.state.items.pop();
        self.popping = false;
        item
    }

    /// So many `items` are done, unless somebody has said so already of what they had not taken.
    #[track_caller]
    fn finish(&mut self, items: usize) {
        let done = items.min(self.state.unfinished);
        self.state.unfinished -= done;
        if done > 0 && self.state.unfinished == 0 {
            self.state.round += 1;
            self.calls.joiners = true;
        }
    }
}

// ANCHOR: calls
impl<B: Buffer> Drop for Turn<'_, B> {
    fn drop(&mut self) {
        if self.popping {
            self.finish(1);
        }
        // ORDERING: Relaxed; it publishes nothing. Who relies on what it says locks the mutex first.
        self.calls.queue.len.store(self.state.items.len(), Ordering::Relaxed);
        // Invariant 1.
        self.calls.getter = !self.state.items.is_empty() && self.state.getters.call();
        self.calls.putter = !self.is_full() && self.state.putters.call();
    }
}
// ANCHOR_END: calls

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
