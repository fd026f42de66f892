//! Each contender keeps the [`ReadWrite`] contract: none is fast because it lets a writer in beside others, or only one
//! reader at a time.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use benches::rwlock::ReadWrite;
use model::within;

const LIMIT: Duration = Duration::from_secs(20);

const THREADS: usize = 4;
const TIMES: usize = 2_000;

/// Each waits inside for the other.
fn two_read_at_the_same_time<L: ReadWrite>() {
    let (lock, inside) = (L::new(7), Barrier::new(2));
    let look = || {
        lock.read(|&value| {
            inside.wait();
            assert_eq!(value, 7);
        });
    };
    thread::scope(|scope| {
        scope.spawn(look);
        scope.spawn(look);
    });
}

/// A writer counts for as much as all who could read.
fn a_writer_is_alone<L: ReadWrite>() {
    let (lock, inside) = (L::new(0), AtomicUsize::new(0));
    let come_and_go = |number| {
        for time in 0..TIMES {
            if time % THREADS == number {
                lock.write(|value| {
                    assert_eq!(inside.fetch_add(THREADS, Relaxed), 0, "a writer is not alone");
                    thread::yield_now();
                    *value += 1;
                    inside.fetch_sub(THREADS, Relaxed);
                });
            } else {
                lock.read(|_| {
                    assert!(inside.fetch_add(1, Relaxed) < THREADS, "a reader beside a writer");
                    thread::yield_now();
                    inside.fetch_sub(1, Relaxed);
                });
            }
        }
    };
    thread::scope(|scope| {
        for number in 0..THREADS {
            scope.spawn(move || come_and_go(number));
        }
    });
    lock.read(|&value| assert_eq!(value, TIMES as u64));
}

macro_rules! contract {
    ($($name:ident: $lock:ty),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn two_read_at_the_same_time() {
                within(LIMIT, super::two_read_at_the_same_time::<$lock>);
            }

            #[test]
            fn a_writer_is_alone() {
                within(LIMIT, super::a_writer_is_alone::<$lock>);
            }
        })*
    };
}

contract! {
    locksmith: ::rwlock::RwLock<u64>,
    standard: std::sync::RwLock<u64>,
    parking_lot: ::parking_lot::RwLock<u64>,
    usync: ::usync::RwLock<u64>,
}
