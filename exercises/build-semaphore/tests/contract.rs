//! The reference's own contract, as far as permits are handed out one by one, and what sleeping adds to it.

use build_semaphore::{Permit, Semaphore};

#[path = "../../../crates/semaphore/tests/one_by_one/mod.rs"]
mod one_by_one;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

#[test]
#[cfg(loom)]
fn who_waits_is_asleep() {
    asleep::assert_asleep(|| {
        let semaphore = Semaphore::new(1);
        semaphore.acquire().forget();
        semaphore.acquire().forget();
    });
}

#[test]
#[cfg(loom)]
fn nobody_is_woken_where_nobody_sleeps() {
    use schedule::{Operation, Style};

    let outcomes = model::outcomes(|| {
        let semaphore = Semaphore::new(1);
        drop(semaphore.acquire());
        semaphore.release(2);
    });
    let schedule = outcomes.witness(&()).expect("the program comes to its end");
    assert!(
        !schedule.steps.iter().any(|step| matches!(step.operation, Operation::Wake { .. })),
        "a call to the system wakes somebody, and nobody sleeps:\n\n{}",
        schedule.to_text(Style::plain(80))
    );
}

/// The first release afterwards may find a note that was left behind, and take it down. The second finds nothing.
#[test]
#[cfg(loom)]
fn nobody_is_woken_when_the_last_waiter_has_gone() {
    use model::thread;
    use schedule::{Operation, Style};

    let outcomes = model::outcomes(|| {
        let semaphore = Semaphore::new(0);
        thread::scope(|scope| {
            scope.spawn("waiter", || semaphore.acquire().forget());
            while model::sleepers() == 0 {
                thread::yield_now();
            }
            semaphore.release(1);
        });
        semaphore.release(1);
        semaphore.release(1);
    });
    let schedule = outcomes.witness(&()).expect("the program comes to its end");
    let afterwards = schedule.steps.iter().rev().take_while(|step| !matches!(step.operation, Operation::Join { .. }));
    assert!(
        afterwards.filter(|step| matches!(step.operation, Operation::Wake { .. })).count() < 2,
        "each release calls the system to wake somebody, and nobody sleeps any more:\n\n{}",
        schedule.to_text(Style::plain(80))
    );
}

#[test]
#[cfg(not(loom))]
fn a_release_of_more_than_it_can_count_changes_nothing() {
    let semaphore = Semaphore::new(1);
    let release = std::panic::AssertUnwindSafe(|| semaphore.release(usize::MAX));
    assert!(std::panic::catch_unwind(release).is_err(), "these are more than it can count");
    assert_eq!(semaphore.available_permits(), 1);
}
