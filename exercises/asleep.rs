//! Whether those who wait are asleep: what the exercises about sleeping share.

use schedule::{Failure, Schedule, Style, WaitsFor};

/// Fails unless `program`, which waits for what never comes, ends with a thread that sleeps for good.
///
/// One that spins, or that sleeps for a while again and again, would turn in circles instead.
#[track_caller]
pub(crate) fn assert_asleep(program: impl Fn() + Send + Sync + 'static) {
    let schedule = model::Check::new().counterexample(program).expect("what never comes is waited for without end");
    assert!(sleeps(&schedule), "what waits here does not sleep:\n\n{}", schedule.to_text(Style::plain(80)));
}

fn sleeps(schedule: &Schedule) -> bool {
    let Some(Failure::Deadlock { waiting }) = &schedule.failure else { return false };
    waiting.iter().all(|waiting| matches!(waiting.waits_for, WaitsFor::Word { .. }))
}

/// Fails if a thread in `wait` that wakes for no reason is awake from then on, until `release`.
#[track_caller]
pub(crate) fn assert_sleeps_again<T: Sync + 'static>(
    new: impl Fn() -> T + Send + Sync + 'static,
    wait: impl Fn(&T) + Send + Sync + 'static,
    release: impl Fn(&T) + Send + Sync + 'static,
) {
    model::Check::new().preemptions(1).run(move || {
        let shared = new();
        model::thread::scope(|scope| {
            scope.spawn("waiter", || wait(&shared));
            // If the waiter is awake and stays so, this goes on for ever.
            while model::sleepers() == 0 {
                model::thread::yield_now();
            }
            release(&shared);
        });
    });
}
