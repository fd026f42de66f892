//! What a mutex promises, with two to four threads and through the public API alone.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through every schedule.

use std::time::Duration;

use model::boxed::Box;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use mutex::Mutex;

/// Short enough not to hold up the tests. No test depends on its length.
const MOMENT: Duration = Duration::from_millis(1);

/// Checks a program whose schedules are too many, through those with at most `preemptions`. Most bugs show with two.
#[track_caller]
fn check_bounded(preemptions: u8, program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(preemptions).run(program);
}

#[test]
fn a_new_mutex_is_free_and_holds_its_value() {
    model::check(|| {
        let mutex = Mutex::new(7);
        assert!(!mutex.is_locked());
        assert_eq!(mutex.into_inner(), 7);
    });
}

#[test]
fn a_mutex_is_locked_as_long_as_its_guard_lives() {
    model::check(|| {
        let mutex = Mutex::new(0);
        for turn in 0..2 {
            let mut guard = mutex.lock();
            assert!(mutex.is_locked());
            assert_eq!(*guard, turn);
            *guard += 1;
            drop(guard);
            assert!(!mutex.is_locked());
        }
        assert_eq!(mutex.into_inner(), 2);
    });
}

#[test]
fn whoever_has_the_mutex_for_itself_needs_no_lock() {
    model::check(|| {
        let mut mutex = Mutex::new(1);
        *mutex.get_mut() += 1;
        assert_eq!(*mutex.lock(), 2);
        *mutex.get_mut() += 1;
        assert_eq!(mutex.into_inner(), 3);
    });
}

#[test]
fn a_try_succeeds_exactly_if_nobody_holds_the_lock() {
    model::check(|| {
        let mutex = Mutex::new(0);
        let guard = mutex.lock();
        assert!(mutex.try_lock().is_none(), "not even the thread that holds it gets it again");
        assert!(mutex.lock_timeout(Duration::ZERO).is_none(), "a lock with no time is a try");
        assert!(mutex.is_locked(), "a try that fails leaves the lock as it is");
        drop(guard);
        *mutex.try_lock().expect("it is free") += 1;
        *mutex.lock_timeout(Duration::ZERO).expect("it is free") += 1;
        assert!(!mutex.is_locked(), "a guard from a try unlocks as any other");
        assert_eq!(mutex.into_inner(), 2);
    });
}

#[test]
fn a_try_fails_while_another_thread_holds_the_lock() {
    model::check(|| {
        let mutex = Mutex::new(());
        let guard = mutex.lock();
        thread::scope(|scope| {
            scope.spawn("visitor", || {
                assert!(mutex.is_locked());
                assert!(mutex.try_lock().is_none());
                assert!(mutex.lock_timeout(Duration::ZERO).is_none());
            });
        });
        drop(guard);
    });
}

#[test]
fn the_locks_of_two_mutexes_are_independent() {
    model::check(|| {
        let (left, right) = (Mutex::new(0), Mutex::new(0));
        let first = left.lock();
        let second = right.lock();
        drop(first);
        assert!(!left.is_locked() && right.is_locked());
        drop(second);
        assert!(!right.is_locked());
    });
}

#[test]
fn one_at_a_time() {
    model::check(|| {
        let count = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn("other", || *count.lock() += 1);
            *count.lock() += 1;
        });
        assert_eq!(count.into_inner(), 2);
    });
}

#[test]
fn one_at_a_time_turn_after_turn() {
    model::check(|| {
        let count = Mutex::new(0);
        let two_turns = || (0..2).for_each(|_| *count.lock() += 1);
        thread::scope(|scope| {
            scope.spawn("other", two_turns);
            two_turns();
        });
        assert_eq!(count.into_inner(), 4);
    });
}

#[test]
fn one_at_a_time_in_whatever_way_they_lock() {
    check_bounded(3, || {
        let count = Mutex::new(0);
        let locked = thread::scope(|scope| {
            let trying = scope.spawn("trying", || count.try_lock().map(|mut count| *count += 1));
            let timed = scope.spawn("timed", || count.lock_timeout(MOMENT).map(|mut count| *count += 1));
            *count.lock() += 1;
            1 + u32::from(trying.join().is_some()) + u32::from(timed.join().is_some())
        });
        assert_eq!(count.into_inner(), locked, "as many as have locked have counted");
    });
}

