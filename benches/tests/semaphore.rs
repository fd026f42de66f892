//! Each contender keeps the [`Permits`] contract, and those that promise it [`ManyPermits`]: none is fast because it lets
//! too many in or loses a permit.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use benches::parts::{ParkingLot, Std, Usync};
use benches::semaphore::{Herd, ManyPermits, Monitor, Permits};
use model::within;

const LIMIT: Duration = Duration::from_secs(20);

const THREADS: usize = 4;
const TIMES: usize = 2_000;

/// Lets somebody else run now and then, while one has permits.
fn linger(time: usize) {
    if time.is_multiple_of(20) {
        thread::yield_now();
    }
}

fn there_are_so_many_permits_and_no_more<P: Permits>() {
    let (permits, inside) = (P::new(2), AtomicUsize::new(0));
    let come_and_go = || {
        for time in 0..TIMES {
            permits.with_one(|| {
                assert!(inside.fetch_add(1, Relaxed) < 2, "three at once");
                linger(time);
                inside.fetch_sub(1, Relaxed);
            });
        }
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(come_and_go);
        }
    });
    // Both have come back.
    permits.with_one(|| permits.with_one(|| ()));
}

/// An addition in two halves would lose those of others between.
fn who_has_the_one_permit_sees_what_the_last_one_wrote<P: Permits>() {
    let (permits, value) = (P::new(1), AtomicUsize::new(0));
    let add = || {
        for time in 0..TIMES {
            permits.with_one(|| {
                let before = value.load(Relaxed);
                linger(time);
                value.store(before + 1, Relaxed);
            });
        }
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(add);
        }
    });
    assert_eq!(value.into_inner(), THREADS * TIMES);
}

/// Thread after thread wants one more than the one before.
fn permits_for_many_and_for_few_are_all_counted<P: ManyPermits>() {
    let (permits, inside) = (P::new(THREADS), AtomicUsize::new(0));
    let come_and_go = |wanted| {
        for time in 0..TIMES {
            permits.with_many(wanted, || {
                assert!(inside.fetch_add(wanted, Relaxed) + wanted <= THREADS, "too many at once");
                linger(time);
                inside.fetch_sub(wanted, Relaxed);
            });
        }
    };
    thread::scope(|scope| {
        for wanted in 1..=THREADS {
            scope.spawn(move || come_and_go(wanted));
        }
    });
    permits.with_many(THREADS, || ());
}

/// One release has permits for both who wait, and each of them waits inside for the other.
fn all_whom_a_release_serves_get_in<P: ManyPermits>() {
    for _ in 0..100 {
        let (permits, inside) = (P::new(THREADS), Barrier::new(2));
        let enter = |wanted| permits.with_many(wanted, || _ = inside.wait());
        thread::scope(|scope| {
            permits.with_many(THREADS, || {
                scope.spawn(|| enter(1));
                scope.spawn(|| enter(THREADS - 1));
                // For as long as it takes two threads to begin and to lie down, more or less.
                (0..20).for_each(|_| thread::yield_now());
            });
        });
    }
}

macro_rules! contract {
    ($($name:ident: $semaphore:ty),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn there_are_so_many_permits_and_no_more() {
                within(LIMIT, super::there_are_so_many_permits_and_no_more::<$semaphore>);
            }

            #[test]
            fn who_has_the_one_permit_sees_what_the_last_one_wrote() {
                within(LIMIT, super::who_has_the_one_permit_sees_what_the_last_one_wrote::<$semaphore>);
            }
        })*
    };
}

macro_rules! contract_for_many {
    ($($name:ident: $semaphore:ty),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn permits_for_many_and_for_few_are_all_counted() {
                within(LIMIT, super::permits_for_many_and_for_few_are_all_counted::<$semaphore>);
            }

            #[test]
            fn all_whom_a_release_serves_get_in() {
                within(LIMIT, super::all_whom_a_release_serves_get_in::<$semaphore>);
            }
        })*
    };
}

contract! {
    locksmith: ::semaphore::Semaphore,
    std_mutex_and_condvar: Monitor<Std>,
    parking_lot: Monitor<ParkingLot>,
    usync: Monitor<Usync>,
    tokio: ::tokio::sync::Semaphore,
    async_lock: ::async_lock::Semaphore,
    std_semaphore: ::std_semaphore::Semaphore,
}

contract_for_many! {
    many_of_locksmith: ::semaphore::Semaphore,
    many_of_std: Herd<Std>,
    many_of_parking_lot: Herd<ParkingLot>,
    many_of_usync: Herd<Usync>,
    many_of_tokio: ::tokio::sync::Semaphore,
}
