//! Events: the one that everybody writes first, and one from std's parts.

use std::sync::{Condvar, Mutex};

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{AcqRel, Acquire};
use model::thread;

// ANCHOR: forgetful
/// An event that is a flag and nothing else. Wrong: whoever wakes late does not learn that the flag was up.
#[derive(Debug)]
pub struct Forgetful {
    up: AtomicU32,
}

impl Forgetful {
    /// Raises the flag, and says how many threads it has woken.
    pub fn set(&self) -> usize {
        let up: *const AtomicU32 = &self.up;
        self.up.swap(1, AcqRel);
        futex::wake_all(up)
    }

    /// Takes the flag down.
    pub fn clear(&self) {
        self.up.swap(0, AcqRel);
    }

    /// Returns once the flag is up.
    pub fn wait(&self) {
        while self.up.load(Acquire) == 0 {
            futex::wait(&self.up, 0);
        }
    }
}
// ANCHOR_END: forgetful

/// One thread waits for a [`Forgetful`] event, and the other raises it and takes it down again at once.
// ANCHOR: pulse
pub fn pulse() {
    let event = Forgetful::new();
    thread::scope(|scope| {
        scope.spawn("waiter", || event.wait());
        let woken = event.set();
        event.clear();
        if woken == 0 {
            // The waiter had not lain down yet, and has missed nothing. Let it through.
            event.set();
        }
    });
}
// ANCHOR_END: pulse

impl Forgetful {
    model::const_fn! {
        /// An event whose flag is down.
        pub const fn new() -> Forgetful {
            Forgetful { up: AtomicU32::new(0) }
        }
    }
}

impl Default for Forgetful {
    fn default() -> Forgetful {
        Forgetful::new()
    }
}

// ANCHOR: round
/// An event from std's mutex and condition variable, with a count of how often the flag was taken down.
#[derive(Debug, Default)]
pub struct Rounds {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    up: bool,
    round: u64,
}

impl Rounds {
    /// Raises the flag.
    pub fn set(&self) {
        self.state.lock().unwrap().up = true;
        self.changed.notify_all();
    }

    /// Takes the flag down.
    pub fn clear(&self) {
        let mut state = self.state.lock().unwrap();
        if state.up {
            state.up = false;
            state.round += 1;
        }
    }

    /// Returns once the flag is up, or has been since the call.
    pub fn wait(&self) {
        let state = self.state.lock().unwrap();
        let came = state.round;
        drop(self.changed.wait_while(state, |state| !state.up && state.round == came).unwrap());
    }
}
// ANCHOR_END: round