#[test]
fn every_sleeper_gets_its_turn() {
    check_bounded(3, || {
        let count = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn("Bob", || *count.lock() += 1);
            scope.spawn("Carol", || *count.lock() += 1);
            *count.lock() += 1;
        });
        assert_eq!(count.into_inner(), 3);
    });
}

#[test]
fn every_one_of_three_sleepers_gets_its_turn() {
    check_bounded(2, || {
        let count = Mutex::new(0);
        let guard = count.lock();
        thread::scope(|scope| {
            for name in ["Bob", "Carol", "Dave"] {
                scope.spawn(name, || *count.lock() += 1);
            }
            drop(guard);
        });
        assert_eq!(count.into_inner(), 3);
    });
}

#[test]
fn a_sleeper_that_is_overtaken_gets_its_turn_later() {
    model::check(|| {
        let turns = Mutex::new(0);
        let guard = turns.lock();
        thread::scope(|scope| {
            scope.spawn("sleeper", || *turns.lock() += 1);
            drop(guard);
            *turns.lock() += 1;
        });
        assert_eq!(turns.into_inner(), 2);
    });
}

/// Locks `mutex` while another thread holds it, by `lock`, and says how many slept then.
#[track_caller]
fn sleepers_while_held(lock: fn(&Mutex<()>)) {
    // Without preemptions and surprises, a thread that yields goes on only when the others sleep, yield or have ended.
    model::Check::new().preemptions(0).surprises(0).run(move || {
        let mutex = Mutex::new(());
        let guard = mutex.lock();
        thread::scope(|scope| {
            scope.spawn("waiter", || lock(&mutex));
            thread::yield_now();
            let asleep = model::sleepers();
            drop(guard);
            assert!(asleep == 1 || !model::MODELLED, "the waiter is awake while the lock is held");
        });
    });
}

#[test]
fn a_thread_that_waits_is_asleep() {
    sleepers_while_held(|mutex| drop(mutex.lock()));
}

#[test]
fn a_thread_that_waits_with_a_time_limit_is_asleep() {
    sleepers_while_held(|mutex| drop(mutex.lock_timeout(Duration::MAX)));
}

/// A letter that is no part of the data, and that orders nothing by itself.
#[track_caller]
fn unlock_publishes_to(lock: fn(&Mutex<bool>) -> Option<bool>) {
    model::check(move || {
        let written = Mutex::new(false);
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("reader", || {
                if lock(&written) == Some(true) {
                    assert_eq!(letter.load(Relaxed), 42);
                }
            });
            let mut guard = written.lock();
            letter.store(42, Relaxed);
            *guard = true;
        });
    });
}

#[test]
fn unlock_publishes_writes_to_the_next_holder() {
    unlock_publishes_to(|written| Some(*written.lock()));
}

#[test]
fn unlock_publishes_writes_to_a_try_that_succeeds() {
    unlock_publishes_to(|written| written.try_lock().map(|guard| *guard));
}

#[test]
fn unlock_publishes_writes_to_a_timed_lock() {
    unlock_publishes_to(|written| written.lock_timeout(MOMENT).map(|guard| *guard));
}

/// The letter is no part of the data either, and comes by way of a third thread that never looks at it.
#[test]
fn unlock_publishes_writes_to_all_later_holders() {
    check_bounded(3, || {
        let turn = Mutex::new(0);
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("messenger", || {
                let mut turn = turn.lock();
                if *turn == 1 {
                    *turn = 2;
                }
            });
            scope.spawn("reader", || {
                if *turn.lock() == 2 {
                    assert_eq!(letter.load(Relaxed), 42);
                }
            });
            let mut turn = turn.lock();
            letter.store(42, Relaxed);
            *turn = 1;
        });
    });
}

#[test]
fn a_timed_lock_gives_up_if_nobody_unlocks() {
    model::check(|| {
        let mutex = Mutex::new(());
        let guard = mutex.lock();
        thread::scope(|scope| {
            scope.spawn("impatient", || assert!(mutex.lock_timeout(MOMENT).is_none()));
        });
        assert!(mutex.is_locked(), "whoever gave up has left the lock to its holder");
        drop(guard);
        assert!(!mutex.is_locked());
        assert!(mutex.try_lock().is_some());
    });
}

#[test]
fn a_timed_lock_without_a_limit_lasts_until_the_unlock() {
    model::check(|| {
        let mutex = Mutex::new(());
        let guard = mutex.lock();
        thread::scope(|scope| {
            // It may wake up for no reason, but its time cannot run out.
            scope.spawn("patient", || assert!(mutex.lock_timeout(Duration::MAX).is_some()));
            drop(guard);
        });
    });
}

