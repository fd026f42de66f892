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
