//! What small programs may do, as the memory model says, against what the checker finds.
//!
//! Each test has all outcomes of one program, among them those that few would expect. Where loom alone would miss one,
//! or make one up, the test says so.
#![cfg(loom)]

use std::collections::BTreeSet;

use model::sync::atomic::{AtomicBool, AtomicU32, Ordering, fence};
use model::thread::scope;
use model::{Check, Outcomes, outcomes};
use schedule::{Operation, Step, Style};

use Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

/// Runs two threads that share two numbers; their results are the outcome.
fn two_threads(
    left: fn(&AtomicU32, &AtomicU32) -> u32,
    right: fn(&AtomicU32, &AtomicU32) -> u32,
) -> BTreeSet<(u32, u32)> {
    let outcomes = outcomes(move || {
        let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
        scope(|s| {
            let right = s.spawn("right", || right(&x, &y));
            let left = left(&x, &y);
            (left, right.join())
        })
    });
    outcomes.results().clone()
}

/// As [`two_threads`], with two writers and two readers, and with as many preemptions as it takes to tell.
fn two_writers_two_readers(store: Ordering, load: Ordering) -> BTreeSet<[u32; 4]> {
    let outcomes = Check::new().preemptions(2).outcomes(move || {
        let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
        scope(|s| {
            s.spawn("writes x", || x.store(1, store));
            s.spawn("writes y", || y.store(1, store));
            let reader = s.spawn("x then y", || [x.load(load), y.load(load)]);
            let [d, c] = [y.load(load), x.load(load)];
            let [a, b] = reader.join();
            [a, b, c, d]
        })
    });
    outcomes.results().clone()
}

#[test]
fn two_increments_by_load_and_store_may_lose_one() {
    let sums = outcomes(|| {
        let count = AtomicU32::new(0);
        scope(|s| {
            for name in ["left", "right"] {
                s.spawn(name, || {
                    let seen = count.load(Relaxed);
                    count.store(seen + 1, Relaxed);
                });
            }
        });
        count.load(Relaxed)
    });
    assert_eq!(*sums.results(), BTreeSet::from([1, 2]));
    let lost = sums.witness(&1).expect("every outcome has a schedule");
    assert_eq!(lost.outcome.as_deref(), Some("1"));
    assert!(lost.failure.is_none());
}

#[test]
fn an_atomic_increment_loses_nothing() {
    let both = |x: &AtomicU32, _: &AtomicU32| x.fetch_add(1, Relaxed);
    assert_eq!(two_threads(both, both), BTreeSet::from([(0, 1), (1, 0)]));
}

/// Loom 0.7 alone finds only 0: the second thread's own load hides the first one's from it.
#[test]
fn a_load_may_come_after_another_threads_load_and_change() {
    let loads = |x: &AtomicU32, _: &AtomicU32| x.load(Relaxed);
    let changes = |x: &AtomicU32, _: &AtomicU32| {
        x.load(Relaxed);
        x.fetch_add(1, Relaxed)
    };
    assert_eq!(two_threads(loads, changes), BTreeSet::from([(0, 0), (1, 0)]));
    assert_eq!(two_threads(changes, loads), BTreeSet::from([(0, 0), (0, 1)]));
}

#[test]
fn message_passing_needs_release_and_acquire() {
    let with = |release: bool, acquire: bool| {
        let outcomes = outcomes(move || {
            let (data, ready) = (AtomicU32::new(0), AtomicBool::new(false));
            scope(|s| {
                s.spawn("writer", || {
                    data.store(42, Relaxed);
                    ready.store(true, if release { Release } else { Relaxed });
                });
                ready.load(if acquire { Acquire } else { Relaxed }).then(|| data.load(Relaxed))
            })
        });
        outcomes.results().clone()
    };
    assert_eq!(with(true, true), BTreeSet::from([None, Some(42)]));
    for (release, acquire) in [(false, true), (true, false), (false, false)] {
        assert_eq!(with(release, acquire), BTreeSet::from([None, Some(0), Some(42)]));
    }
}

#[test]
fn store_buffering_needs_sequential_consistency() {
    let acquire_release = two_threads(
        |x, y| {
            x.store(1, Release);
            y.load(Acquire)
        },
        |x, y| {
            y.store(1, Release);
            x.load(Acquire)
        },
    );
    assert_eq!(acquire_release, BTreeSet::from([(0, 0), (0, 1), (1, 0), (1, 1)]));

    // Loom alone reports (0, 0) here, which no processor does.
    let sequential = two_threads(
        |x, y| {
            x.store(1, SeqCst);
            y.load(SeqCst)
        },
        |x, y| {
            y.store(1, SeqCst);
            x.load(SeqCst)
        },
    );
    assert_eq!(sequential, BTreeSet::from([(0, 1), (1, 0), (1, 1)]));

    let fenced = two_threads(
        |x, y| {
            x.store(1, Relaxed);
            fence(SeqCst);
            y.load(Relaxed)
        },
        |x, y| {
            y.store(1, Relaxed);
            fence(SeqCst);
            x.load(Relaxed)
        },
    );
    assert_eq!(fenced, BTreeSet::from([(0, 1), (1, 0), (1, 1)]));
}

