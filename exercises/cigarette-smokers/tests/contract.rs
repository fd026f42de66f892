//! What the table promises, with two or three threads: with real ones, and through the schedules of the model.

use cigarette_smokers::Table;
use cigarette_smokers::Thing::{Matches, Paper, Tobacco};
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

/// Nobody is woken but by a call.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

#[test]
fn who_comes_late_finds_what_lies_there() {
    model::check(|| {
        let table = Table::new();
        table.put(Tobacco, Paper);
        table.take(Matches);
        table.put(Matches, Tobacco);
        table.take(Paper);
    });
}

/// The things for Alice come first, and those for Bob when she has taken hers.
#[test]
fn who_lacks_what_lies_there_gets_it() {
    CALLS_ONLY.run(|| {
        let table = Table::new();
        let put = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("Alice", || table.take(Matches));
            scope.spawn("Bob", || {
                table.take(Paper);
                assert_eq!(put.load(Relaxed), 1, "Bob takes what Alice needs");
            });
            table.put(Tobacco, Paper);
            put.store(1, Relaxed);
            table.put(Tobacco, Matches);
        });
    });
}

#[test]
fn all_three_are_served() {
    CALLS_ONLY.preemptions(0).run(|| {
        let table = Table::new();
        thread::scope(|scope| {
            scope.spawn("Alice", || table.take(Matches));
            scope.spawn("Bob", || table.take(Paper));
            scope.spawn("Carol", || table.take(Tobacco));
            table.put(Tobacco, Paper);
            table.put(Paper, Matches);
            table.put(Matches, Tobacco);
        });
    });
}

#[test]
fn a_wake_up_for_no_reason_brings_nothing() {
    model::Check::new().preemptions(1).run(|| {
        let table = Table::new();
        let put = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("Alice", || {
                table.take(Matches);
                assert_eq!(put.load(Relaxed), 1, "Alice takes what is not there");
            });
            put.store(1, Relaxed);
            table.put(Tobacco, Paper);
        });
    });
}

#[test]
fn a_wake_up_for_no_reason_frees_no_table() {
    model::Check::new().preemptions(1).run(|| {
        let table = Table::new();
        let taking = AtomicU32::new(0);
        table.put(Tobacco, Paper);
        thread::scope(|scope| {
            scope.spawn("supplier", || {
                table.put(Matches, Tobacco);
                assert_eq!(taking.load(Relaxed), 1, "the table is not free");
            });
            taking.store(1, Relaxed);
            table.take(Matches);
        });
    });
}

#[test]
#[cfg(loom)]
fn smokers_are_asleep_while_nothing_comes() {
    asleep::assert_asleep(|| Table::new().take(Matches));
}

#[test]
#[cfg(loom)]
fn the_supplier_is_asleep_while_the_table_is_full() {
    asleep::assert_asleep(|| {
        let table = Table::new();
        table.put(Tobacco, Paper);
        table.put(Tobacco, Matches);
    });
}
