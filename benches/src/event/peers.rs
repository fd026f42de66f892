//! The contenders, each behind the [`Flag`] trait.

use std::sync::atomic::{AtomicBool, Ordering};

use event_listener::{Listener, listener};
use rsevents::{Awaitable, EventState, ManualResetEvent};

use super::Flag;
use crate::parts::Family;

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

/// A `bool` under a mutex, with a condition variable.
///
/// A `set` that finds the flag up leaves the condition alone: nobody can be waiting for what is already there.
pub struct Monitor<F: Family> {
    up: F::Mutex<bool>,
    raised: F::Condvar,
}

impl<F: Family> Flag for Monitor<F> {
    const NAME: &'static str = F::NAME;

    fn new() -> Self {
        Monitor { up: F::mutex(false), raised: F::condvar() }
    }

    fn set(&self) {
        let mut up = F::lock(&self.up);
        if !*up {
            *up = true;
            // Unlocked first: whoever is woken would only run into the lock.
            drop(up);
            F::notify_all(&self.raised);
        }
    }

    fn clear(&self) {
        *F::lock(&self.up) = false;
    }

    fn is_set(&self) -> bool {
        *F::lock(&self.up)
    }

    fn wait(&self) {
        let mut up = F::lock(&self.up);
        while !*up {
            up = F::wait(&self.raised, up);
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
