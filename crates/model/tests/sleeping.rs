//! What the model's futex may do.
#![cfg(loom)]

use std::collections::BTreeSet;

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use model::thread::scope;
use model::{Check, futex, outcomes};

#[test]
fn a_sleeper_is_woken_or_goes_on_for_no_reason_or_does_not_sleep() {
    let outcomes = outcomes(|| {
        let word = AtomicU32::new(0);
        scope(|s| {
            let sleeper = s.spawn("sleeper", || {
                futex::wait(&word, 0, false);
                word.load(Relaxed)
            });
            word.fetch_add(1, Relaxed);
            (futex::wake(&word, 1), sleeper.join())
        })
    });
    // Not even a wake-up orders what the sleeper reads next.
    assert_eq!(*outcomes.results(), BTreeSet::from([(0, 0), (0, 1), (1, 0), (1, 1)]));
}

#[test]
fn a_sleeper_that_goes_on_for_no_reason_is_ordered_behind_nothing() {
    let counterexample = Check::new().counterexample(|| {
        let (data, word) = (AtomicU32::new(0), AtomicU32::new(0));
        scope(|s| {
            s.spawn("sleeper", || {
                // Relaxed is wrong here, and only a sleeper that is not woken finds out.
                while word.load(Relaxed) == 0 {
                    futex::wait(&word, 0, false);
                }
                assert_eq!(data.load(Relaxed), 42);
            });
            data.store(42, Relaxed);
            word.fetch_add(1, Release);
            futex::wake(&word, 1);
        });
    });
    assert!(counterexample.is_some());
}

#[test]
fn the_time_of_a_timed_wait_may_run_out_before_and_after_the_change() {
    let outcomes = outcomes(|| {
        let word = AtomicU32::new(0);
        scope(|s| {
            let sleeper = s.spawn("sleeper", || (futex::wait(&word, 0, true), word.load(Acquire)));
            word.fetch_add(1, Release);
            futex::wake(&word, 1);
            sleeper.join()
        })
    });
    assert_eq!(*outcomes.results(), BTreeSet::from([(false, 0), (false, 1), (true, 0), (true, 1)]));
}

#[test]
fn time_runs_out_when_nothing_else_can_happen() {
    let outcomes = outcomes(|| {
        let word = AtomicU32::new(0);
        scope(|s| {
            let one = s.spawn("one", || futex::wait(&word, 0, true));
            let other = s.spawn("other", || futex::wait(&word, 0, true));
            [one.join(), other.join()]
        })
    });
    // Each may also go on for no reason; two surprises in one schedule are not tried by default.
    assert_eq!(*outcomes.results(), BTreeSet::from([[false, false], [false, true], [true, false]]));
}

#[test]
fn a_spinner_may_wait_for_a_sleeper_whose_time_has_to_run_out() {
    let pass = Check::new().run(|| {
        let (word, done) = (AtomicU32::new(0), AtomicU32::new(0));
        scope(|s| {
            s.spawn("sleeper", || {
                futex::wait(&word, 0, true);
                done.store(1, Release);
            });
            while done.load(Acquire) == 0 {
                model::hint::spin_loop();
            }
        });
    });
    assert!(pass.schedules > 1);
}

#[test]
fn the_longest_asleep_is_woken_first_and_the_others_sleep_on() {
    let outcomes = outcomes(|| {
        let (word, gone_on) = (AtomicU32::new(0), AtomicU32::new(0));
        let sleep = || {
            if futex::wait(&word, 0, true) {
                gone_on.fetch_add(1, Relaxed);
            }
        };
        scope(|s| {
            s.spawn("one", sleep);
            s.spawn("other", sleep);
            futex::wake(&word, 1)
        })
    });
    assert_eq!(*outcomes.results(), BTreeSet::from([0, 1]));
}

#[test]
fn requeue_wakes_one_and_moves_the_rest() {
    let outcomes = Check::new().preemptions(3).outcomes(|| {
        let (from, to) = (AtomicU32::new(0), AtomicU32::new(0));
        scope(|s| {
            s.spawn("one", || futex::wait(&from, 0, false));
            s.spawn("other", || futex::wait(&from, 0, false));
            from.fetch_add(1, Relaxed);
            let refused = futex::requeue(&from, 0, &to);
            let requeued = futex::requeue(&from, 1, &to).expect("the word holds what it was asked for");
            let moved = futex::wake(&to, usize::MAX);
            assert!(refused.is_none());
            assert!(moved <= requeued.moved, "only those who were moved sleep there");
            (requeued.woken, requeued.moved)
        })
    });
    assert_eq!(*outcomes.results(), BTreeSet::from([(0, 0), (1, 0), (1, 1)]));
}

#[test]
fn a_requeued_sleeper_is_found_on_its_new_word_unless_it_has_gone_on() {
    let outcomes = Check::new().outcomes(|| {
        let (from, to) = (AtomicU32::new(0), AtomicU32::new(0));
        scope(|s| {
            s.spawn("one", || futex::wait(&from, 0, true));
            s.spawn("other", || futex::wait(&from, 0, true));
            let requeued = futex::requeue(&from, 0, &to).expect("nobody changes the word");
            (requeued.woken, requeued.moved, futex::wake(&to, usize::MAX))
        })
    });
    assert_eq!(*outcomes.results(), BTreeSet::from([(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)]));
}

#[test]
fn a_requeue_and_a_wake_on_the_other_word_come_in_either_order() {
    let outcomes = Check::new().surprises(0).preemptions(3).outcomes(|| {
        let (from, to) = (AtomicU32::new(0), AtomicU32::new(0));
        scope(|s| {
            s.spawn("one", || futex::wait(&from, 0, true));
            s.spawn("other", || futex::wait(&from, 0, true));
            let mover = s.spawn("mover", || futex::requeue(&from, 0, &to).expect("nobody changes the word"));
            let woken = futex::wake(&to, usize::MAX);
            let requeued = mover.join();
            (requeued.woken, requeued.moved, woken)
        })
    });
    assert_eq!(*outcomes.results(), BTreeSet::from([(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)]));
}

#[test]
fn a_lock_that_sleeps_passes_with_three_threads() {
    let lock_and_count = |after_sleep: u32| {
        move || {
            let (state, count) = (AtomicU32::new(0), AtomicU32::new(0));
            let increment = || {
                if state.compare_exchange(0, 1, Acquire, Relaxed).is_err() {
                    while state.swap(after_sleep, Acquire) != 0 {
                        futex::wait(&state, after_sleep, false);
                    }
                }
                let seen = count.load(Relaxed);
                count.store(seen + 1, Relaxed);
                if state.swap(0, Release) == 2 {
                    futex::wake(&state, 1);
                }
            };
            scope(|s| {
                s.spawn("one", increment);
                s.spawn("other", increment);
                increment();
            });
            assert_eq!(count.load(Relaxed), 3);
        }
    };
    assert!(Check::new().preemptions(2).counterexample(lock_and_count(2)).is_none());
    // One that forgets that others may sleep loses a wake-up.
    assert!(Check::new().preemptions(2).counterexample(lock_and_count(1)).is_some());
}
