//! The four programs, each with your prediction of what it can return: how many of its workers have gone on.
//!
//! A worker that nobody calls would sleep for ever, and there would be nothing to return. So it gives up after `LONG`. Under the
//! model that time is over only when nobody else can do anything any more.

use std::time::Duration;

use condvar::Condvar;
use model::thread;
use mutex::Mutex;
use who_is_called::{CALL_WITHOUT_A_CHANGE, CHANGE_AND_CALL, ONE_CALL_FOR_TWO, TWO_CALLS_FOR_TWO};

const LONG: Duration = Duration::from_millis(500);

/// Nobody is woken for no reason. With real threads two runs are enough to see how little they show.
const CHECK: model::Check = model::Check::new().preemptions(2).surprises(0).runs(2);

/// A worker waits, without a look at anything, and is called.
#[test]
fn call_without_a_change() {
    let outcomes = CHECK.outcomes(|| {
        let (nothing, called) = (Mutex::new(()), Condvar::new());
        thread::scope(|scope| {
            let worker = scope.spawn("worker", || called.wait_timeout(&mut nothing.lock(), LONG));
            called.notify_one();
            u32::from(worker.join())
        })
    });
    outcomes.assert_predicted(CALL_WITHOUT_A_CHANGE);
}

/// A worker waits for a flag. The flag is raised, and the worker is called after that.
#[test]
fn change_and_call() {
    let outcomes = CHECK.outcomes(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            let worker = scope.spawn("worker", || wait_for(&flag, &raised));
            *flag.lock() = true;
            raised.notify_one();
            worker.join()
        })
    });
    outcomes.assert_predicted(CHANGE_AND_CALL);
}

/// Two workers wait for a flag. It is raised, and one is called.
#[test]
fn one_call_for_two() {
    let outcomes = CHECK.outcomes(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            let workers = ["worker 1", "worker 2"].map(|name| scope.spawn(name, || wait_for(&flag, &raised)));
            *flag.lock() = true;
            raised.notify_one();
            workers.map(|worker| worker.join()).iter().sum()
        })
    });
    outcomes.assert_predicted(ONE_CALL_FOR_TWO);
}

/// Two workers wait for a flag. It is raised, and one is called, and then one more.
#[test]
fn two_calls_for_two() {
    let outcomes = CHECK.outcomes(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            let workers = ["worker 1", "worker 2"].map(|name| scope.spawn(name, || wait_for(&flag, &raised)));
            *flag.lock() = true;
            raised.notify_one();
            raised.notify_one();
            workers.map(|worker| worker.join()).iter().sum()
        })
    });
    outcomes.assert_predicted(TWO_CALLS_FOR_TWO);
}

/// Waits until the flag is up. Says whether it was in time: 1 or 0.
fn wait_for(flag: &Mutex<bool>, raised: &Condvar) -> u32 {
    let mut flag = flag.lock();
    while !*flag {
        if !raised.wait_timeout(&mut flag, LONG) {
            return 0;
        }
    }
    1
}
