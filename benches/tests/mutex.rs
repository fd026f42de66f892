//! Each reentrant contender keeps the [`Reentrant`] contract. (The plain ones' contract is in `parts.rs`.)

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use benches::mutex::{Monitor, Reentrant};
use benches::parts::Std;
use model::within;

const LIMIT: Duration = Duration::from_secs(20);

const THREADS: usize = 4;
const TIMES: usize = 2_000;

/// An addition in two halves would lose those of others between.
fn a_holder_is_alone_until_its_last_unlock<R: Reentrant>() {
    let (mutex, value) = (R::new(), AtomicUsize::new(0));
    let add = || {
        for time in 0..TIMES {
            mutex.locked(|| {
                let before = value.load(Relaxed);
                mutex.locked(|| mutex.locked(|| ()));
                if time % 50 == 0 {
                    thread::yield_now();
                }
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

macro_rules! contract {
    ($($name:ident: $mutex:ty),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn a_holder_is_alone_until_its_last_unlock() {
                within(LIMIT, super::a_holder_is_alone_until_its_last_unlock::<$mutex>);
            }
        })*
    };
}

contract! {
    locksmith: ::mutex::ReentrantMutex<()>,
    std_mutex_and_condvar: Monitor<Std>,
    parking_lot: ::parking_lot::ReentrantMutex<()>,
    usync: ::usync::ReentrantMutex<()>,
}
