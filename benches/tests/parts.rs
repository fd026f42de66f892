//! Each contender keeps the [`Family`] contract: none is fast because it lets two threads in at once, sees old values,
//! or forgets a waiter.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use benches::parts::{Family, Locksmith, ParkingLot, Std, Usync};
use model::within;

const LIMIT: Duration = Duration::from_secs(20);

const THREADS: usize = 4;
const TIMES: usize = 5_000;

fn a_locked_mutex_refuses_and_a_free_one_does_not<F: Family>() {
    let mutex = F::mutex(1);
    let mut held = F::try_lock(&mutex).expect("nobody holds it");
    *held += 1;
    assert!(F::try_lock(&mutex).is_none());
    drop(held);
    assert_eq!(*F::lock(&mutex), 2);
    assert_eq!(F::try_lock(&mutex).as_deref(), Some(&2));
}

/// The two halves of the value differ while it is locked, and each addition would be lost to another thread's.
fn holders_are_alone_and_see_what_the_last_one_wrote<F: Family>() {
    let mutex = F::mutex((0_usize, 0_usize));
    let add = || {
        for time in 0..TIMES {
            let mut value = F::lock(&mutex);
            value.0 += 1;
            if time % 100 == 0 {
                thread::yield_now();
            }
            value.1 += 1;
            assert_eq!(value.0, value.1, "two at once");
        }
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(add);
        }
    });
    assert_eq!(*F::lock(&mutex), (THREADS * TIMES, THREADS * TIMES));
}

/// Each side waits for the other in turn, and a notification that gets lost lets both of them sleep.
fn no_notification_is_missed<F: Family>() {
    let (turn, changed) = (F::mutex(0), F::condvar());
    let take_turns = |mine| {
        for round in 0..TIMES / 2 {
            let mut turn = F::lock(&turn);
            while *turn != 2 * round + mine {
                turn = F::wait(&changed, turn);
            }
            *turn += 1;
            F::notify_one(&changed);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| take_turns(0));
        scope.spawn(|| take_turns(1));
    });
    assert_eq!(*F::lock(&turn), TIMES / 2 * 2);
}

fn a_broadcast_releases_every_waiter<F: Family>() {
    for _ in 0..200 {
        let (open, changed) = (F::mutex(false), F::condvar());
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let mut guard = F::lock(&open);
                    while !*guard {
                        guard = F::wait(&changed, guard);
                    }
                });
            }
            *F::lock(&open) = true;
            F::notify_all(&changed);
        });
    }
}

/// Those who come back from `wait` hold the lock, all of them, however many were woken at once.
fn a_waiter_returns_with_the_lock<F: Family>() {
    for _ in 0..200 {
        let (open, changed) = (F::mutex(false), F::condvar());
        let inside = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let mut guard = F::lock(&open);
                    while !*guard {
                        guard = F::wait(&changed, guard);
                        assert_eq!(inside.fetch_add(1, Relaxed), 0, "two at once");
                        thread::yield_now();
                        inside.fetch_sub(1, Relaxed);
                    }
                });
            }
            thread::yield_now();
            *F::lock(&open) = true;
            F::notify_all(&changed);
        });
    }
}

macro_rules! contract {
    ($($name:ident: $family:ty),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn a_locked_mutex_refuses_and_a_free_one_does_not() {
                within(LIMIT, super::a_locked_mutex_refuses_and_a_free_one_does_not::<$family>);
            }

            #[test]
            fn holders_are_alone_and_see_what_the_last_one_wrote() {
                within(LIMIT, super::holders_are_alone_and_see_what_the_last_one_wrote::<$family>);
            }

            #[test]
            fn no_notification_is_missed() {
                within(LIMIT, super::no_notification_is_missed::<$family>);
            }

            #[test]
            fn a_broadcast_releases_every_waiter() {
                within(LIMIT, super::a_broadcast_releases_every_waiter::<$family>);
            }

            #[test]
            fn a_waiter_returns_with_the_lock() {
                within(LIMIT, super::a_waiter_returns_with_the_lock::<$family>);
            }
        })*
    };
}

contract! {
    locksmith: Locksmith,
    standard: Std,
    parking_lot: ParkingLot,
    usync: Usync,
}
