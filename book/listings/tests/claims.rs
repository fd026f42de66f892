//! What the book says about its listings, in both worlds.

use std::collections::BTreeSet;

use listings::counter;
use listings::flag::{Sleeping, Spinning};
use listings::letter::{crossing, letter};
use listings::lock::{Swapping, pairs_bought};
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use model::{check, thread};

#[test]
fn a_look_and_a_write_may_lose_a_count() {
    let sums = model::outcomes(counter::by_load_and_store);
    let possible = BTreeSet::from([1, 2]);
    if model::MODELLED {
        assert_eq!(*sums.results(), possible);
    } else {
        assert!(sums.results().is_subset(&possible));
    }
}

#[test]
fn one_operation_loses_no_count() {
    check(|| assert_eq!(counter::by_fetch_add(), 2));
}

#[cfg(not(loom))]
#[test]
fn a_lock_loses_no_count() {
    assert_eq!(counter::by_mutex(), 2);
}

// ANCHOR: check
#[test]
fn a_lock_by_swap_lets_one_in() {
    check(|| assert_eq!(pairs_bought::<Swapping>(), 1));
}
// ANCHOR_END: check

#[test]
fn release_and_acquire_bring_the_letter() {
    check(|| assert_ne!(letter(Release, Acquire), Some(0)));
}

#[test]
fn sequentially_consistent_flags_do_not_cross_unseen() {
    check(|| assert_ne!(crossing(SeqCst, SeqCst), (false, false)));
}

#[test]
fn a_spinning_flag_lets_its_waiter_through_and_brings_the_letter() {
    check(|| {
        let (flag, letter) = (Spinning::default(), AtomicU32::new(0));
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                flag.wait();
                assert_eq!(letter.load(Relaxed), 42);
            });
            letter.store(42, Relaxed);
            flag.raise();
        });
    });
}

#[test]
fn a_sleeping_flag_wakes_its_waiter_and_brings_the_letter() {
    check(|| {
        let (flag, letter) = (Sleeping::default(), AtomicU32::new(0));
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                flag.wait();
                assert_eq!(letter.load(Relaxed), 42);
            });
            letter.store(42, Relaxed);
            flag.raise();
        });
    });
}

/// The waiter is asleep when the pulse comes, as Linux says. There is one pulse, and no second that might help.
#[cfg(all(not(loom), target_os = "linux"))]
#[test]
fn a_pulse_of_rounds_releases_whoever_was_waiting() {
    rehearsal::rehearse(|| {
        let (event, roll) = (listings::event::Rounds::default(), rehearsal::Roll::new());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                roll.sign();
                event.wait();
            });
            roll.wait_until_asleep(1);
            event.set();
            event.clear();
        });
    });
}
