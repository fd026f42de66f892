//! What semaphores promise, with two or three threads and through the public API alone.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through every schedule.

use std::time::Duration;

use model::boxed::Box;
use model::sync::atomic::Ordering::Relaxed;
use model::sync::atomic::{AtomicU32, AtomicUsize};
use model::thread;
use one_by_one::release_publishes_to;
use semaphore::{BoundedSemaphore, Permit, Semaphore, TooManyReleases};

mod one_by_one;

/// Short enough not to hold up the tests. No test depends on its length.
const MOMENT: Duration = Duration::from_millis(1);

/// Checks a program whose schedules are too many, through those with at most `preemptions`. Most bugs show with two.
fn check_bounded(preemptions: u8, program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(preemptions).run(program);
}

/// Checks the one schedule in which a thread that yields goes on only when the others sleep, yield or have ended.
fn check_in_turn(program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(0).surprises(0).run(program);
}

#[test]
fn a_new_semaphore_has_the_permits_that_it_was_made_with() {
    model::check(|| {
        for permits in [0, 1, 7, Semaphore::MAX_PERMITS] {
            assert_eq!(Semaphore::new(permits).available_permits(), permits);
            assert_eq!(BoundedSemaphore::new(permits).available_permits(), permits);
        }
    });
}

#[test]
fn permits_are_taken_until_they_are_dropped() {
    model::check(|| {
        let semaphore = Semaphore::new(4);
        let one = semaphore.acquire();
        let two = semaphore.acquire_many(2);
        assert_eq!((one.permits(), two.permits(), semaphore.available_permits()), (1, 2, 1));
        drop(two);
        assert_eq!(semaphore.available_permits(), 3);
        drop(one);
        assert_eq!(semaphore.available_permits(), 4);
    });
}

#[test]
fn a_permit_that_is_forgotten_is_used_up() {
    model::check(|| {
        let semaphore = Semaphore::new(3);
        semaphore.acquire_many(2).forget();
        assert_eq!(semaphore.available_permits(), 1);
        semaphore.release(1);
        assert_eq!(semaphore.available_permits(), 2);
    });
}

#[test]
fn a_release_adds_permits_whether_they_were_acquired_or_not() {
    model::check(|| {
        let semaphore = Semaphore::new(0);
        semaphore.release(2);
        semaphore.release(0);
        semaphore.release(1);
        assert_eq!(semaphore.available_permits(), 3);
        assert_eq!(semaphore.acquire_many(3).permits(), 3);
    });
}

#[test]
fn a_try_succeeds_exactly_if_there_are_enough_permits() {
    model::check(|| {
        let semaphore = Semaphore::new(2);
        assert!(semaphore.try_acquire_many(3).is_none());
        assert!(semaphore.acquire_many_timeout(3, Duration::ZERO).is_none(), "with no time it is a try");
        let both = semaphore.try_acquire_many(2).expect("there are two");
        assert!(semaphore.try_acquire().is_none());
        assert!(semaphore.acquire_timeout(Duration::ZERO).is_none());
        assert_eq!(semaphore.available_permits(), 0, "a try that fails leaves the permits as they are");
        drop(both);
        let one = semaphore.try_acquire().expect("there are two");
        let other = semaphore.acquire_timeout(Duration::ZERO).expect("there is one");
        assert_eq!(semaphore.available_permits(), 0);
        drop((one, other));
        assert_eq!(semaphore.available_permits(), 2);
    });
}

#[test]
fn a_try_for_no_permits_always_succeeds() {
    model::check(|| {
        let semaphore = Semaphore::new(0);
        assert_eq!(semaphore.acquire_many(0).permits(), 0);
        assert!(semaphore.try_acquire_many(0).is_some());
        assert!(semaphore.acquire_many_timeout(0, Duration::ZERO).is_some());
        let nothing = BoundedSemaphore::new(0);
        drop(nothing.acquire_many(0));
        assert_eq!((semaphore.available_permits(), nothing.available_permits()), (0, 0));
    });
}

