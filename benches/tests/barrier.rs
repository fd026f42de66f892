//! Each contender keeps the [`Meeting`] contract: none is fast because it lets somebody go on before all have come.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use benches::barrier::{Meeting, Monitor};
use benches::parts::ParkingLot;
use model::within;

const LIMIT: Duration = Duration::from_secs(20);

const THREADS: usize = 4;
const ROUNDS: usize = 2_000;

/// The same meeting round after round, with nothing between that would keep a quick thread from the next one.
fn nobody_goes_on_before_all_have_come<M: Meeting>() {
    let meeting = M::new(THREADS);
    let come = [const { AtomicUsize::new(0) }; THREADS];
    let attend = |mine: usize| {
        for round in 1..=ROUNDS {
            if round % THREADS == mine {
                thread::yield_now();
            }
            come[mine].store(round, Relaxed);
            meeting.wait();
            for come in &come {
                let come = come.load(Relaxed);
                assert!(come == round || come == round + 1, "round {come} and round {round} at once");
            }
        }
    };
    thread::scope(|scope| {
        for mine in 0..THREADS {
            let attend = &attend;
            scope.spawn(move || attend(mine));
        }
    });
}

fn who_is_the_only_party_does_not_wait<M: Meeting>() {
    let meeting = M::new(1);
    meeting.wait();
    meeting.wait();
}

macro_rules! contract {
    ($($name:ident: $meeting:ty),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn nobody_goes_on_before_all_have_come() {
                within(LIMIT, super::nobody_goes_on_before_all_have_come::<$meeting>);
            }

            #[test]
            fn who_is_the_only_party_does_not_wait() {
                within(LIMIT, super::who_is_the_only_party_does_not_wait::<$meeting>);
            }
        })*
    };
}

contract! {
    locksmith: ::barrier::Barrier,
    standard: std::sync::Barrier,
    parking_lot_mutex_and_condvar: Monitor<ParkingLot>,
}
