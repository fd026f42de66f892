//! What a condition variable promises, with two, three or four threads and through the public API alone.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through every schedule. Any condition
//! variable has to keep them; what this one does beyond that stands in `moving.rs`.

use std::time::Duration;

use condvar::Condvar;
use model::sync::Arc;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use mutex::Mutex;

/// Short enough not to hold up the tests. No test depends on its length.
const MOMENT: Duration = Duration::from_millis(1);

/// Checks a program whose schedules are too many, through those with at most so many preemptions.
#[track_caller]
fn check_bounded(preemptions: u8, program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(preemptions).run(program);
}

/// Checks a program in which a thread that yields goes on only when the others sleep, yield or have ended.
#[track_caller]
fn check_in_turn(program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(0).surprises(0).run(program);
}

#[test]
fn a_thread_that_waits_is_asleep() {
    check_in_turn(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn("waiter", || await_flag(&flag, &raised));
            thread::yield_now();
            assert!(model::sleepers() == 1 || !model::MODELLED, "the waiter is awake");
            *flag.lock() = true;
            raised.notify_one();
        });
    });
}

#[test]
fn a_notification_releases_a_waiter() {
    model::check(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn("waiter", || await_flag(&flag, &raised));
            *flag.lock() = true;
            raised.notify_one();
        });
    });
}

#[test]
fn a_notification_with_the_mutex_locked_releases_a_waiter() {
    model::check(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn("waiter", || await_flag(&flag, &raised));
            let mut flag = flag.lock();
            *flag = true;
            raised.notify_one();
        });
    });
}

/// The notifier cannot have the mutex before the waiter lets go of it, and so comes after that.
#[test]
fn a_notification_is_not_lost_between_the_unlock_and_the_sleep() {
    model::check(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            let mut guard = flag.lock();
            scope.spawn("notifier", || {
                *flag.lock() = true;
                raised.notify_one();
            });
            while !*guard {
                raised.wait(&mut guard);
            }
        });
    });
}

#[test]
fn a_broadcast_releases_a_waiter() {
    model::check(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn("waiter", || await_flag(&flag, &raised));
            *flag.lock() = true;
            raised.notify_all();
        });
    });
}

#[test]
fn a_broadcast_releases_two_waiters() {
    check_bounded(2, || {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || await_flag(&flag, &raised));
            }
            *flag.lock() = true;
            raised.notify_all();
        });
    });
}

#[test]
fn a_broadcast_with_the_mutex_locked_releases_two_waiters() {
    check_bounded(2, || {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || await_flag(&flag, &raised));
            }
            let mut flag = flag.lock();
            *flag = true;
            raised.notify_all();
        });
    });
}

#[test]
fn a_broadcast_releases_three_who_sleep() {
    check_in_turn(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob", "Carol"] {
                scope.spawn(name, || await_flag(&flag, &raised));
            }
            thread::yield_now();
            *flag.lock() = true;
            raised.notify_all();
        });
    });
}

#[test]
fn a_notification_wakes_no_more_than_one() {
    check_in_turn(|| {
        let (loaves, baked) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob", "Carol"] {
                scope.spawn(name, || {
                    let mut loaves = loaves.lock();
                    baked.wait_while(&mut loaves, |loaves| *loaves == 0);
                    *loaves -= 1;
                });
            }
            for asleep in [2, 1, 0] {
                thread::yield_now();
                *loaves.lock() += 1;
                baked.notify_one();
                assert!(model::sleepers() == asleep || !model::MODELLED, "not one was woken, but more or less");
            }
        });
    });
}

#[test]
fn two_notifications_release_two_waiters() {
    check_bounded(2, || {
        let (loaves, baked) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || {
                    let mut loaves = loaves.lock();
                    baked.wait_while(&mut loaves, |loaves| *loaves == 0);
                    *loaves -= 1;
                });
            }
            for _ in 0..2 {
                *loaves.lock() += 1;
                baked.notify_one();
            }
        });
        assert_eq!(loaves.into_inner(), 0);
    });
}