#[test]
fn no_more_are_inside_in_whatever_way_they_acquire() {
    check_bounded(2, || {
        let semaphore = Semaphore::new(1);
        let inside = AtomicU32::new(0);
        let visit = |permit: Option<Permit<'_>>| {
            if permit.is_some() {
                assert_eq!(inside.fetch_add(1, Relaxed), 0);
                inside.fetch_sub(1, Relaxed);
            }
        };
        thread::scope(|scope| {
            scope.spawn("trying", || visit(semaphore.try_acquire()));
            scope.spawn("timed", || visit(semaphore.acquire_timeout(MOMENT)));
            visit(Some(semaphore.acquire()));
        });
        assert_eq!(semaphore.available_permits(), 1);
    });
}

#[test]
fn one_that_waits_for_many_gets_them_as_they_come() {
    check_bounded(3, || {
        let semaphore = Semaphore::new(0);
        thread::scope(|scope| {
            scope.spawn("waiter", || semaphore.acquire_many(2).forget());
            semaphore.release(1);
            semaphore.release(1);
        });
        assert_eq!(semaphore.available_permits(), 0);
    });
}

/// Each holds what the other needs for a while, and neither takes a part of what it wants.
#[test]
fn two_that_want_all_permits_take_turns() {
    check_bounded(3, || {
        let semaphore = Semaphore::new(2);
        let inside = AtomicU32::new(0);
        let visit = || {
            let _both = semaphore.acquire_many(2);
            assert_eq!(inside.fetch_add(1, Relaxed), 0);
            inside.fetch_sub(1, Relaxed);
        };
        thread::scope(|scope| {
            scope.spawn("other", visit);
            visit();
        });
        assert_eq!(semaphore.available_permits(), 2);
    });
}

/// Each wants few permits and then many, in the other order than the other.
#[test]
fn those_who_want_few_and_those_who_want_many_share_what_there_is() {
    check_bounded(2, || {
        let semaphore = Semaphore::new(3);
        let taken = AtomicUsize::new(0);
        let visit = |permits| {
            let _permit = semaphore.acquire_many(permits);
            let before = taken.fetch_add(permits, Relaxed);
            assert!(before + permits <= 3, "{permits} permits beside {before}");
            taken.fetch_sub(permits, Relaxed);
        };
        thread::scope(|scope| {
            scope.spawn("other", || [1, 3].into_iter().for_each(visit));
            [2, 2].into_iter().for_each(visit);
        });
        assert_eq!(semaphore.available_permits(), 3);
    });
}

#[test]
fn while_one_waits_for_many_newcomers_find_no_permits() {
    check_in_turn(|| {
        let semaphore = Semaphore::new(1);
        thread::scope(|scope| {
            scope.spawn("waiter", || drop(semaphore.acquire_many(2)));
            thread::yield_now();
            let waiter_sleeps = model::sleepers() == 1;
            assert!(waiter_sleeps || !model::MODELLED, "the waiter is awake while there are too few permits");
            if waiter_sleeps {
                assert!(semaphore.try_acquire().is_none());
                assert!(semaphore.acquire_timeout(Duration::ZERO).is_none());
                assert!(semaphore.try_acquire_many(0).is_some(), "whoever wants nothing takes nothing away");
                assert_eq!(semaphore.available_permits(), 1);
            }
            semaphore.release(1);
        });
        drop(semaphore.try_acquire_many(2).expect("nobody waits any more, so nothing is reserved"));
    });
}

/// Alice takes a permit twice, while the other waits for two: before it, after it, or in between.
#[test]
fn one_that_waits_for_many_is_not_starved() {
    check_bounded(2, || {
        let semaphore = Semaphore::new(1);
        thread::scope(|scope| {
            scope.spawn("many", || semaphore.acquire_many(2).forget());
            scope.spawn("Alice", || {
                for _ in 0..2 {
                    drop(semaphore.acquire());
                }
            });
            semaphore.release(2);
        });
        assert_eq!(semaphore.available_permits(), 1);
    });
}

