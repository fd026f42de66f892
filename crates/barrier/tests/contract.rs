//! What a barrier promises, with two to four threads and through the public API alone.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through every schedule.

use std::time::Duration;

use barrier::{Barrier, BarrierWait, Broken};
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

/// Short enough not to hold up the tests. No test depends on its length.
const MOMENT: Duration = Duration::from_millis(1);

/// Checks a program whose schedules are too many, through those with at most `preemptions`. Most bugs show with two.
fn check_bounded(preemptions: u8, program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(preemptions).run(program);
}

/// Holds what the threads of one round were told against each other.
fn assert_one_round<const PARTIES: usize>(mut arrivals: [BarrierWait; PARTIES]) {
    arrivals.sort_by_key(BarrierWait::index);
    for (index, arrival) in arrivals.iter().enumerate() {
        assert_eq!(arrival.index(), index, "each comes at a place of its own");
        assert_eq!(arrival.is_leader(), index == PARTIES - 1, "the last is the leader");
    }
}

#[test]
fn a_new_barrier_is_whole_and_empty() {
    model::check(|| {
        let barrier = Barrier::new(3);
        assert_eq!((barrier.parties(), barrier.n_waiting()), (3, 0));
        assert!(!barrier.is_broken());
        assert_eq!(format!("{barrier:?}"), "Barrier { parties: 3, n_waiting: 0, is_broken: false }");
    });
}

#[test]
fn one_party_meets_itself() {
    model::check(|| {
        let barrier = Barrier::new(1);
        for limit in [None, Some(Duration::ZERO), Some(MOMENT)] {
            let arrival = limit.map_or_else(|| barrier.wait(), |limit| barrier.wait_timeout(limit));
            assert_one_round([arrival.expect("nobody breaks it")]);
            assert_eq!(barrier.n_waiting(), 0);
        }
    });
}

/// What each has done before it comes is a letter that orders nothing by itself.
#[test]
fn nobody_goes_on_before_all_have_come() {
    model::check(|| {
        let barrier = Barrier::new(2);
        let come = AtomicU32::new(0);
        let meet = || {
            come.fetch_add(1, Relaxed);
            let arrival = barrier.wait().expect("nobody breaks it");
            assert_eq!(come.load(Relaxed), 2);
            arrival
        };
        thread::scope(|scope| {
            let alice = scope.spawn("Alice", meet);
            let main = meet();
            assert_one_round([alice.join(), main]);
        });
    });
}

#[test]
fn none_of_three_goes_on_before_all_have_come() {
    check_bounded(3, || {
        let barrier = Barrier::new(3);
        let come = AtomicU32::new(0);
        let meet = || {
            come.fetch_add(1, Relaxed);
            let arrival = barrier.wait().expect("nobody breaks it");
            assert_eq!(come.load(Relaxed), 3);
            arrival
        };
        thread::scope(|scope| {
            let (alice, bob) = (scope.spawn("Alice", meet), scope.spawn("Bob", meet));
            let main = meet();
            assert_one_round([alice.join(), bob.join(), main]);
        });
    });
}

#[test]
fn two_meet_in_one_round_after_the_other() {
    check_bounded(3, || {
        let barrier = Barrier::new(2);
        let come = AtomicU32::new(0);
        let meet = || {
            for round in 1..=2 {
                come.fetch_add(1, Relaxed);
                barrier.wait().expect("nobody breaks it");
                // The other may have come to the next round already.
                assert!((2 * round..=2 * round + 1).contains(&come.load(Relaxed)));
            }
        };
        thread::scope(|scope| {
            scope.spawn("Alice", meet);
            meet();
        });
        assert_eq!(come.load(Relaxed), 4);
    });
}

#[test]
fn of_more_threads_than_parties_each_round_takes_so_many() {
    check_bounded(2, || {
        let barrier = Barrier::new(2);
        let leaders = AtomicU32::new(0);
        let meet = || {
            if barrier.wait().expect("nobody breaks it").is_leader() {
                leaders.fetch_add(1, Relaxed);
            }
        };
        thread::scope(|scope| {
            for name in ["Alice", "Bob", "Carol"] {
                scope.spawn(name, meet);
            }
            meet();
        });
        assert_eq!(leaders.load(Relaxed), 2);
        assert_eq!(barrier.n_waiting(), 0);
    });
}

