//! What an interpreter lock promises, with two or three threads and through the public API alone.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through every schedule.

use std::time::Duration;

use event::Event;
use gil::{Gil, Token};
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

/// Short enough not to hold up the tests. No test depends on its length: under the model, time runs out when it likes.
const MOMENT: Duration = Duration::from_micros(100);

/// Checks a program whose schedules are too many, through those with at most two preemptions. What this is made of, the mutex
/// and the condition variable, has been through more.
fn check_bounded(program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(2).run(program);
}

/// Checks a program in which a thread that yields goes on only when the others sleep, yield or have ended.
fn check_in_turn(program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(0).surprises(0).run(program);
}

/// Adds one, in two steps, so that whoever comes between them loses an update.
fn count(counter: &AtomicU32) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}

/// Holds the lock until another thread asks for it and has had it.
fn compute_until_asked(token: &mut Token<'_>) {
    while !token.checkpoint() {
        thread::yield_now();
    }
}

#[test]
fn one_thread_alone_runs_and_is_never_asked() {
    model::check(|| {
        let gil = Gil::with_interval(MOMENT);
        let sum = gil.run(|token| {
            assert!(gil.is_locked());
            assert!(!token.checkpoint() && !token.checkpoint());
            let two = token.allow_threads(|| {
                assert!(!gil.is_locked());
                2
            });
            assert!(gil.is_locked() && !token.checkpoint());
            two + 1
        });
        assert!(sum == 3 && !gil.is_locked());
        gil.run(|_| ());
    });
}

#[test]
fn one_thread_runs_at_a_time_and_sees_what_the_last_has_done() {
    check_bounded(|| {
        let gil = Gil::with_interval(MOMENT);
        let counter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("Alice", || gil.run(|_| count(&counter)));
            gil.run(|_| count(&counter));
        });
        assert_eq!(counter.load(Relaxed), 2);
    });
}

#[test]
fn one_thread_runs_at_a_time_also_after_a_checkpoint() {
    check_bounded(|| {
        let gil = Gil::with_interval(MOMENT);
        let counter = AtomicU32::new(0);
        let turns = |token: &mut Token<'_>| {
            count(&counter);
            token.checkpoint();
            count(&counter);
        };
        thread::scope(|scope| {
            scope.spawn("Alice", || gil.run(turns));
            gil.run(turns);
        });
        assert_eq!(counter.load(Relaxed), 4);
    });
}

#[test]
fn one_thread_runs_at_a_time_also_after_threads_were_allowed() {
    check_bounded(|| {
        let gil = Gil::with_interval(MOMENT);
        let counter = AtomicU32::new(0);
        let turns = |token: &mut Token<'_>| {
            count(&counter);
            token.allow_threads(|| ());
            count(&counter);
        };
        thread::scope(|scope| {
            scope.spawn("Alice", || gil.run(turns));
            gil.run(turns);
        });
        assert_eq!(counter.load(Relaxed), 4);
    });
}

#[test]
fn three_threads_run_one_at_a_time_and_all_come_in() {
    check_bounded(|| {
        let gil = Gil::with_interval(MOMENT);
        let counter = AtomicU32::new(0);
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || gil.run(|_| count(&counter)));
            }
            gil.run(|token| {
                count(&counter);
                token.checkpoint();
            });
        });
        assert_eq!(counter.load(Relaxed), 3);
    });
}

#[test]
fn one_who_waits_for_an_interval_is_let_in_at_a_checkpoint() {
    check_bounded(|| {
        let gil = Gil::with_interval(MOMENT);
        thread::scope(|scope| {
            gil.run(|token| {
                scope.spawn("Alice", || gil.run(|_| ()));
                compute_until_asked(token);
            });
        });
    });
}

#[test]
fn a_checkpoint_that_was_asked_lets_another_in_first() {
    check_bounded(|| {
        let gil = Gil::with_interval(MOMENT);
        let entered = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("Alice", || gil.run(|_| count(&entered)));
            gil.run(|token| {
                let before = entered.load(Relaxed);
                if token.checkpoint() {
                    assert_eq!(
                        (before, entered.load(Relaxed)),
                        (0, 1),
                        "the first to come in was the one who was asked"
                    );
                }
            });
        });
    });
}

/// Lets another thread wait for an interval, and looks whether it is in as soon as `leave` has left the lock.
fn another_is_in_after(leave: fn(&Gil, &AtomicU32)) {
    check_in_turn(move || {
        let gil = Gil::with_interval(MOMENT);
        let entered = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("Alice", || {
                // Lets main go first.
                thread::yield_now();
                gil.run(|_| count(&entered));
            });
            leave(&gil, &entered);
        });
    });
}

/// Until another thread sleeps for the lock, and then until its interval is over. Real threads do not wait for that.
fn let_another_ask() {
    thread::yield_now();
    thread::yield_now();
    thread::yield_now();
}