#[test]
fn a_sequentially_consistent_store_does_not_hold_back_a_relaxed_load() {
    let outcomes = two_threads(
        |x, y| {
            x.store(1, SeqCst);
            y.load(Relaxed)
        },
        |x, y| {
            y.store(1, SeqCst);
            x.load(Relaxed)
        },
    );
    assert!(outcomes.contains(&(0, 0)));
}

#[test]
fn two_readers_may_disagree_about_the_order_of_two_writes_unless_all_is_sequentially_consistent() {
    let disagreement = [1, 0, 0, 1];
    assert!(two_writers_two_readers(Release, Acquire).contains(&disagreement));
    assert!(!two_writers_two_readers(SeqCst, SeqCst).contains(&disagreement));
}

#[test]
fn a_thread_never_sees_one_location_go_back_in_time() {
    let outcomes = two_threads(
        |x, _| {
            x.store(1, Relaxed);
            x.store(2, Relaxed);
            0
        },
        |x, _| x.load(Relaxed) * 10 + x.load(Relaxed),
    );
    let readings: BTreeSet<u32> = outcomes.into_iter().map(|(_, reading)| reading).collect();
    assert_eq!(readings, BTreeSet::from([0, 1, 2, 11, 12, 22]));
}

#[test]
fn a_read_modify_write_passes_a_release_on() {
    let outcomes = outcomes(|| {
        let (data, stage) = (AtomicU32::new(0), AtomicU32::new(0));
        scope(|s| {
            s.spawn("first", || {
                data.store(42, Relaxed);
                stage.store(1, Release);
            });
            s.spawn("second", || stage.compare_exchange(1, 2, Relaxed, Relaxed));
            (stage.load(Acquire) == 2).then(|| data.load(Relaxed))
        })
    });
    assert_eq!(*outcomes.results(), BTreeSet::from([None, Some(42)]));
}

/// Loom alone orders a plain store and another thread's swap in either way, and then a lock that is taken by a swap and
/// given back by a store seems to stay locked.
#[test]
fn a_lock_taken_by_swap_and_given_back_by_store_is_a_lock() {
    let outcomes = outcomes(|| {
        let (locked, count) = (AtomicBool::new(false), AtomicU32::new(0));
        let increment = || {
            while locked.swap(true, Acquire) {
                model::hint::spin_loop();
            }
            let seen = count.load(Relaxed);
            count.store(seen + 1, Relaxed);
            locked.store(false, Release);
        };
        scope(|s| {
            s.spawn("other", increment);
            increment();
        });
        count.load(Relaxed)
    });
    assert_eq!(*outcomes.results(), BTreeSet::from([2]));
}

/// Runs three threads that share three numbers; the first one's result is left out.
fn three_threads(
    first: fn(&[AtomicU32; 3]),
    second: fn(&[AtomicU32; 3]) -> u32,
    third: fn(&[AtomicU32; 3]) -> [u32; 2],
) -> BTreeSet<(u32, [u32; 2])> {
    let outcomes = outcomes(move || {
        let shared = [AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0)];
        scope(|s| {
            let second = s.spawn("second", || second(&shared));
            let third = s.spawn("third", || third(&shared));
            first(&shared);
            (second.join(), third.join())
        })
    });
    outcomes.results().clone()
}

#[test]
fn what_a_thread_has_seen_it_passes_on_if_it_releases() {
    let passed_on = |relaxed: bool| {
        let third = |[x, y, _]: &[AtomicU32; 3]| [y.load(Acquire), x.load(Relaxed)];
        let first = |[x, ..]: &[AtomicU32; 3]| x.store(1, Relaxed);
        let outcomes = if relaxed {
            three_threads(
                first,
                |[x, y, _]| {
                    let seen = x.load(Relaxed);
                    y.store(seen, Relaxed);
                    seen
                },
                third,
            )
        } else {
            three_threads(
                first,
                |[x, y, _]| {
                    let seen = x.load(Relaxed);
                    y.store(seen, Release);
                    seen
                },
                third,
            )
        };
        !outcomes.contains(&(1, [1, 0]))
    };
    assert!(passed_on(false));
    assert!(!passed_on(true));
}

