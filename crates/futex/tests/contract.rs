//! What every backend of this crate promises, with two or three threads.
//!
//! In an ordinary build these run with real threads, on the system's backend or (`--cfg portable_futex`) on the
//! portable one; under `--cfg loom` they run through every schedule.

use std::ptr;
use std::time::Duration;

use futex::{Changed, Deadline, Requeued, TimedOut, requeue, wait, wait_until, wake_all, wake_one};
use model::boxed::Box;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use model::thread;

/// Short enough not to hold up the tests. No test depends on its length.
const MOMENT: Duration = Duration::from_millis(1);

/// Checks a program whose schedules are too many, through those with at most two preemptions. Most bugs show in these.
#[track_caller]
fn check_bounded(program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(2).run(program);
}

/// Sleeps until `word` is no longer 0.
fn wait_while_zero(word: &AtomicU32) {
    while word.load(Acquire) == 0 {
        wait(word, 0);
    }
}

#[test]
fn wait_returns_at_once_if_the_word_holds_another_value() {
    model::check(|| {
        let word = AtomicU32::new(1);
        wait(&word, 0);
        assert_eq!(wait_until(&word, 0, Deadline::after(MOMENT)), Ok(()));
        assert_eq!(wait_until(&word, 0, Deadline::NOW), Ok(()));
        assert_eq!(wait_until(&word, 0, Deadline::NEVER), Ok(()));
    });
}

#[test]
fn wake_one_after_a_change_releases_the_sleeper() {
    model::check(|| {
        let word = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("sleeper", || wait_while_zero(&word));
            word.swap(1, Release);
            wake_one(&word);
        });
    });
}

#[test]
fn wake_all_after_a_change_releases_every_sleeper() {
    check_bounded(|| {
        let word = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("sleeper 1", || wait_while_zero(&word));
            scope.spawn("sleeper 2", || wait_while_zero(&word));
            word.swap(1, Release);
            wake_all(&word);
        });
    });
}

#[test]
fn two_wakes_of_one_release_two_sleepers() {
    check_bounded(|| {
        let word = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("sleeper 1", || wait_while_zero(&word));
            scope.spawn("sleeper 2", || wait_while_zero(&word));
            word.swap(1, Release);
            wake_one(&word);
            wake_one(&word);
        });
    });
}

#[test]
fn what_is_written_before_the_change_is_seen_after_the_wait() {
    model::check(|| {
        let word = AtomicU32::new(0);
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("sleeper", || {
                wait_while_zero(&word);
                assert_eq!(letter.load(Relaxed), 42);
            });
            letter.store(42, Relaxed);
            word.swap(1, Release);
            wake_one(&word);
        });
    });
}

#[test]
fn a_wake_finds_nobody_where_nobody_sleeps() {
    model::check(|| {
        let (word, other) = (AtomicU32::new(0), AtomicU32::new(0));
        assert!(!wake_one(&word));
        assert_eq!(wake_all(&word), 0);
        assert_eq!(requeue(&word, 0, &other), Ok(Requeued { woken: 0, moved: 0 }));
    });
}

#[test]
fn a_wake_on_one_word_leaves_the_sleepers_of_another_alone() {
    model::check(|| {
        let (word, other) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            scope.spawn("sleeper", || wait_while_zero(&word));
            assert_eq!(wake_all(&other), 0);
            word.swap(1, Release);
            wake_all(&word);
        });
    });
}

#[test]
fn a_word_may_be_gone_when_it_is_woken() {
    model::check(|| {
        let word = Box::new(AtomicU32::new(0));
        let address: *const AtomicU32 = &*word;
        drop(word);
        assert!(!wake_one(address));
        assert_eq!(wake_all(address), 0);
    });
}

#[test]
fn a_wake_finds_nobody_where_no_word_can_lie() {
    model::check(|| {
        for address in [1, usize::MAX - 3] {
            assert!(!wake_one(ptr::without_provenance(address)));
            assert_eq!(wake_all(ptr::without_provenance(address)), 0);
        }
    });
}

#[test]
fn a_timed_wait_runs_out_if_nobody_wakes() {
    model::check(|| {
        let word = AtomicU32::new(0);
        let deadline = Deadline::after(MOMENT);
        // A wait may end for no reason. It is taken up again until it ends for a good one.
        while wait_until(&word, 0, deadline) != Err(TimedOut) {}
    });
}

#[test]
fn a_wait_until_now_does_not_block() {
    model::check(|| {
        let word = AtomicU32::new(0);
        assert_eq!(wait_until(&word, 0, Deadline::NOW), Err(TimedOut));
        assert_eq!(wait_until(&word, 0, Deadline::after(Duration::ZERO)), Err(TimedOut));
    });
}

#[test]
fn a_timed_sleeper_is_released_by_a_wake() {
    model::check(|| {
        let word = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("sleeper", || {
                let never = Deadline::after(Duration::MAX);
                while word.load(Acquire) == 0 {
                    assert_eq!(wait_until(&word, 0, never), Ok(()));
                }
            });
            word.swap(1, Release);
            wake_one(&word);
        });
    });
}

#[test]
fn a_sleeper_that_a_wake_has_counted_did_not_time_out() {
    model::check(|| {
        let word = AtomicU32::new(0);
        thread::scope(|scope| {
            let sleeper = scope.spawn("sleeper", || wait_until(&word, 0, Deadline::after(MOMENT)));
            let counted = wake_one(&word);
            let result = sleeper.join();
            assert!(!counted || result == Ok(()), "a wake-up is lost: it went to a thread whose time had run out");
        });
    });
}

#[test]
fn requeue_refuses_if_the_word_has_changed() {
    model::check(|| {
        let (from, to) = (AtomicU32::new(1), AtomicU32::new(0));
        assert_eq!(requeue(&from, 0, &to), Err(Changed));
    });
}

#[test]
fn requeue_wakes_one_and_moves_the_others() {
    check_bounded(|| {
        let (from, to) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            scope.spawn("sleeper 1", || wait_while_zero(&from));
            scope.spawn("sleeper 2", || wait_while_zero(&from));
            // As in a condition variable, the word has changed before, so that nobody comes anew.
            from.swap(1, Release);
            let Requeued { woken, moved } = requeue(&from, 1, &to).expect("nobody else changes the word");
            assert!(woken <= 1 && moved <= 1, "two threads slept");
            assert!(woken == 1 || moved == 0, "nobody is moved before one is woken");
            assert_eq!(wake_all(&from), 0, "nobody is left behind");
            // A moved thread can have left for no reason, but no other can have come.
            assert!(wake_all(&to) <= moved);
        });
    });
}