#[test]
fn one_who_is_asked_and_ends_its_run_lets_another_in_first() {
    another_is_in_after(|gil, entered| {
        gil.run(|_| let_another_ask());
        assert!(!model::MODELLED || entered.load(Relaxed) == 1);
    });
}

#[test]
fn one_who_is_asked_and_allows_threads_lets_another_in_first() {
    another_is_in_after(|gil, entered| {
        gil.run(|token| {
            let_another_ask();
            token.allow_threads(|| assert!(!model::MODELLED || entered.load(Relaxed) == 1));
        });
    });
}

#[test]
fn nobody_is_asked_before_the_interval_is_over() {
    check_bounded(|| {
        let gil = Gil::with_interval(Duration::MAX);
        thread::scope(|scope| {
            scope.spawn("Alice", || gil.run(|_| ()));
            gil.run(|token| {
                assert!(!token.checkpoint());
                // Lets Alice lie down.
                thread::yield_now();
                assert!(!token.checkpoint(), "asked by one who never waits for an interval");
            });
        });
    });
}

#[test]
fn a_request_is_taken_down_by_whoever_comes_in() {
    check_bounded(|| {
        let gil = Gil::with_interval(MOMENT);
        thread::scope(|scope| {
            scope.spawn("Alice", || {
                gil.run(|token| {
                    // Main may wait, and ask in its turn. When it is done, nobody does.
                    token.checkpoint();
                    token.checkpoint();
                })
            });
            gil.run(|token| {
                token.checkpoint();
            });
        });
        assert!(!gil.run(|token| token.checkpoint()), "asked, and nobody is there");
    });
}

/// Two sleep for the lock before main gives it back. At most one time runs out, so that nobody has waited for an interval
/// of the one who comes in first.
#[test]
fn one_who_has_just_come_in_is_not_asked_on_account_of_the_last() {
    check_bounded(|| {
        let gil = Gil::with_interval(MOMENT);
        let both_slept = AtomicU32::new(0);
        let turn = || {
            gil.run(|token| {
                let asked = token.checkpoint();
                assert!(!asked || both_slept.load(Relaxed) == 0, "asked in a wait that began with another");
            });
        };
        thread::scope(|scope| {
            gil.run(|_| {
                scope.spawn("Alice", turn);
                scope.spawn("Bob", turn);
                thread::yield_now();
                if model::sleepers() == 2 {
                    both_slept.store(1, Relaxed);
                }
            });
        });
    });
}

#[test]
fn a_thread_that_comes_back_alone_is_no_switch() {
    model::check(|| {
        let gil = Gil::with_interval(MOMENT);
        assert_eq!(gil.switches(), 0);
        gil.run(|token| {
            assert_eq!(gil.switches(), 1);
            token.allow_threads(|| ());
        });
        gil.run(|_| ());
        assert_eq!(gil.switches(), 1);
        thread::scope(|scope| {
            scope.spawn("Alice", || gil.run(|_| ()));
        });
        assert_eq!(gil.switches(), 2);
    });
}

#[test]
fn others_run_while_threads_are_allowed() {
    check_bounded(|| {
        let gil = Gil::with_interval(Duration::MAX);
        let answered = Event::new();
        thread::scope(|scope| {
            scope.spawn("server", || gil.run(|_| answered.set()));
            gil.run(|token| token.allow_threads(|| answered.wait()));
        });
    });
}

#[test]
fn one_who_waits_is_let_in_when_a_run_ends() {
    check_bounded(|| {
        let gil = Gil::with_interval(Duration::MAX);
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || gil.run(|_| ()));
            }
            gil.run(|_| ());
        });
    });
}

#[test]
fn a_run_inside_of_allow_threads_is_none_inside_of_a_run() {
    model::check(|| {
        let gil = Gil::with_interval(MOMENT);
        let sum = gil.run(|token| 1 + token.allow_threads(|| gil.run(|_| 2)));
        assert_eq!(sum, 3);
        assert!(!gil.is_locked());
    });
}

#[test]
fn a_thread_that_waits_is_asleep() {
    check_in_turn(|| {
        let gil = Gil::with_interval(Duration::MAX);
        thread::scope(|scope| {
            gil.run(|_| {
                scope.spawn("Alice", || gil.run(|_| ()));
                thread::yield_now();
                assert!(model::sleepers() == 1 || !model::MODELLED, "the waiter is awake while another runs");
            });
        });
    });
}

#[test]
fn debug_never_blocks() {
    check_bounded(|| {
        let gil = Gil::with_interval(MOMENT);
        thread::scope(|scope| {
            scope.spawn("Alice", || gil.run(|_| ()));
            let shown = format!("{gil:?}");
            assert!(["true", "false", "<locked>"].iter().any(|locked| shown.contains(locked)), "{shown}");
        });
        assert_eq!(format!("{gil:?}"), "Gil { interval: 100µs, locked: false, switches: 1 }");
    });
}