/// Waits at a barrier for two, by `wait`, and says how many slept then.
fn sleepers_at_a_barrier(wait: fn(&Barrier) -> Result<BarrierWait, Broken>) {
    // Without preemptions and surprises, a thread that yields goes on only when the others sleep, yield or have ended.
    model::Check::new().preemptions(0).surprises(0).run(move || {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            let waiter = scope.spawn("waiter", || wait(&barrier));
            thread::yield_now();
            let (asleep, waiting) = (model::sleepers(), barrier.n_waiting());
            barrier.wait().expect("nobody breaks it");
            assert_eq!(barrier.n_waiting(), 0, "the round is over, whether the waiter has left or not");
            waiter.join().expect("nobody breaks it");
            assert!((asleep, waiting) == (1, 1) || !model::MODELLED, "the waiter is awake while nobody else has come");
        });
    });
}

#[test]
fn a_thread_that_waits_is_asleep_and_counts() {
    sleepers_at_a_barrier(Barrier::wait);
}

#[test]
fn a_thread_that_waits_with_a_time_limit_is_asleep_and_counts() {
    sleepers_at_a_barrier(|barrier| barrier.wait_timeout(Duration::MAX));
}

#[test]
fn nobody_counts_as_waiting_once_all_have_come() {
    model::check(|| {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn("Alice", || barrier.wait());
            barrier.wait().expect("nobody breaks it");
            assert_eq!(barrier.n_waiting(), 0, "Alice may not have left yet");
        });
    });
}

#[test]
fn a_time_limit_that_runs_out_breaks_the_barrier() {
    for limit in [Duration::ZERO, MOMENT] {
        model::check(move || {
            let barrier = Barrier::new(2);
            assert_eq!(barrier.wait_timeout(limit), Err(Broken));
            assert!(barrier.is_broken());
            assert_eq!(barrier.n_waiting(), 0);
            // Whoever comes now need not wait.
            assert_eq!(barrier.wait(), Err(Broken));
            assert_eq!(barrier.wait_timeout(Duration::MAX), Err(Broken));
            barrier.reset();
            assert!(!barrier.is_broken());
        });
    }
}

#[test]
fn a_time_limit_that_runs_out_releases_all_who_wait() {
    check_bounded(3, || {
        let barrier = Barrier::new(3);
        thread::scope(|scope| {
            scope.spawn("patient", || assert_eq!(barrier.wait(), Err(Broken)));
            assert_eq!(barrier.wait_timeout(MOMENT), Err(Broken));
        });
        assert!(barrier.is_broken());
    });
}

#[test]
fn a_time_limit_and_the_last_to_come_agree_on_the_end() {
    model::check(|| {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            let impatient = scope.spawn("impatient", || barrier.wait_timeout(MOMENT));
            let patient = barrier.wait();
            let impatient = impatient.join();
            assert_eq!(impatient.is_ok(), patient.is_ok(), "one has met the other, and the other nobody");
            assert_eq!(barrier.is_broken(), patient.is_err());
        });
    });
}

#[test]
fn of_two_time_limits_that_run_out_one_is_enough() {
    check_bounded(3, || {
        let barrier = Barrier::new(3);
        thread::scope(|scope| {
            scope.spawn("Alice", || assert_eq!(barrier.wait_timeout(MOMENT), Err(Broken)));
            assert_eq!(barrier.wait_timeout(MOMENT), Err(Broken));
        });
    });
}

#[test]
fn a_time_limit_that_runs_out_during_an_abort_finds_the_round_over() {
    check_bounded(3, || {
        let barrier = Barrier::new(3);
        thread::scope(|scope| {
            scope.spawn("impatient", || assert_eq!(barrier.wait_timeout(MOMENT), Err(Broken)));
            scope.spawn("patient", || assert_eq!(barrier.wait(), Err(Broken)));
            barrier.abort();
        });
        assert!(barrier.is_broken());
        assert_eq!(barrier.n_waiting(), 0);
    });
}