#[test]
fn a_timed_lock_that_gives_up_leaves_a_mutex_that_works() {
    model::check(|| {
        let count = Mutex::new(0);
        let guard = count.lock();
        thread::scope(|scope| {
            let impatient = scope.spawn("impatient", || count.lock_timeout(MOMENT).map(|mut count| *count += 1));
            drop(guard);
            *count.lock() += 1;
            let locked = 1 + u32::from(impatient.join().is_some());
            assert!(!count.is_locked());
            assert_eq!(*count.lock(), locked);
        });
    });
}

#[test]
fn a_wake_up_is_not_used_up_by_one_whose_time_ran_out() {
    model::Check::new().preemptions(3).surprises(2).run(|| {
        let mutex = Mutex::new(());
        let guard = mutex.lock();
        thread::scope(|scope| {
            scope.spawn("impatient", || drop(mutex.lock_timeout(MOMENT)));
            scope.spawn("patient", || drop(mutex.lock()));
            drop(guard);
        });
        assert!(!mutex.is_locked());
    });
}

/// One waits behind the other for certain, and the first gives up before anybody unlocks.
#[test]
fn one_that_gives_up_does_not_hide_another_that_sleeps() {
    check_bounded(3, || {
        let mutex = Mutex::new(());
        let guard = mutex.lock();
        thread::scope(|scope| {
            scope.spawn("patient", || drop(mutex.lock()));
            scope.spawn("impatient", || drop(mutex.lock_timeout(MOMENT))).join();
            drop(guard);
        });
        assert!(!mutex.is_locked());
    });
}

/// The address of a mutex that another thread owns.
#[derive(Clone, Copy)]
struct Borrowed(*const Mutex<bool>);

// SAFETY: a mutex of a `bool` is `Sync`, so a reference to it may go to another thread. That the mutex is still there
// when it is used is up to whoever uses it.
unsafe impl Send for Borrowed {}

impl Borrowed {
    fn say_done(self) {
        // SAFETY: the owner keeps the mutex until it has locked it and read `true`, which only this call writes. And
        // `Mutex` promises that it may be dropped then, before the unlocking has returned.
        *unsafe { &*self.0 }.lock() = true;
    }
}

#[test]
fn the_next_holder_may_free_the_mutex() {
    model::check(|| {
        let done = Box::new(Mutex::new(false));
        let borrowed = Borrowed(&*done);
        let helper = thread::spawn("helper", move || borrowed.say_done());
        let was_done = *done.lock();
        if was_done {
            drop(done);
            helper.join();
        } else {
            helper.join();
            assert!(done.try_lock().is_some_and(|done| *done));
        }
    });
}

/// As above, but the one that unlocks has somebody to wake: the owner sleeps, and frees the mutex when it has its turn.
#[test]
fn a_sleeper_that_got_its_turn_may_free_the_mutex() {
    model::check(|| {
        let done = Box::new(Mutex::new(false));
        let borrowed = Borrowed(&*done);
        let guard = done.lock();
        let helper = thread::spawn("helper", move || borrowed.say_done());
        drop(guard);
        let was_done = *done.lock();
        if was_done {
            drop(done);
        }
        helper.join();
    });
}

#[test]
fn what_a_mutex_protects_may_have_any_size() {
    model::check(|| {
        let numbers: &Mutex<[u32]> = &Mutex::new([1, 2, 3]);
        thread::scope(|scope| {
            scope.spawn("other", || numbers.lock()[0] += 10);
            numbers.lock()[2] += 30;
        });
        assert_eq!(*numbers.lock(), [11, 2, 33]);

        let counter: &Mutex<dyn Iterator<Item = u32> + Send> = &Mutex::new(5..);
        assert_eq!(counter.lock().next(), Some(5));
        assert_eq!(counter.try_lock().expect("it is free").next(), Some(6));
    });
}

#[test]
fn debug_never_blocks() {
    model::check(|| {
        let mutex = Mutex::new(7);
        assert!(format!("{mutex:?}").contains('7'));
        let guard = mutex.lock();
        thread::scope(|scope| {
            scope.spawn("onlooker", || assert!(!format!("{mutex:?}").contains('7'), "the data is somebody's"));
        });
        drop(guard);
        assert!(!mutex.is_locked(), "to show a mutex leaves it as it was");
    });
}