#[test]
fn newcomers_queue_behind_one_that_waits_for_many() {
    check_in_turn(|| {
        let semaphore = Semaphore::new(1);
        let many_was_in = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("many", || {
                let _both = semaphore.acquire_many(2);
                many_was_in.store(1, Relaxed);
            });
            thread::yield_now();
            let many_sleeps = model::sleepers() == 1;
            scope.spawn("newcomer", || {
                let _one = semaphore.acquire();
                assert!(many_was_in.load(Relaxed) == 1 || !model::MODELLED);
            });
            thread::yield_now();
            assert!((many_sleeps && model::sleepers() == 2) || !model::MODELLED, "somebody is awake");
            semaphore.release(1);
        });
        assert_eq!(semaphore.available_permits(), 2);
    });
}

#[test]
fn one_that_gives_up_waiting_for_many_lets_the_others_on() {
    model::check(|| {
        let semaphore = Semaphore::new(1);
        thread::scope(|scope| {
            scope.spawn("impatient", || assert!(semaphore.acquire_many_timeout(2, MOMENT).is_none()));
            semaphore.acquire().forget();
        });
        semaphore.release(1);
        assert!(semaphore.try_acquire().is_some(), "nothing is reserved any more");
    });
}

#[test]
fn one_that_gives_up_waiting_for_many_lets_two_others_on() {
    check_bounded(2, || {
        let semaphore = Semaphore::new(2);
        thread::scope(|scope| {
            scope.spawn("impatient", || assert!(semaphore.acquire_many_timeout(3, MOMENT).is_none()));
            scope.spawn("patient", || semaphore.acquire().forget());
            semaphore.acquire().forget();
        });
        assert_eq!(semaphore.available_permits(), 0);
    });
}

/// How often may others take a permit before one that waits for it? More often than it has patience, and not for ever.
#[test]
fn one_that_is_overtaken_again_and_again_lets_nobody_overtake_it_in_the_end() {
    check_in_turn(|| {
        let semaphore = Semaphore::new(0);
        thread::scope(|scope| {
            scope.spawn("waiter", || semaphore.acquire().forget());
            let is_overtaken = || {
                // Lets the waiter lie down, which finds nothing when it is woken.
                thread::yield_now();
                semaphore.release(1);
                semaphore.try_acquire().map(Permit::forget).is_some()
            };
            let overtakings = (0..16).take_while(|_| is_overtaken()).count();
            assert!((1..16).contains(&overtakings) || !model::MODELLED, "it was overtaken {overtakings} times");
            // Where threads are real, it may have been overtaken each time.
            semaphore.release(1);
        });
    });
}

/// Waits by `acquire` for a permit that is not there, and looks how many sleep then.
fn sleepers_while_none_is_there(acquire: fn(&Semaphore)) {
    check_in_turn(move || {
        let semaphore = Semaphore::new(0);
        thread::scope(|scope| {
            for name in ["at the head", "at the turnstile"] {
                scope.spawn(name, || acquire(&semaphore));
            }
            thread::yield_now();
            let asleep = model::sleepers();
            semaphore.release(4);
            assert!(asleep == 2 || !model::MODELLED, "{asleep} sleep, and two wait");
        });
    });
}

#[test]
fn threads_that_wait_are_asleep() {
    sleepers_while_none_is_there(|semaphore| semaphore.acquire().forget());
    sleepers_while_none_is_there(|semaphore| semaphore.acquire_many(2).forget());
}

#[test]
fn threads_that_wait_with_a_time_limit_are_asleep() {
    sleepers_while_none_is_there(|semaphore| drop(semaphore.acquire_timeout(Duration::MAX)));
}

#[test]
fn a_timed_acquire_gives_up_if_nobody_releases() {
    model::check(|| {
        let semaphore = Semaphore::new(1);
        thread::scope(|scope| {
            scope.spawn("impatient", || assert!(semaphore.acquire_many_timeout(2, MOMENT).is_none()));
        });
        assert_eq!(semaphore.available_permits(), 1, "whoever gave up has taken nothing");
        assert!(semaphore.try_acquire().is_some());
    });
}

