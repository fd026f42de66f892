//! What a condition variable promises, with two or three threads and through the public API alone.

use condvar::Condvar;
use model::thread;
use mutex::Mutex;

#[test]
fn a_notified_waiter_goes_on() {
    model::check(|| {
        let ready = Mutex::new(false);
        let changed = Condvar::new();
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                let mut ready = ready.lock();
                changed.wait_while(&mut ready, |ready| !*ready);
            });
            *ready.lock() = true;
            changed.notify_one();
        });
    });
}

#[test]
fn a_broadcast_releases_everybody() {
    model::Check::new().preemptions(2).run(|| {
        let ready = Mutex::new(false);
        let changed = Condvar::new();
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || {
                    let mut ready = ready.lock();
                    changed.wait_while(&mut ready, |ready| !*ready);
                });
            }
            *ready.lock() = true;
            changed.notify_all();
        });
    });
}

#[test]
fn a_broadcast_releases_those_with_different_mutexes() {
    model::Check::new().preemptions(2).run(|| {
        let (left, right) = (Mutex::new(false), Mutex::new(false));
        let changed = Condvar::new();
        thread::scope(|scope| {
            for (name, ready) in [("Alice", &left), ("Bob", &right)] {
                let changed = &changed;
                scope.spawn(name, move || {
                    let mut ready = ready.lock();
                    changed.wait_while(&mut ready, |ready| !*ready);
                });
            }
            *left.lock() = true;
            *right.lock() = true;
            changed.notify_all();
        });
    });
}
