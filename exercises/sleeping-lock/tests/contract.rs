//! The contract of the spin lock, word for word, and what sleeping adds to it.

use sleeping_lock::Lock;

#[path = "../../spin-lock/tests/lock/mod.rs"]
mod lock;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

#[test]
#[cfg(loom)]
fn who_waits_is_asleep() {
    asleep::assert_asleep(|| {
        let lock = Lock::new();
        lock.lock();
        lock.lock();
    });
}

#[test]
#[cfg(loom)]
fn who_is_woken_for_no_reason_sleeps_again() {
    let locked = || {
        let lock = Lock::new();
        lock.lock();
        lock
    };
    asleep::assert_sleeps_again(locked, |lock| lock.lock(), |lock| lock.unlock());
}

#[test]
#[cfg(loom)]
fn nobody_is_woken_where_nobody_sleeps() {
    assert_wakes_nobody(|| {
        let lock = Lock::new();
        lock.lock();
        lock.unlock();
    });
}

#[test]
#[cfg(loom)]
fn nobody_is_woken_once_nobody_sleeps_any_more() {
    assert_wakes_nobody(|| {
        let lock = Lock::new();
        lock.lock();
        model::thread::scope(|scope| {
            scope.spawn("visitor", || {
                lock.lock();
                lock.unlock();
            });
            // The model lets the visitor go on until it sleeps.
            while model::sleepers() == 0 {
                model::thread::yield_now();
            }
            lock.unlock();
        });
        // All have left. These find the lock as if it were new.
        lock.lock();
        lock.unlock();
    });
}

/// Fails if the main thread wakes anybody in `program` after the last thread has been joined.
#[cfg(loom)]
#[track_caller]
fn assert_wakes_nobody(program: impl Fn() + Send + Sync + 'static) {
    use schedule::{Operation, Style};

    let outcomes = model::outcomes(program);
    let schedule = outcomes.witness(&()).expect("the program comes to its end");
    let alone = schedule.steps.iter().rev().take_while(|step| !matches!(step.operation, Operation::Join { .. }));
    let mut wakes = alone.filter(|step| matches!(step.operation, Operation::Wake { .. }));
    assert!(
        wakes.next().is_none(),
        "a call to the system wakes somebody, and nobody sleeps:\n\n{}",
        schedule.to_text(Style::plain(80))
    );
}