#[test]
fn a_timed_acquire_without_a_limit_lasts_until_the_release() {
    model::check(|| {
        let semaphore = Semaphore::new(0);
        thread::scope(|scope| {
            // It may wake up for no reason, but its time cannot run out.
            scope.spawn("patient", || assert!(semaphore.acquire_timeout(Duration::MAX).is_some()));
            semaphore.release(1);
        });
    });
}

#[test]
fn a_permit_that_comes_as_the_time_runs_out_is_taken_or_left_there() {
    model::Check::new().surprises(2).run(|| {
        let semaphore = Semaphore::new(0);
        thread::scope(|scope| {
            let timed = scope.spawn("timed", || semaphore.acquire_timeout(MOMENT).map(Permit::forget).is_some());
            semaphore.release(1);
            let taken = usize::from(timed.join());
            assert_eq!(semaphore.available_permits() + taken, 1);
        });
        semaphore.release(1);
        assert!(semaphore.try_acquire().is_some(), "nothing is reserved");
    });
}

/// Whoever is the head: the other waits at the turnstile.
/// One at the head and one behind it give up, or do not, while permits come for both.
#[test]
fn permits_that_come_while_two_give_up_are_taken_or_left_there() {
    check_bounded(2, || {
        let semaphore = Semaphore::new(0);
        let taken = thread::scope(|scope| {
            let wait = || semaphore.acquire_timeout(MOMENT).map(Permit::forget).is_some();
            let waiters = [scope.spawn("Alice", wait), scope.spawn("Bob", wait)];
            semaphore.release(2);
            waiters.map(|waiter| usize::from(waiter.join())).into_iter().sum::<usize>()
        });
        assert_eq!(semaphore.available_permits(), 2 - taken);
        assert!(taken == 2 || semaphore.try_acquire().is_some(), "nothing is reserved");
    });
}

#[test]
fn a_wake_up_is_not_used_up_by_one_whose_time_ran_out() {
    check_bounded(2, || {
        let semaphore = Semaphore::new(1);
        let permit = semaphore.acquire();
        thread::scope(|scope| {
            scope.spawn("impatient", || drop(semaphore.acquire_timeout(MOMENT)));
            scope.spawn("patient", || drop(semaphore.acquire()));
            drop(permit);
        });
        assert_eq!(semaphore.available_permits(), 1);
    });
}

#[test]
fn a_release_publishes_writes_to_a_timed_acquire() {
    release_publishes_to(|semaphore| semaphore.acquire_timeout(MOMENT));
}

/// Both writers' releases lie behind: the second passes on what the first has published.
#[test]
fn releases_publish_to_whoever_takes_the_permits_of_several() {
    check_bounded(2, || {
        let semaphore = Semaphore::new(0);
        let letters = [AtomicU32::new(0), AtomicU32::new(0)];
        thread::scope(|scope| {
            for (name, letter) in ["Alice", "Bob"].into_iter().zip(&letters) {
                let semaphore = &semaphore;
                scope.spawn(name, move || {
                    letter.store(42, Relaxed);
                    semaphore.release(1);
                });
            }
            let _both = semaphore.acquire_many(2);
            assert!(letters.iter().all(|letter| letter.load(Relaxed) == 42));
        });
    });
}

/// The address of a semaphore that another thread owns.
#[derive(Clone, Copy)]
struct Borrowed(*const Semaphore);

// SAFETY: a semaphore is `Sync`, so a reference to it may go to another thread. That it is still there when it is used is
// up to whoever uses it.
unsafe impl Send for Borrowed {}

impl Borrowed {
    fn release(self) {
        // SAFETY: the owner keeps the semaphore until it has taken the permit that only this call gives. And `Semaphore`
        // promises that it may be dropped then, before the release has returned.
        unsafe { &*self.0 }.release(1);
    }
}

#[test]
fn whoever_takes_the_last_permit_may_free_the_semaphore() {
    model::check(|| {
        let done = Box::new(Semaphore::new(0));
        let borrowed = Borrowed(&*done);
        let helper = thread::spawn("helper", move || borrowed.release());
        done.acquire().forget();
        drop(done);
        helper.join();
    });
}

