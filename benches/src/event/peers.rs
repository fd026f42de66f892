//! The contenders, each behind the [`Flag`] trait.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use event_listener::{Listener, listener};
use rsevents::{Awaitable, EventState, ManualResetEvent};

use super::Flag;

impl Flag for ::event::Event {
    const NAME: &'static str = "locksmith";

    fn new() -> Self {
        ::event::Event::new()
    }

    fn set(&self) {
        self.set();
    }

    fn clear(&self) {
        self.clear();
    }

    fn is_set(&self) -> bool {
        self.is_set()
    }

    fn wait(&self) {
        self.wait();
    }
}

/// A `bool` under std's mutex, with std's condition variable.
///
/// A `set` that finds the flag up leaves the condition alone: nobody can be waiting for what is already there.
#[derive(Debug)]
pub struct Std {
    up: std::sync::Mutex<bool>,
    raised: std::sync::Condvar,
}

impl Std {
    fn up(&self) -> std::sync::MutexGuard<'_, bool> {
        // No panic can happen while the lock is held.
        self.up.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flag for Std {
    const NAME: &'static str = "std";

    fn new() -> Self {
        Std { up: std::sync::Mutex::new(false), raised: std::sync::Condvar::new() }
    }

    fn set(&self) {
        let mut up = self.up();
        if !*up {
            *up = true;
            // Unlocked first: whoever is woken would only run into the lock.
            drop(up);
            self.raised.notify_all();
        }
    }

    fn clear(&self) {
        *self.up() = false;
    }

    fn is_set(&self) -> bool {
        *self.up()
    }

    fn wait(&self) {
        let mut up = self.up();
        while !*up {
            up = self.raised.wait(up).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The same with parking_lot's mutex and condition variable.
#[derive(Debug)]
pub struct ParkingLot {
    up: parking_lot::Mutex<bool>,
    raised: parking_lot::Condvar,
}

impl Flag for ParkingLot {
    const NAME: &'static str = "parking_lot";

    fn new() -> Self {
        ParkingLot { up: parking_lot::Mutex::new(false), raised: parking_lot::Condvar::new() }
    }

    fn set(&self) {
        let mut up = self.up.lock();
        if !*up {
            *up = true;
            drop(up);
            self.raised.notify_all();
        }
    }

    fn clear(&self) {
        *self.up.lock() = false;
    }

    fn is_set(&self) -> bool {
        *self.up.lock()
    }

    fn wait(&self) {
        let mut up = self.up.lock();
        while !*up {
            self.raised.wait(&mut up);
        }
    }
}

/// An `AtomicBool` beside an `event_listener::Event`, as that crate's documentation combines them.
#[derive(Debug)]
pub struct Listeners {
    up: AtomicBool,
    raised: event_listener::Event,
}

impl Flag for Listeners {
    const NAME: &'static str = "event-listener";

    fn new() -> Self {
        Listeners { up: AtomicBool::new(false), raised: event_listener::Event::new() }
    }

    fn set(&self) {
        // ORDERING: Release pairs with the Acquire load in `is_set`. Between this store and `notify`'s look at the list
        // of listeners the crate puts a SeqCst fence, and another one between a listener's entry in that list and its
        // second look in `wait`: at least one of the two sees the other.
        self.up.store(true, Ordering::Release);
        self.raised.notify(usize::MAX);
    }

    fn clear(&self) {
        // ORDERING: Relaxed; a flag that is down tells nothing.
        self.up.store(false, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        // ORDERING: Acquire pairs with the Release store in `set`.
        self.up.load(Ordering::Acquire)
    }

    fn wait(&self) {
        while !self.is_set() {
            listener!(self.raised => listener);
            if self.is_set() {
                return;
            }
            listener.wait();
        }
    }
}

/// The manual-reset event of rsevents.
pub struct RsEvents(ManualResetEvent);

impl Flag for RsEvents {
    const NAME: &'static str = "rsevents";

    fn new() -> Self {
        RsEvents(ManualResetEvent::new(EventState::Unset))
    }

    fn set(&self) {
        self.0.set();
    }

    fn clear(&self) {
        self.0.reset();
    }

    fn is_set(&self) -> bool {
        self.0.wait0()
    }

    fn wait(&self) {
        self.0.wait();
    }
}