#[test]
fn two_notifiers_at_once_release_two_waiters() {
    check_bounded(1, || {
        let (loaves, baked) = (Mutex::new(0), Condvar::new());
        let bake = || {
            *loaves.lock() += 1;
            baked.notify_one();
        };
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || {
                    let mut loaves = loaves.lock();
                    baked.wait_while(&mut loaves, |loaves| *loaves == 0);
                    *loaves -= 1;
                });
            }
            scope.spawn("baker", bake);
            bake();
        });
    });
}

/// Either may disturb the other, but neither may rely on the other for its own work.
#[test]
fn a_broadcast_and_a_notification_at_once_release_everybody() {
    check_bounded(1, || {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || await_flag(&flag, &raised));
            }
            thread::yield_now();
            *flag.lock() = true;
            scope.spawn("caller", || raised.notify_one());
            raised.notify_all();
        });
    });
}

#[test]
fn two_threads_take_turns() {
    check_bounded(3, || {
        let (turn, changed) = (Mutex::new(0), Condvar::new());
        let play = |mine: u32| {
            for round in 0..2 {
                let mut turn = turn.lock();
                changed.wait_while(&mut turn, |turn| *turn != 2 * round + mine);
                *turn += 1;
                drop(turn);
                changed.notify_one();
            }
        };
        thread::scope(|scope| {
            scope.spawn("pong", || play(1));
            play(0);
        });
        assert_eq!(turn.into_inner(), 4);
    });
}

/// A shelf for one loaf: who wants to put and who wants to take wait for different things.
#[test]
fn a_buffer_for_one_loses_nothing() {
    check_bounded(2, || {
        let shelf = Mutex::new(None);
        let (filled, emptied) = (Condvar::new(), Condvar::new());
        thread::scope(|scope| {
            scope.spawn("baker", || {
                for loaf in 1..=2 {
                    let mut shelf = shelf.lock();
                    emptied.wait_while(&mut shelf, |shelf| shelf.is_some());
                    *shelf = Some(loaf);
                    drop(shelf);
                    filled.notify_one();
                }
            });
            for expected in 1..=2 {
                let mut shelf = shelf.lock();
                filled.wait_while(&mut shelf, |shelf| shelf.is_none());
                assert_eq!(shelf.take(), Some(expected));
                drop(shelf);
                emptied.notify_one();
            }
        });
    });
}

#[test]
fn those_who_only_lock_leave_nobody_asleep() {
    check_bounded(2, || {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || await_flag(&flag, &raised));
            }
            *flag.lock() = true;
            scope.spawn("passer-by", || drop(flag.lock()));
            raised.notify_all();
        });
    });
}

#[test]
fn a_waiter_sees_what_was_done_before_the_unlock() {
    model::check(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                await_flag(&flag, &raised);
                assert_eq!(letter.load(Relaxed), 42);
            });
            letter.store(42, Relaxed);
            *flag.lock() = true;
            raised.notify_one();
        });
    });
}

#[test]
fn with_nobody_waiting_a_notification_says_so() {
    model::check(|| {
        let raised = Condvar::new();
        assert!(!raised.notify_one());
        assert_eq!(raised.notify_all(), 0);
        assert!(!Condvar::default().notify_one());
    });
}

#[test]
fn who_has_come_back_is_counted_no_more() {
    model::check(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn("waiter", || await_flag(&flag, &raised));
            *flag.lock() = true;
            raised.notify_one();
        });
        assert!(!raised.notify_one());
        assert_eq!(raised.notify_all(), 0);
    });
}

#[test]
fn who_ran_out_of_time_is_counted_no_more() {
    model::check(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                raised.wait_timeout(&mut flag.lock(), MOMENT);
            });
            *flag.lock() = true;
            raised.notify_one();
        });
        assert!(!raised.notify_one());
        assert_eq!(raised.notify_all(), 0);
    });
}

#[test]
fn those_who_wait_are_counted() {
    check_in_turn(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || await_flag(&flag, &raised));
            }
            thread::yield_now();
            *flag.lock() = true;
            // With real threads they may not wait yet.
            assert!(raised.notify_one() || !model::MODELLED);
            assert!(raised.notify_all() >= 1 || !model::MODELLED);
        });
    });
}

