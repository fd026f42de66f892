//! What a lock promises, with two or three threads: with real ones, and through every schedule of the model.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

use crate::Lock;

#[test]
fn a_lock_that_was_given_back_can_be_taken_again() {
    model::check(|| {
        let lock = Lock::new();
        for _ in 0..2 {
            lock.lock();
            lock.unlock();
        }
    });
}

#[test]
fn one_thread_at_a_time_is_inside() {
    model::check(|| {
        let lock = Lock::new();
        let inside = AtomicU32::new(0);
        thread::scope(|scope| {
            for name in ["left", "right"] {
                scope.spawn(name, || {
                    lock.lock();
                    assert_eq!(inside.fetch_add(1, Relaxed), 0, "two threads are inside");
                    inside.fetch_sub(1, Relaxed);
                    lock.unlock();
                });
            }
        });
    });
}

#[test]
fn who_holds_the_lock_sees_what_the_last_holder_wrote() {
    model::check(|| {
        let lock = Lock::new();
        let sum = AtomicU32::new(0);
        thread::scope(|scope| {
            for name in ["left", "right"] {
                scope.spawn(name, || count(&lock, &sum));
            }
        });
        assert_eq!(sum.load(Relaxed), 2);
    });
}

#[test]
fn everybody_who_waits_gets_the_lock() {
    model::Check::new().preemptions(2).run(|| {
        let lock = Lock::new();
        let sum = AtomicU32::new(0);
        thread::scope(|scope| {
            for name in ["left", "middle", "right"] {
                scope.spawn(name, || count(&lock, &sum));
            }
        });
        assert_eq!(sum.load(Relaxed), 3);
    });
}

/// Adds one to `sum` under `lock`, in two steps: only the lock keeps others from coming between them.
fn count(lock: &Lock, sum: &AtomicU32) {
    lock.lock();
    let seen = sum.load(Relaxed);
    sum.store(seen + 1, Relaxed);
    lock.unlock();
}
