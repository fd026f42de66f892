//! What a barrier promises, with two or three threads: with real ones, and through the schedules of the model.

use barrier_twice::Barrier;
use model::sync::atomic::AtomicUsize;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

/// Nobody is woken but by a call.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

/// A program in which each of `parties` threads comes to the barrier so many times, and counts before it does.
fn meet(parties: usize, rounds: usize) -> impl Fn() + Send + Sync + 'static {
    const NAMES: [&str; 3] = ["north", "south", "west"];
    move || {
        let barrier = Barrier::new(parties);
        let came = AtomicUsize::new(0);
        thread::scope(|scope| {
            for name in NAMES.into_iter().take(parties) {
                let (barrier, came) = (&barrier, &came);
                scope.spawn(name, move || {
                    for round in 1..=rounds {
                        came.fetch_add(1, Relaxed);
                        barrier.wait();
                        assert!(came.load(Relaxed) >= round * parties, "{name} goes on before the other has come");
                    }
                });
            }
        });
    }
}

#[test]
fn alone_one_never_waits() {
    model::check(|| {
        let barrier = Barrier::new(1);
        barrier.wait();
        barrier.wait();
    });
}

#[test]
fn nobody_goes_on_before_all_have_come() {
    CALLS_ONLY.run(meet(2, 1));
}

#[test]
fn in_the_second_round_nobody_goes_on_before_all_have_come() {
    CALLS_ONLY.run(meet(2, 2));
}

#[test]
fn three_wait_for_each_other() {
    CALLS_ONLY.run(meet(3, 1));
}

#[test]
fn three_meet_twice() {
    CALLS_ONLY.preemptions(0).run(meet(3, 2));
}

#[test]
fn a_wake_up_for_no_reason_is_not_a_call() {
    model::Check::new().preemptions(2).run(meet(2, 1));
}

#[test]
#[cfg(loom)]
fn who_waits_is_asleep() {
    asleep::assert_asleep(|| Barrier::new(2).wait());
}
