//! Each contender keeps the [`Group`] contract: none is fast because it does not wait for everybody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use benches::latch::{Group, Monitor};
use benches::parts::{ParkingLot, Std};
use model::within;

const LIMIT: Duration = Duration::from_secs(20);

const THREADS: usize = 4;

/// The same group round after round. The last thread is kept back for a moment, so that a wait may well come first.
fn a_wait_lasts_until_all_is_done<G: Group>() {
    let mut group = G::new();
    let done = AtomicUsize::new(0);
    for round in 1..=200 {
        thread::scope(|scope| {
            for number in 0..THREADS {
                let ticket = group.add();
                let done = &done;
                scope.spawn(move || {
                    if number + 1 == THREADS {
                        thread::yield_now();
                    }
                    done.fetch_add(1, Relaxed);
                    drop(ticket);
                });
            }
            group.wait();
            assert_eq!(done.load(Relaxed), round * THREADS);
        });
    }
}

fn nobody_waits_when_nothing_is_to_be_done<G: Group>() {
    let mut group = G::new();
    group.wait();
    drop(group.add());
    group.wait();
}

macro_rules! contract {
    ($($name:ident: $group:ty),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn a_wait_lasts_until_all_is_done() {
                within(LIMIT, super::a_wait_lasts_until_all_is_done::<$group>);
            }

            #[test]
            fn nobody_waits_when_nothing_is_to_be_done() {
                within(LIMIT, super::nobody_waits_when_nothing_is_to_be_done::<$group>);
            }
        })*
    };
}

contract! {
    locksmith: Arc<::latch::WaitGroup>,
    std_mutex_and_condvar: Arc<Monitor<Std>>,
    parking_lot: Arc<Monitor<ParkingLot>>,
    crossbeam: crossbeam_utils::sync::WaitGroup,
}
