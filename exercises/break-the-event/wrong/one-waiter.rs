//! Wrong: one waiter does not show that a second one is forgotten.

use model::sync::atomic::Ordering::Relaxed;
use model::sync::atomic::{AtomicBool, AtomicU32};
use model::thread;

use crate::Event;

/// Breaks the event whose `set` is Relaxed.
pub fn publishes_nothing<E: Event>() {
    let event = E::new();
    let letter = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn("waiter", || {
            event.wait();
            assert_eq!(letter.load(Relaxed), 42);
        });
        letter.store(42, Relaxed);
        event.set();
    });
}

/// Breaks the event whose `wait` looks at the flag, and then again to fall asleep.
pub fn looks_twice<E: Event>() {
    let event = E::new();
    thread::scope(|scope| {
        scope.spawn("waiter", || event.wait());
        event.set();
    });
}

/// Breaks the event whose `set` wakes one sleeper.
pub fn wakes_one<E: Event>() {
    let event = E::new();
    thread::scope(|scope| {
        scope.spawn("waiter", || event.wait());
        event.set();
    });
}

/// Breaks the event that forgets a `set` as soon as `clear` follows.
pub fn no_generation<E: Event>() {
    let event = E::new();
    let released = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn("waiter", || {
            event.wait();
            released.store(true, Relaxed);
        });
        while !released.load(Relaxed) {
            thread::yield_now();
            event.set();
            event.clear();
        }
    });
}
