//! The three programs, each with your prediction of what it can return.
//!
//! With real threads only what they happen to do is held against your lists; under the model, all that they can do.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use two_counters::{IN_ONE_STEP, ONCE_EACH, TWICE_EACH};

/// Python's `counter += 1`, in the two steps that it is made of.
fn count(counter: &AtomicU32) {
    let seen = counter.load(Relaxed);
    counter.store(seen + 1, Relaxed);
}

/// Two threads count once each. `scope` waits until both have ended.
#[test]
fn once_each() {
    let outcomes = model::outcomes(|| {
        let counter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("left", || count(&counter));
            scope.spawn("right", || count(&counter));
        });
        counter.load(Relaxed)
    });
    outcomes.assert_predicted(ONCE_EACH);
}

/// Two threads count twice each.
#[test]
fn twice_each() {
    let outcomes = model::outcomes(|| {
        let counter = AtomicU32::new(0);
        thread::scope(|scope| {
            for name in ["left", "right"] {
                scope.spawn(name, || {
                    count(&counter);
                    count(&counter);
                });
            }
        });
        counter.load(Relaxed)
    });
    outcomes.assert_predicted(TWICE_EACH);
}

/// Two threads count twice each, and each count is one step.
#[test]
fn in_one_step() {
    let outcomes = model::outcomes(|| {
        let counter = AtomicU32::new(0);
        thread::scope(|scope| {
            for name in ["left", "right"] {
                scope.spawn(name, || {
                    counter.fetch_add(1, Relaxed);
                    counter.fetch_add(1, Relaxed);
                });
            }
        });
        counter.load(Relaxed)
    });
    outcomes.assert_predicted(IN_ONE_STEP);
}
