//! What a wait group promises, with two or three threads and through the public API alone.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through every schedule.

use std::time::Duration;

use latch::WaitGroup;
use model::boxed::Box;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

/// Short enough not to hold up the tests. No test depends on its length.
const MOMENT: Duration = Duration::from_millis(1);

/// Checks a program whose schedules are too many, through those with at most three preemptions. Most bugs show with two,
/// and what this is made of, the mutex and the condition variable, has been through more.
fn check_bounded(program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(3).run(program);
}

/// A group with so many things to be done.
fn group_of(pending: usize) -> WaitGroup {
    let group = WaitGroup::new();
    group.add(pending);
    group
}

#[test]
fn where_nothing_is_to_be_done_nobody_waits() {
    model::check(|| {
        let group = WaitGroup::new();
        group.wait();
        group.add(0);
        group.wait();
        assert!(group.wait_timeout(Duration::ZERO) && group.wait_timeout(MOMENT));
        group.add(1);
        group.done();
        group.wait();
        assert!(group.wait_timeout(Duration::ZERO), "after a round as before the first");
    });
}

#[test]
fn nobody_is_released_before_all_is_done() {
    model::check(|| {
        let group = group_of(2);
        assert!(!group.wait_timeout(Duration::ZERO));
        group.done();
        assert!(!group.wait_timeout(Duration::ZERO));
        assert!(!group.wait_timeout(MOMENT), "its time runs out, for nobody else is there");
        group.done();
        assert!(group.wait_timeout(Duration::ZERO));
    });
}

#[test]
fn a_waiter_sees_what_was_done() {
    model::check(|| {
        let group = group_of(1);
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("Alice", || {
                letter.store(42, Relaxed);
                group.done();
            });
            group.wait();
            assert_eq!(letter.load(Relaxed), 42);
        });
    });
}

/// Not only what the last did, who has released the waiter.
#[test]
fn a_waiter_sees_what_all_have_done() {
    check_bounded(|| {
        let group = group_of(2);
        let letters = [AtomicU32::new(0), AtomicU32::new(0)];
        thread::scope(|scope| {
            for (name, letter) in ["Alice", "Bob"].into_iter().zip(&letters) {
                let group = &group;
                scope.spawn(name, move || {
                    letter.store(42, Relaxed);
                    group.done();
                });
            }
            group.wait();
            assert!(letters.iter().all(|letter| letter.load(Relaxed) == 42));
        });
    });
}

#[test]
fn the_last_to_be_done_releases_every_waiter() {
    check_bounded(|| {
        let group = group_of(1);
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || group.wait());
            }
            group.done();
        });
    });
}

#[test]
fn the_last_to_be_done_releases_three_who_sleep() {
    // Without preemptions and surprises there are few schedules, and in all of them the waiters go first.
    model::Check::new().preemptions(0).surprises(0).run(|| {
        let group = group_of(1);
        thread::scope(|scope| {
            for name in ["Alice", "Bob", "Carol"] {
                scope.spawn(name, || group.wait());
            }
            thread::yield_now();
            group.done();
        });
    });
}

/// Waits for `group` while something is to be done, by `wait`, and says how many slept then.
fn sleepers_while_pending(wait: fn(&WaitGroup)) {
    // Without preemptions and surprises, a thread that yields goes on only when the others sleep, yield or have ended.
    model::Check::new().preemptions(0).surprises(0).run(move || {
        let group = group_of(1);
        thread::scope(|scope| {
            scope.spawn("waiter", || wait(&group));
            thread::yield_now();
            let asleep = model::sleepers();
            group.done();
            assert!(asleep == 1 || !model::MODELLED, "the waiter is awake while something is to be done");
        });
    });
}

#[test]
fn a_thread_that_waits_is_asleep() {
    sleepers_while_pending(WaitGroup::wait);
}

#[test]
fn a_thread_that_waits_with_a_time_limit_is_asleep() {
    sleepers_while_pending(|group| assert!(group.wait_timeout(Duration::MAX)));
}

/// Ends a round and begins another as soon as a thread is known to wait for the first, by `wait`.
fn next_round_begins_at_once(wait: fn(&WaitGroup)) {
    check_bounded(move || {
        let group = group_of(1);
        thread::scope(|scope| {
            let waiter = scope.spawn("Alice", || wait(&group));
            // Lets Alice go first.
            thread::yield_now();
            let is_waiting = model::sleepers() == 1;
            group.done();
            if is_waiting {
                group.add(1);
                waiter.join();
                group.done();
            }
        });
    });
}

