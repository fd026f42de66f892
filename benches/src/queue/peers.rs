//! The contenders, each behind the [`Lane`] and the [`Work`] traits.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};

use super::{Lane, Work};
use crate::crew::Apart;
use crate::parts::{Family, Locksmith};

/// Why a `put` or a `get` of a peer cannot fail here.
const BOTH_ENDS: &str = "both ends are there";

impl Lane for ::queue::WorkQueue<u64> {
    const NAME: &'static str = "locksmith";

    fn new(capacity: Option<usize>) -> Self {
        capacity.map_or_else(Self::unbounded, Self::bounded)
    }

    fn put(&self, item: u64) {
        self.put(item).expect("nobody shuts it down");
    }

    fn getter(&self) -> impl FnMut() -> u64 {
        || self.get().expect("nobody shuts it down")
    }
}

impl Work for ::queue::WorkQueue<u64> {
    fn done(&self) {
        self.task_done().expect("it was put");
    }

    fn join(&self) {
        self.join();
    }
}

/// A deque under a mutex, with a condition variable for those who wait for an item and one for those who wait for room.
pub struct Monitor<F: Family> {
    items: F::Mutex<VecDeque<u64>>,
    capacity: usize,
    not_empty: F::Condvar,
    not_full: F::Condvar,
}

impl<F: Family> Lane for Monitor<F> {
    const NAME: &'static str = F::NAME;

    fn new(capacity: Option<usize>) -> Self {
        Monitor {
            items: F::mutex(VecDeque::new()),
            capacity: capacity.unwrap_or(usize::MAX),
            not_empty: F::condvar(),
            not_full: F::condvar(),
        }
    }

    fn put(&self, item: u64) {
        let mut items = F::lock(&self.items);
        while items.len() >= self.capacity {
            items = F::wait(&self.not_full, items);
        }
        items.push_back(item);
        // Unlocked before anybody is notified: whoever is woken would only run into the lock.
        drop(items);
        F::notify_one(&self.not_empty);
    }

    fn getter(&self) -> impl FnMut() -> u64 {
        || {
            let mut items = F::lock(&self.items);
            let item = loop {
                match items.pop_front() {
                    Some(item) => break item,
                    None => items = F::wait(&self.not_empty, items),
                }
            };
            drop(items);
            F::notify_one(&self.not_full);
            item
        }
    }
}

/// Makes a [`Lane`] of a channel whose ends can be shared.
macro_rules! channel {
    ($(#[$doc:meta])* $channel:ident, $name:literal, $sender:ty, $receiver:ty, $unbounded:expr, $bounded:expr) => {
        $(#[$doc])*
        pub struct $channel {
            sender: $sender,
            receiver: $receiver,
        }

        impl Lane for $channel {
            const NAME: &'static str = $name;

            fn new(capacity: Option<usize>) -> Self {
                let (sender, receiver) = capacity.map_or_else($unbounded, $bounded);
                $channel { sender, receiver }
            }

            fn put(&self, item: u64) {
                self.sender.send(item).expect(BOTH_ENDS);
            }

            fn getter(&self) -> impl FnMut() -> u64 {
                || self.receiver.recv().expect(BOTH_ENDS)
            }
        }
    };
}

channel! {
    /// Crossbeam's channel.
    Crossbeam, "crossbeam", crossbeam_channel::Sender<u64>, crossbeam_channel::Receiver<u64>,
    crossbeam_channel::unbounded, crossbeam_channel::bounded
}

channel! {
    /// Crossfire's channel for threads that block, at both ends.
    Crossfire, "crossfire", crossfire::MTx<u64>, crossfire::MRx<u64>,
    crossfire::mpmc::unbounded_blocking, crossfire::mpmc::bounded_blocking
}

channel! {
    /// Flume's channel.
    Flume, "flume", flume::Sender<u64>, flume::Receiver<u64>, flume::unbounded, flume::bounded
}

channel! {
    /// Kanal's channel.
    Kanal, "kanal", kanal::Sender<u64>, kanal::Receiver<u64>, kanal::unbounded, kanal::bounded
}

/// Std's channel, for one receiver.
pub struct StdMpsc {
    sender: Sender,
    /// Locked once by each getter and not for each item, so that the lock costs nothing.
    receiver: Mutex<mpsc::Receiver<u64>>,
}

/// Std has two types for what sends.
enum Sender {
    Unbounded(mpsc::Sender<u64>),
    Bounded(mpsc::SyncSender<u64>),
}

impl Lane for StdMpsc {
    const NAME: &'static str = "std_mpsc";

    fn new(capacity: Option<usize>) -> Self {
        let (sender, receiver) = match capacity {
            None => {
                let (sender, receiver) = mpsc::channel();
                (Sender::Unbounded(sender), receiver)
            }
            Some(capacity) => {
                let (sender, receiver) = mpsc::sync_channel(capacity);
                (Sender::Bounded(sender), receiver)
            }
        };
        StdMpsc { sender, receiver: Mutex::new(receiver) }
    }

    fn put(&self, item: u64) {
        match &self.sender {
            Sender::Unbounded(sender) => sender.send(item),
            Sender::Bounded(sender) => sender.send(item),
        }
        .expect(BOTH_ENDS);
    }

    fn getter(&self) -> impl FnMut() -> u64 {
        let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        move || receiver.recv().expect(BOTH_ENDS)
    }
}

/// A lane with a count of what is not done yet beside it.
pub struct Counted<L> {
    lane: L,
    /// On cache lines of its own: it changes with every item.
    unfinished: Apart<AtomicUsize>,
    /// Locked by those who look whether `unfinished` is zero before they wait, and by who notifies them that it is.
    waiting: <Locksmith as Family>::Mutex<()>,
    all_done: <Locksmith as Family>::Condvar,
}

impl<L: Lane> Lane for Counted<L> {
    const NAME: &'static str = L::NAME;

    fn new(capacity: Option<usize>) -> Self {
        Counted {
            lane: L::new(capacity),
            unfinished: Apart(AtomicUsize::new(0)),
            waiting: Locksmith::mutex(()),
            all_done: Locksmith::condvar(),
        }
    }

    fn put(&self, item: u64) {
        // First, or the item could be done before it is counted.
        // ORDERING: Relaxed; the lane orders it before who gets the item, and says that it is done.
        self.unfinished.0.fetch_add(1, Ordering::Relaxed);
        self.lane.put(item);
    }

    fn getter(&self) -> impl FnMut() -> u64 {
        self.lane.getter()
    }
}

impl<L: Lane> Work for Counted<L> {
    fn done(&self) {
        // ORDERING: Release pairs with the Acquire in `join`. All calls of this are one chain of read-modify-writes, so
        // that whoever reads the last of them has synchronized with every one.
        if self.unfinished.0.fetch_sub(1, Ordering::Release) == 1 {
            // Who looks, and waits, does so with the mutex locked: this cannot come between.
            drop(Locksmith::lock(&self.waiting));
            Locksmith::notify_all(&self.all_done);
        }
    }

    fn join(&self) {
        let mut waiting = Locksmith::lock(&self.waiting);
        // ORDERING: Acquire pairs with the Release in `done`.
        while self.unfinished.0.load(Ordering::Acquire) > 0 {
            waiting = Locksmith::wait(&self.all_done, waiting);
        }
    }
}
