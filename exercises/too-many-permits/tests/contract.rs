//! What a gate promises: no more are inside than there are places, and each place is free again in the end.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use semaphore::Semaphore;
use too_many_permits::Gate;

#[test]
fn a_place_is_free_again_when_the_work_is_done() {
    model::check(|| {
        let gate = Gate::new(1);
        for number in 0..3 {
            assert_eq!(gate.try_run(|| number), Some(number), "the place is free again");
        }
    });
}

#[test]
fn who_is_turned_away_leaves_the_gate_as_it_was() {
    model::check(|| {
        let gate = Gate::new(1);
        let ran = gate.try_run(|| {
            for _ in 0..2 {
                assert!(gate.try_run(|| ()).is_none(), "two run, and there is one place");
            }
        });
        assert!(ran.is_some(), "there was a place");
        assert!(gate.try_run(|| ()).is_some(), "the place is free again");
    });
}

#[test]
fn as_many_run_as_there_are_places() {
    model::check(|| {
        let gate = Gate::new(2);
        let third_is_let_in = gate.try_run(|| gate.try_run(|| gate.try_run(|| ()).is_some()));
        assert_eq!(third_is_let_in, Some(Some(false)), "two find a place, and the third finds none");
    });
}

/// Alice works until the other one has its answer, whichever that is.
#[test]
fn who_is_turned_away_waits_for_nobody() {
    model::Check::new().preemptions(2).surprises(0).run(|| {
        let gate = Gate::new(1);
        let answered = Semaphore::new(0);
        thread::scope(|scope| {
            scope.spawn("Alice", || gate.try_run(|| answered.acquire().forget()));
            gate.try_run(|| ());
            answered.release(1);
        });
    });
}

#[test]
fn no_more_run_than_there_are_places_whoever_comes() {
    model::Check::new().preemptions(2).surprises(0).run(|| {
        let gate = Gate::new(1);
        let inside = AtomicU32::new(0);
        let come = || {
            gate.try_run(|| {
                assert_eq!(inside.fetch_add(1, Relaxed), 0, "two run, and there is one place");
                inside.fetch_sub(1, Relaxed);
            });
        };
        thread::scope(|scope| {
            scope.spawn("Alice", come);
            scope.spawn("Bob", come);
            come();
        });
        assert!(gate.try_run(|| ()).is_some(), "the place is free again");
    });
}

#[test]
#[cfg(not(loom))]
fn the_place_of_who_panics_is_given_back() {
    let gate = Gate::new(1);
    let panics = std::panic::AssertUnwindSafe(|| gate.try_run(|| panic!("this video is broken")));
    assert!(std::panic::catch_unwind(panics).is_err());
    assert!(gate.try_run(|| ()).is_some(), "the place is free again");
}