#[test]
fn a_time_limit_that_is_none_waits_for_all() {
    model::check(|| {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            // It may wake up for no reason, but its time cannot run out.
            scope.spawn("patient", || barrier.wait_timeout(Duration::MAX).expect("there is no limit"));
            barrier.wait().expect("nobody breaks it");
        });
    });
}

#[test]
fn abort_releases_all_who_wait_and_keeps_others_out() {
    check_bounded(3, || {
        let barrier = Barrier::new(3);
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || assert_eq!(barrier.wait(), Err(Broken)));
            }
            barrier.abort();
        });
        assert!(barrier.is_broken());
        assert_eq!(barrier.n_waiting(), 0);
    });
}

#[test]
fn abort_and_the_last_to_come_agree_on_the_end() {
    check_bounded(3, || {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            let alice = scope.spawn("Alice", || barrier.wait());
            let bob = scope.spawn("Bob", || barrier.wait());
            barrier.abort();
            assert_eq!(alice.join().is_ok(), bob.join().is_ok(), "one has met the other, and the other nobody");
        });
        assert!(barrier.is_broken());
    });
}

/// Ends a round and does `then` before the other who has come can leave: that one has met its party all the same.
fn a_complete_round_stays_complete(then: fn(&Barrier)) {
    model::check(move || {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            let alice = scope.spawn("Alice", || barrier.wait());
            barrier.wait().expect("nobody breaks it yet");
            then(&barrier);
            alice.join().expect("all have come before it was broken");
        });
    });
}

#[test]
fn abort_does_not_touch_a_round_that_is_complete() {
    a_complete_round_stays_complete(Barrier::abort);
}

#[test]
fn reset_does_not_touch_a_round_that_is_complete() {
    a_complete_round_stays_complete(Barrier::reset);
}

/// Waits at a barrier by `wait`, is turned away by a reset, and leaves while the others meet at once.
fn is_turned_away_by_a_reset(wait: fn(&Barrier) -> Result<BarrierWait, Broken>) {
    check_bounded(2, move || {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            let alice = scope.spawn("Alice", || wait(&barrier));
            // Lets Alice go first.
            thread::yield_now();
            let is_waiting = model::sleepers() == 1;
            barrier.reset();
            if is_waiting {
                let bob = scope.spawn("Bob", || barrier.wait());
                let main = barrier.wait().expect("it is whole again");
                assert_one_round([bob.join().expect("it is whole again"), main]);
                assert_eq!(alice.join(), Err(Broken), "her round has failed, whatever came of the next");
                assert!(!barrier.is_broken());
            } else {
                // Alice may have yet to come, and would wait for somebody.
                barrier.abort();
            }
        });
    });
}

#[test]
fn reset_turns_those_away_who_wait_and_is_usable_at_once() {
    is_turned_away_by_a_reset(Barrier::wait);
}

/// Her time may also run out, before the reset or after it: she must not break the meeting of the others.
#[test]
fn a_time_limit_that_runs_out_late_breaks_nothing() {
    is_turned_away_by_a_reset(|barrier| barrier.wait_timeout(MOMENT));
}

#[test]
fn a_barrier_that_was_reset_is_as_good_as_new() {
    model::check(|| {
        let barrier = Barrier::new(2);
        barrier.abort();
        assert!(barrier.is_broken());
        assert_eq!(barrier.wait(), Err(Broken));
        barrier.reset();
        assert!(!barrier.is_broken());
        assert_eq!(barrier.n_waiting(), 0);
        thread::scope(|scope| {
            let alice = scope.spawn("Alice", || barrier.wait());
            let main = barrier.wait().expect("it is whole again");
            assert_one_round([alice.join().expect("it is whole again"), main]);
        });
    });
}

#[test]
fn who_is_turned_away_sees_what_was_done_before() {
    model::check(|| {
        let barrier = Barrier::new(2);
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("Alice", || {
                assert_eq!(barrier.wait(), Err(Broken));
                assert_eq!(letter.load(Relaxed), 42);
            });
            letter.store(42, Relaxed);
            barrier.abort();
        });
    });
}

#[test]
fn debug_never_blocks() {
    model::check(|| {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn("Alice", || barrier.wait_timeout(Duration::ZERO));
            assert!(format!("{barrier:?}").starts_with("Barrier { parties: 2, "));
        });
    });
}