#[test]
fn a_condition_that_is_false_is_not_waited_for() {
    model::check(|| {
        let (number, changed) = (Mutex::new(7), Condvar::new());
        let mut guard = number.lock();
        changed.wait_while(&mut guard, |number| *number != 7);
        assert!(changed.wait_timeout_while(&mut guard, MOMENT, |number| *number != 7));
        assert!(changed.wait_timeout_while(&mut guard, Duration::ZERO, |number| *number != 7));
        assert!(number.is_locked());
    });
}

#[test]
fn the_condition_is_asked_with_the_mutex_locked_and_may_change_the_data() {
    check_bounded(3, || {
        let (loaves, baked) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            scope.spawn("baker", || {
                *loaves.lock() += 1;
                baked.notify_one();
            });
            let mut guard = loaves.lock();
            baked.wait_while(&mut guard, |count| {
                assert!(loaves.is_locked());
                let empty = *count == 0;
                *count = 0;
                empty
            });
            assert_eq!(*guard, 0);
        });
    });
}

#[test]
fn a_timed_wait_without_a_notification_returns_false() {
    // A surprise would be an end for no reason.
    model::Check::new().surprises(0).run(|| {
        let (mutex, changed) = (Mutex::new(()), Condvar::new());
        let mut guard = mutex.lock();
        assert!(!changed.wait_timeout(&mut guard, MOMENT) || !model::MODELLED);
        assert!(!changed.wait_timeout(&mut guard, Duration::ZERO));
        assert!(!changed.wait_timeout_while(&mut guard, MOMENT, |()| true));
        assert!(!changed.wait_timeout_while(&mut guard, Duration::ZERO, |()| true));
        assert!(mutex.is_locked());
    });
}

#[test]
fn a_timed_wait_without_a_limit_is_notified() {
    model::check(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn("notifier", || {
                *flag.lock() = true;
                raised.notify_one();
            });
            let mut flag = flag.lock();
            while !*flag {
                assert!(raised.wait_timeout(&mut flag, Duration::MAX));
            }
            assert!(raised.wait_timeout_while(&mut flag, Duration::MAX, |flag| !*flag));
        });
    });
}

#[test]
fn a_timed_wait_for_a_condition_tells_the_truth_about_it() {
    model::check(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn("notifier", || {
                *flag.lock() = true;
                raised.notify_one();
            });
            let mut flag = flag.lock();
            let ended = raised.wait_timeout_while(&mut flag, MOMENT, |flag| !*flag);
            assert_eq!(ended, *flag);
        });
    });
}

/// Impatient hands on what notifications reach it. Those that came too late for it have to find Patient by themselves.
#[test]
fn a_waiter_whose_time_ran_out_takes_no_notification_with_it() {
    check_bounded(2, || {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn("Impatient", || {
                if raised.wait_timeout(&mut flag.lock(), MOMENT) {
                    raised.notify_one();
                }
            });
            scope.spawn("Patient", || await_flag(&flag, &raised));
            *flag.lock() = true;
            raised.notify_one();
        });
    });
}

#[test]
fn a_mutex_may_follow_upon_another() {
    check_bounded(2, || {
        let raised = Condvar::new();
        for _ in 0..2 {
            let flag = model::boxed::Box::new(Mutex::new(false));
            thread::scope(|scope| {
                scope.spawn("waiter", || await_flag(&flag, &raised));
                *flag.lock() = true;
                raised.notify_all();
            });
        }
    });
}

#[test]
fn the_last_waiter_may_free_the_mutex_while_a_broadcast_is_under_way() {
    check_bounded(2, || {
        let flag = Arc::new(Mutex::new(false));
        let raised = Condvar::new();
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                let (flag, raised) = (Arc::clone(&flag), &raised);
                scope.spawn(name, move || {
                    let mut guard = flag.lock();
                    raised.wait_timeout_while(&mut guard, MOMENT, |flag| !*flag);
                    drop(guard);
                    drop(flag);
                });
            }
            *flag.lock() = true;
            drop(flag);
            raised.notify_all();
        });
    });
}

/// Waits until somebody has raised the flag.
fn await_flag(flag: &Mutex<bool>, raised: &Condvar) {
    let mut flag = flag.lock();
    raised.wait_while(&mut flag, |flag| !*flag);
    assert!(*flag);
}
