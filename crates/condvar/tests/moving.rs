//! What this condition variable promises beyond the contract: a broadcast wakes one waiter and moves the others into
//! their mutex's bed, and threads that wait at once may have different mutexes.

use std::time::Duration;

use condvar::Condvar;
use model::thread;
use mutex::Mutex;

/// Short enough not to hold up the tests. No test depends on its length.
const MOMENT: Duration = Duration::from_millis(1);

/// Checks a program whose schedules are too many, through those with at most so many preemptions.
fn check_bounded(preemptions: u8, program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(preemptions).run(program);
}

/// Checks a program in which a thread that yields goes on only when the others sleep, yield or have ended.
fn check_in_turn(program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(0).surprises(0).run(program);
}

/// Waits until somebody has raised the flag.
fn await_flag(flag: &Mutex<bool>, raised: &Condvar) {
    raised.wait_while(&mut flag.lock(), |flag| !*flag);
}

#[test]
fn a_broadcast_wakes_one_and_leaves_the_others_asleep() {
    check_in_turn(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob", "Carol"] {
                scope.spawn(name, || await_flag(&flag, &raised));
            }
            thread::yield_now();
            let mut flag = flag.lock();
            *flag = true;
            raised.notify_all();
            assert!(model::sleepers() == 2 || !model::MODELLED, "a herd was woken, or nobody");
        });
    });
}

/// The one that was woken lies down behind those that were moved, for the broadcaster still has the lock. So each that
/// is woken in the mutex's bed has to wake another.
#[test]
fn each_that_was_moved_wakes_the_next() {
    check_bounded(1, || {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob", "Carol"] {
                scope.spawn(name, || await_flag(&flag, &raised));
            }
            thread::yield_now();
            let mut flag = flag.lock();
            *flag = true;
            raised.notify_all();
            thread::yield_now();
        });
    });
}

#[test]
fn two_broadcasts_at_once_release_everybody() {
    check_bounded(1, || {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || await_flag(&flag, &raised));
            }
            thread::yield_now();
            *flag.lock() = true;
            scope.spawn("another", || raised.notify_all());
            raised.notify_all();
        });
    });
}

/// Bob and Carol are moved, and their time runs out while the broadcaster has the lock. They were notified before.
#[test]
fn who_was_moved_in_time_is_told_so_though_the_time_runs_out() {
    check_in_turn(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        let (other, never) = (Mutex::new(()), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob", "Carol"] {
                scope.spawn(name, || {
                    let notified = raised.wait_timeout(&mut flag.lock(), MOMENT);
                    // With real threads the time may have run out before.
                    assert!(notified || !model::MODELLED);
                });
            }
            thread::yield_now();
            let _guard = flag.lock();
            raised.notify_all();
            // In the model, time runs out only when nobody can go on, and first for those who have slept longest.
            never.wait_timeout(&mut other.lock(), MOMENT);
        });
    });
}

#[test]
fn who_was_moved_and_runs_out_of_time_leaves_nobody_asleep() {
    check_bounded(0, || {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn("Alice", || await_flag(&flag, &raised));
            scope.spawn("Impatient", || {
                raised.wait_timeout(&mut flag.lock(), MOMENT);
            });
            scope.spawn("Bob", || await_flag(&flag, &raised));
            thread::yield_now();
            let mut flag = flag.lock();
            *flag = true;
            raised.notify_all();
            thread::yield_now();
        });
    });
}

/// A waiter that comes after a broadcast, while another is still on its way out, was not notified.
#[test]
fn an_earlier_broadcast_does_not_count() {
    check_in_turn(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || await_flag(&flag, &raised));
            }
            thread::yield_now();
            let mut flag = flag.lock();
            *flag = true;
            raised.notify_all();
            // Unlocks and locks again before Bob, who was moved, is through.
            let notified = raised.wait_timeout(&mut flag, Duration::ZERO);
            assert!(!notified || !model::MODELLED);
        });
    });
}

#[test]
fn a_broadcast_releases_those_with_different_mutexes() {
    check_bounded(2, || {
        let (left, right) = (Mutex::new(false), Mutex::new(false));
        let raised = Condvar::new();
        thread::scope(|scope| {
            scope.spawn("Alice", || await_flag(&left, &raised));
            scope.spawn("Bob", || await_flag(&right, &raised));
            *left.lock() = true;
            *right.lock() = true;
            raised.notify_all();
        });
    });
}

/// Alice and Bob have one mutex, and the broadcaster holds it. Carol comes with another while the broadcast is under way.
/// If she were moved into the bed of the first, she would be woken there and go her own way, and whoever lies behind her
/// would sleep on.
#[test]
fn a_broadcast_moves_nobody_into_the_wrong_bed() {
    model::Check::new().preemptions(1).surprises(0).run(|| {
        let (ours, theirs) = (Mutex::new(false), Mutex::new(false));
        let raised = Condvar::new();
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || await_flag(&ours, &raised));
            }
            thread::yield_now();
            scope.spawn("Carol", || await_flag(&theirs, &raised));
            let mut flag = ours.lock();
            *flag = true;
            raised.notify_all();
            thread::yield_now();
            drop(flag);
            *theirs.lock() = true;
            raised.notify_all();
        });
    });
}

/// Alice waits with one mutex, and then, while the broadcast that has released her is under way, with another.
#[test]
fn who_comes_back_with_another_mutex_is_not_moved_with_the_first() {
    check_bounded(2, || {
        let (first, second) = (Mutex::new(false), Mutex::new(false));
        let raised = Condvar::new();
        thread::scope(|scope| {
            scope.spawn("Alice", || {
                await_flag(&first, &raised);
                await_flag(&second, &raised);
            });
            scope.spawn("Bob", || await_flag(&first, &raised));
            *first.lock() = true;
            raised.notify_all();
            *second.lock() = true;
            raised.notify_all();
        });
    });
}
