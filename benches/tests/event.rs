//! A comparison is worth nothing if one of the contenders cuts a corner: here each of them keeps the [`Flag`] contract.

use std::hint::spin_loop;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use benches::event::{Flag, Listeners, Monitor, RsEvents};
use benches::parts::{ParkingLot, Std};
use event::Event;
use model::within;

const LIMIT: Duration = Duration::from_secs(20);

fn a_flag_is_up_from_set_to_clear<F: Flag>() {
    let flag = F::new();
    assert!(!flag.is_set());
    flag.set();
    flag.set();
    assert!(flag.is_set());
    flag.wait();
    assert!(flag.is_set());
    flag.clear();
    flag.clear();
    assert!(!flag.is_set());
}

/// Fresh flags in each round, here and below: reusing one would need more order than the contract promises.
fn a_set_releases_every_waiter<F: Flag>() {
    for _ in 0..200 {
        let flag = F::new();
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| flag.wait());
            }
            flag.set();
        });
    }
}

/// The setter comes sooner or later after the waiter has announced itself, and so meets it at each step of lying down.
fn a_set_is_not_missed_by_a_waiter_that_is_just_lying_down<F: Flag>() {
    const ROUNDS: usize = 20_000;
    let flags: Vec<F> = (0..ROUNDS).map(|_| F::new()).collect();
    let arrived = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            for flag in &flags {
                arrived.fetch_add(1, Relaxed);
                flag.wait();
            }
        });
        for (round, flag) in flags.iter().enumerate() {
            while arrived.load(Relaxed) <= round {
                thread::yield_now();
            }
            for _ in 0..round % 50 {
                spin_loop();
            }
            flag.set();
        }
    });
}

/// Each thread writes to one slot and reads the other's, with nothing but the flags to order that.
fn what_the_setter_wrote_is_seen_after_the_wait<F: Flag>() {
    const ROUNDS: usize = 2_000;
    let slots = || (0..ROUNDS).map(|_| (F::new(), AtomicUsize::new(0))).collect::<Vec<_>>();
    let (there, back) = (slots(), slots());
    thread::scope(|scope| {
        scope.spawn(|| {
            for (round, ((ping, question), (pong, answer))) in there.iter().zip(&back).enumerate() {
                ping.wait();
                assert_eq!(question.load(Relaxed), round + 1);
                answer.store(2 * (round + 1), Relaxed);
                pong.set();
            }
        });
        for (round, ((ping, question), (pong, answer))) in there.iter().zip(&back).enumerate() {
            question.store(round + 1, Relaxed);
            ping.set();
            pong.wait();
            assert_eq!(answer.load(Relaxed), 2 * (round + 1));
        }
    });
}

/// No peer may be fast by not blocking: a wait that has ended tells that the flag was up.
fn a_wait_lasts_until_the_flag_is_up<F: Flag>() {
    for _ in 0..500 {
        let shared = Arc::new((F::new(), AtomicUsize::new(0)));
        let waiter = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                shared.0.wait();
                assert!(shared.0.is_set(), "released from a flag that was never up");
                shared.1.load(Relaxed)
            }
        });
        thread::yield_now();
        shared.1.store(1, Relaxed);
        shared.0.set();
        assert_eq!(waiter.join().unwrap(), 1, "released before the set");
    }
}

macro_rules! contract {
    ($($name:ident: $flag:ty),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn a_flag_is_up_from_set_to_clear() {
                within(LIMIT, super::a_flag_is_up_from_set_to_clear::<$flag>);
            }

            #[test]
            fn a_set_releases_every_waiter() {
                within(LIMIT, super::a_set_releases_every_waiter::<$flag>);
            }

            #[test]
            fn a_set_is_not_missed_by_a_waiter_that_is_just_lying_down() {
                within(LIMIT, super::a_set_is_not_missed_by_a_waiter_that_is_just_lying_down::<$flag>);
            }

            #[test]
            fn a_wait_lasts_until_the_flag_is_up() {
                within(LIMIT, super::a_wait_lasts_until_the_flag_is_up::<$flag>);
            }

            #[test]
            fn what_the_setter_wrote_is_seen_after_the_wait() {
                within(LIMIT, super::what_the_setter_wrote_is_seen_after_the_wait::<$flag>);
            }
        })*
    };
}

contract! {
    locksmith: Event,
    std_mutex_and_condvar: Monitor<Std>,
    parking_lot: Monitor<ParkingLot>,
    event_listener: Listeners,
    rsevents: RsEvents,
}