#[test]
fn a_release_reaches_a_third_thread_through_a_second_that_acquires() {
    let first = |[x, y, _]: &[AtomicU32; 3]| {
        x.store(1, Relaxed);
        y.store(1, Release);
    };
    let third = |[x, _, z]: &[AtomicU32; 3]| [z.load(Acquire), x.load(Relaxed)];
    let chain = three_threads(
        first,
        |[_, y, z]| {
            let seen = y.load(Acquire);
            z.store(seen, Release);
            seen
        },
        third,
    );
    assert!(!chain.contains(&(1, [1, 0])));
    let broken = three_threads(
        first,
        |[_, y, z]| {
            let seen = y.load(Relaxed);
            z.store(seen, Release);
            seen
        },
        third,
    );
    assert!(broken.contains(&(1, [1, 0])));
}

#[test]
fn two_writers_of_two_locations_may_each_come_first_in_one_unless_all_is_sequentially_consistent() {
    let last_values = |ordering: Ordering| {
        let outcomes = outcomes(move || {
            let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
            scope(|s| {
                s.spawn("other", || {
                    y.store(1, ordering);
                    x.store(2, ordering);
                });
                x.store(1, ordering);
                y.store(2, ordering);
            });
            (x.load(Relaxed), y.load(Relaxed))
        });
        outcomes.results().clone()
    };
    assert!(last_values(Relaxed).contains(&(1, 1)));
    assert!(last_values(Release).contains(&(1, 1)));
    assert_eq!(last_values(SeqCst), BTreeSet::from([(1, 2), (2, 1), (2, 2)]));
}

#[test]
fn a_sequence_lock_needs_its_fence() {
    let torn = |fenced: bool| {
        let counterexample = Check::new().counterexample(move || {
            let [version, high, low] = [AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0)];
            scope(|s| {
                s.spawn("writer", || {
                    version.store(1, Relaxed);
                    fence(Release);
                    high.store(1, Relaxed);
                    low.store(1, Relaxed);
                    version.store(2, Release);
                });
                let before = version.load(Acquire);
                let seen = (high.load(Relaxed), low.load(Relaxed));
                if fenced {
                    fence(Acquire);
                }
                if before % 2 == 0 && version.load(Relaxed) == before {
                    assert_eq!(seen.0, seen.1);
                }
            });
        });
        counterexample.is_some()
    };
    assert!(!torn(true));
    assert!(torn(false));
}

/// Loom alone lets the two that spin pass the turn to each other until it gives up.
#[test]
fn a_ticket_lock_with_three_threads_is_a_lock() {
    let outcomes = Check::new().preemptions(2).outcomes(|| {
        let [next, serving, count] = [AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0)];
        let increment = || {
            let ticket = next.fetch_add(1, Relaxed);
            while serving.load(Acquire) != ticket {
                model::hint::spin_loop();
            }
            let seen = count.load(Relaxed);
            count.store(seen + 1, Relaxed);
            serving.store(ticket + 1, Release);
        };
        scope(|s| {
            s.spawn("one", increment);
            s.spawn("other", increment);
            increment();
        });
        count.load(Relaxed)
    });
    assert_eq!(*outcomes.results(), BTreeSet::from([3]));
}

#[test]
fn a_weak_exchange_may_fail_although_the_value_is_as_expected() {
    let outcomes = outcomes(|| AtomicU32::new(0).compare_exchange_weak(0, 1, AcqRel, Relaxed).is_ok());
    assert_eq!(*outcomes.results(), BTreeSet::from([false, true]));
}

/// What a load may return beside a store.
fn beside_a_store() -> Outcomes<u32> {
    outcomes(|| {
        let number = AtomicU32::new(0);
        scope(|s| {
            s.spawn("writer", || number.store(1, Relaxed));
            number.load(Relaxed)
        })
    })
}

#[test]
fn a_prediction_of_every_outcome_holds() {
    beside_a_store().assert_predicted(&[1, 0]);
}

#[test]
#[should_panic(expected = "you did not predict 1, and this schedule ends with it")]
fn a_prediction_that_lacks_an_outcome_is_refused() {
    beside_a_store().assert_predicted(&[0]);
}

#[test]
#[should_panic(expected = "no schedule ends with 2, and you predicted that one does")]
fn a_prediction_of_what_cannot_be_is_refused() {
    beside_a_store().assert_predicted(&[0, 1, 2]);
}

#[test]
fn a_witness_without_old_values_comes_first() {
    let outcomes = beside_a_store();
    let witness = outcomes.witness(&0).expect("each result has a witness");
    let old = |step: &Step| matches!(step.operation, Operation::Load { newest: Some(_), .. });
    assert!(!witness.steps.iter().any(old), "{}", witness.to_text(Style::plain(80)));
}