#[test]
fn debug_never_blocks() {
    model::check(|| {
        let semaphore = Semaphore::new(1);
        thread::scope(|scope| {
            scope.spawn("waiter", || drop(semaphore.acquire_many(2)));
            assert_eq!(format!("{semaphore:?}"), "Semaphore { available_permits: 1 }");
            semaphore.release(1);
        });
        assert_eq!(format!("{:?}", semaphore.acquire()), "Permit { permits: 1 }");
        let bounded = BoundedSemaphore::new(2);
        let _permit = bounded.acquire();
        assert_eq!(format!("{bounded:?}"), "BoundedSemaphore { available_permits: 1, bound: 2 }");
    });
}

#[test]
fn a_bounded_semaphore_refuses_a_release_too_many_and_stays_as_it_is() {
    model::check(|| {
        let bounded = BoundedSemaphore::new(3);
        assert_eq!(bounded.release(1), Err(TooManyReleases));
        bounded.acquire_many(2).forget();
        for surplus in [3, Semaphore::MAX_PERMITS, Semaphore::MAX_PERMITS + 1, usize::MAX] {
            assert_eq!(bounded.release(surplus), Err(TooManyReleases));
            assert_eq!(bounded.available_permits(), 1);
        }
        assert_eq!(bounded.release(2), Ok(()));
        assert_eq!(bounded.release(0), Ok(()), "none is never too many");
        assert_eq!(bounded.available_permits(), 3);
    });
}

#[test]
fn of_two_releases_of_one_permit_a_bounded_semaphore_takes_one() {
    model::check(|| {
        let bounded = BoundedSemaphore::new(2);
        bounded.acquire().forget();
        thread::scope(|scope| {
            let other = scope.spawn("other", || bounded.release(1).is_ok());
            let mine = bounded.release(1).is_ok();
            assert!(mine != other.join(), "there was room for one");
        });
        assert_eq!(bounded.available_permits(), 2);
    });
}

#[test]
fn a_permit_dropped_after_a_surplus_release_leaves_the_bound() {
    model::check(|| {
        let bounded = BoundedSemaphore::new(3);
        let two = bounded.acquire_many(2);
        thread::scope(|scope| {
            scope.spawn("other", || assert!(bounded.release(1).is_ok() || bounded.available_permits() == 3));
            drop(two);
        });
        assert_eq!(bounded.available_permits(), 3);
    });
}

#[test]
fn a_permit_dropped_into_a_full_semaphore_is_gone() {
    model::check(|| {
        let semaphore = Semaphore::new(Semaphore::MAX_PERMITS);
        let all = semaphore.acquire_many(Semaphore::MAX_PERMITS);
        semaphore.release(Semaphore::MAX_PERMITS);
        drop(all);
        assert_eq!(semaphore.available_permits(), Semaphore::MAX_PERMITS);
    });
}

#[test]
fn a_bounded_semaphore_lets_waiters_in_like_any_other() {
    model::check(|| {
        let bounded = BoundedSemaphore::new(2);
        let both = bounded.acquire_many(2);
        thread::scope(|scope| {
            scope.spawn("waiter", || bounded.acquire().forget());
            drop(both);
        });
        assert_eq!(bounded.release(1), Ok(()));
        assert!(bounded.try_acquire_many(2).is_some());
    });
}

#[test]
fn a_bounded_semaphore_gives_up_in_time_like_any_other() {
    model::check(|| {
        let bounded = BoundedSemaphore::new(2);
        let one = bounded.try_acquire().expect("there are two");
        thread::scope(|scope| {
            scope.spawn("impatient", || assert!(bounded.acquire_many_timeout(2, MOMENT).is_none()));
            drop(bounded.acquire());
        });
        assert!(bounded.try_acquire_many(2).is_none() && bounded.acquire_timeout(Duration::ZERO).is_some());
        drop(one);
    });
}