#[test]
fn a_waiter_is_released_though_the_next_round_has_begun() {
    next_round_begins_at_once(WaitGroup::wait);
}

#[test]
fn a_timed_waiter_is_released_though_the_next_round_has_begun() {
    next_round_begins_at_once(|group| assert!(group.wait_timeout(Duration::MAX)));
}

#[test]
fn one_who_comes_in_the_next_round_waits_for_that() {
    check_bounded(|| {
        let group = group_of(1);
        let letter = AtomicU32::new(0);
        group.done();
        group.add(1);
        thread::scope(|scope| {
            scope.spawn("Alice", || {
                group.wait();
                assert_eq!(letter.load(Relaxed), 42, "released by a round that was over");
            });
            letter.store(42, Relaxed);
            group.done();
        });
    });
}

#[test]
fn what_is_added_before_the_last_is_done_is_waited_for() {
    check_bounded(|| {
        let group = group_of(1);
        let letter = AtomicU32::new(0);
        let (group, letter) = (&group, &letter);
        thread::scope(|scope| {
            scope.spawn("Alice", move || {
                group.add(1);
                scope.spawn("her helper", move || {
                    letter.store(42, Relaxed);
                    group.done();
                });
                group.done();
            });
            group.wait();
            assert_eq!(letter.load(Relaxed), 42);
        });
    });
}

#[test]
fn two_groups_make_a_there_and_back() {
    check_bounded(|| {
        let (there, back) = (group_of(1), group_of(1));
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("Alice", || {
                there.wait();
                letter.store(letter.load(Relaxed) + 1, Relaxed);
                back.done();
            });
            letter.store(41, Relaxed);
            there.done();
            back.wait();
            assert_eq!(letter.load(Relaxed), 42);
        });
    });
}

#[test]
fn a_timed_wait_that_returns_true_has_seen_what_was_done() {
    check_bounded(|| {
        let group = group_of(1);
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("Alice", || {
                letter.store(42, Relaxed);
                group.done();
            });
            if group.wait_timeout(MOMENT) {
                assert_eq!(letter.load(Relaxed), 42);
            }
        });
    });
}

#[test]
fn a_timed_wait_without_a_limit_lasts_until_all_is_done() {
    check_bounded(|| {
        let group = group_of(1);
        thread::scope(|scope| {
            scope.spawn("Alice", || group.done());
            // It may wake up for no reason, but its time cannot run out.
            assert!(group.wait_timeout(Duration::MAX));
        });
    });
}

#[test]
fn a_waiter_whose_time_ran_out_takes_no_release_from_another() {
    check_bounded(|| {
        let group = group_of(1);
        thread::scope(|scope| {
            scope.spawn("impatient", || group.wait_timeout(MOMENT));
            scope.spawn("patient", || group.wait());
            group.done();
        });
    });
}

/// The address of a group that another thread owns.
#[derive(Clone, Copy)]
struct Borrowed(*const WaitGroup);

// SAFETY: a wait group is `Sync`, so a reference to it may go to another thread. That the group is still there when it is
// used is up to whoever uses it.
unsafe impl Send for Borrowed {}

impl Borrowed {
    fn done(self) {
        // SAFETY: the owner keeps the group until its wait has returned, which only this call makes it do. And
        // `WaitGroup` promises that it may be dropped then, before this call has returned.
        unsafe { &*self.0 }.done();
    }
}

#[test]
fn a_released_waiter_may_drop_the_group() {
    check_bounded(|| {
        let group = Box::new(group_of(1));
        let borrowed = Borrowed(&*group);
        let helper = thread::spawn("helper", move || borrowed.done());
        group.wait();
        drop(group);
        helper.join();
    });
}

#[test]
fn debug_never_blocks() {
    model::check(|| {
        let group = group_of(3);
        thread::scope(|scope| {
            scope.spawn("Alice", || group.done());
            let shown = format!("{group:?}");
            assert!(["3", "2", "<locked>"].iter().any(|pending| shown.contains(pending)), "{shown}");
        });
        assert_eq!(format!("{group:?}"), "WaitGroup { pending: 2 }");
    });
}
