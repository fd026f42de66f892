//! The contract of the spinning flag, word for word, and what sleeping adds to it.

extern crate sleeping_flag as spinning_flag;

#[path = "../../spinning-flag/tests/contract.rs"]
mod contract;

use model::thread;
use sleeping_flag::Flag;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

#[test]
#[cfg(loom)]
fn who_waits_is_asleep() {
    asleep::assert_asleep(|| {
        let flag = Flag::new();
        flag.wait();
    });
}

#[test]
#[cfg(loom)]
fn who_is_woken_for_no_reason_sleeps_again() {
    asleep::assert_sleeps_again(Flag::new, |flag| flag.wait(), |flag| flag.raise());
}

#[test]
fn everybody_who_waits_goes_on() {
    model::Check::new().preemptions(2).run(|| {
        let flag = Flag::new();
        thread::scope(|scope| {
            scope.spawn("waiter 1", || flag.wait());
            scope.spawn("waiter 2", || flag.wait());
            scope.spawn("waiter 3", || flag.wait());
            flag.raise();
        });
    });
}
