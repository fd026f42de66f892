//! Wrong: the last program asks for what no event promises. If the waiter comes after the `clear`, it waits for the next
//! `set`, and there is none: it fails with an event that is in order.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
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
        scope.spawn("waiter 1", || event.wait());
        scope.spawn("waiter 2", || event.wait());
        event.set();
    });
}

/// Breaks the event that forgets a `set` as soon as `clear` follows.
pub fn no_generation<E: Event>() {
    let event = E::new();
    thread::scope(|scope| {
        scope.spawn("waiter", || event.wait());
        event.set();
        event.clear();
    });
}
