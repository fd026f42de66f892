//! What a semaphore promises that hands out its permits one by one, with two or three threads.
//!
//! For whatever is called `Semaphore` and `Permit` in the crate's root, so that simpler ones can be held to it as well.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

use crate::{Permit, Semaphore};

/// For programs whose schedules are too many, and where chance would make good what a call has missed: nobody wakes up for no
/// reason.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

#[test]
fn a_permit_is_taken_until_it_is_dropped() {
    model::check(|| {
        let semaphore = Semaphore::new(2);
        let one = semaphore.acquire();
        let other = semaphore.try_acquire().expect("there is one left");
        assert_eq!(semaphore.available_permits(), 0);
        assert!(semaphore.try_acquire().is_none());
        drop(one);
        assert_eq!(semaphore.available_permits(), 1);
        drop(other);
        assert_eq!(semaphore.available_permits(), 2);
    });
}

#[test]
fn a_permit_is_used_up_if_it_is_forgotten_and_made_up_by_a_release() {
    model::check(|| {
        let semaphore = Semaphore::new(1);
        semaphore.acquire().forget();
        assert_eq!(semaphore.available_permits(), 0);
        semaphore.release(3);
        semaphore.release(0);
        assert_eq!(semaphore.available_permits(), 3);
    });
}

#[test]
fn no_more_are_inside_than_there_are_permits() {
    CALLS_ONLY.run(|| {
        let semaphore = Semaphore::new(2);
        let inside = AtomicU32::new(0);
        let visit = || {
            let _permit = semaphore.acquire();
            assert!(inside.fetch_add(1, Relaxed) < 2, "three are inside, and there are two permits");
            inside.fetch_sub(1, Relaxed);
        };
        thread::scope(|scope| {
            scope.spawn("Alice", visit);
            scope.spawn("Bob", visit);
            visit();
        });
        assert_eq!(semaphore.available_permits(), 2);
    });
}

#[test]
fn a_release_lets_a_waiter_in() {
    model::check(|| {
        let semaphore = Semaphore::new(0);
        thread::scope(|scope| {
            scope.spawn("waiter", || semaphore.acquire().forget());
            semaphore.release(1);
        });
        assert_eq!(semaphore.available_permits(), 0);
    });
}

#[test]
fn a_permit_that_is_dropped_lets_a_waiter_in() {
    model::check(|| {
        let semaphore = Semaphore::new(1);
        let permit = semaphore.acquire();
        thread::scope(|scope| {
            scope.spawn("waiter", || semaphore.acquire().forget());
            drop(permit);
        });
        assert_eq!(semaphore.available_permits(), 0);
    });
}

/// Permits do not belong to threads.
#[test]
fn a_permit_may_be_given_back_by_another_thread() {
    model::check(|| {
        let semaphore = Semaphore::new(1);
        let permit = semaphore.acquire();
        thread::scope(|scope| {
            scope.spawn("other", move || drop(permit));
            semaphore.acquire().forget();
        });
        assert_eq!(semaphore.available_permits(), 0);
    });
}

#[test]
fn two_quick_releases_let_two_waiters_in() {
    CALLS_ONLY.run(|| {
        let semaphore = Semaphore::new(0);
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || semaphore.acquire().forget());
            }
            semaphore.release(1);
            semaphore.release(1);
        });
        assert_eq!(semaphore.available_permits(), 0);
    });
}

#[test]
fn one_release_of_two_lets_two_waiters_in() {
    CALLS_ONLY.run(|| {
        let semaphore = Semaphore::new(0);
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || semaphore.acquire().forget());
            }
            semaphore.release(2);
        });
        assert_eq!(semaphore.available_permits(), 0);
    });
}

#[test]
fn a_waiter_that_is_overtaken_gets_its_permit_later() {
    model::Check::new().preemptions(3).run(|| {
        let semaphore = Semaphore::new(1);
        let permit = semaphore.acquire();
        thread::scope(|scope| {
            scope.spawn("waiter", || drop(semaphore.acquire()));
            drop(permit);
            drop(semaphore.acquire());
        });
        assert_eq!(semaphore.available_permits(), 1);
    });
}

/// A letter that is no part of the semaphore, and that orders nothing by itself.
#[track_caller]
pub(crate) fn release_publishes_to(acquire: fn(&Semaphore) -> Option<Permit<'_>>) {
    model::check(move || {
        let semaphore = Semaphore::new(0);
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("reader", || {
                if acquire(&semaphore).is_some() {
                    assert_eq!(letter.load(Relaxed), 42);
                }
            });
            letter.store(42, Relaxed);
            semaphore.release(1);
        });
    });
}

#[test]
fn a_release_publishes_writes_to_an_acquire() {
    release_publishes_to(|semaphore| Some(semaphore.acquire()));
}

#[test]
fn a_release_publishes_writes_to_a_try_that_succeeds() {
    release_publishes_to(Semaphore::try_acquire);
}

#[test]
fn a_dropped_permit_publishes_writes_to_the_next() {
    model::check(|| {
        let semaphore = Semaphore::new(1);
        let letter = AtomicU32::new(0);
        let permit = semaphore.acquire();
        thread::scope(|scope| {
            scope.spawn("reader", || {
                let _permit = semaphore.acquire();
                assert_eq!(letter.load(Relaxed), 42);
            });
            letter.store(42, Relaxed);
            drop(permit);
        });
    });
}
