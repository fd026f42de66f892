//! Real threads: many of them, computing and waiting, with panics and misuse.
#![cfg(not(loom))]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use gil::Gil;
use rehearsal::{expect_panic, panic_on_purpose, rehearse};

const THREADS: u32 = 8;

/// So short that threads ask all the time.
const HASTY: Duration = Duration::from_micros(20);

/// Adds one, in two steps, so that whoever comes between them loses an update.
fn count(counter: &AtomicU32) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}

#[test]
fn new_is_const() {
    static GIL: Gil = Gil::new();
    assert_eq!(GIL.interval(), Duration::from_millis(5));
    thread::spawn(|| GIL.run(|_| ())).join().expect("nothing in there panics");
    GIL.run(|_| ());
    assert_eq!(GIL.switches(), 2);
}

#[test]
fn an_interval_of_nothing_is_a_microsecond() {
    assert_eq!(Gil::with_interval(Duration::ZERO).interval(), Duration::from_micros(1));
    assert_eq!(Gil::default().interval(), Duration::from_millis(5));
}

#[test]
fn many_threads_compute_and_wait_one_at_a_time() {
    const TURNS: u32 = 2_000;
    rehearse(|| {
        let gil = Gil::with_interval(HASTY);
        let counter = AtomicU32::new(0);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (gil, counter) = (&gil, &counter);
                scope.spawn(move || {
                    gil.run(|token| {
                        for turn in 0..TURNS {
                            count(counter);
                            if turn % THREADS == number {
                                token.allow_threads(thread::yield_now);
                            } else {
                                token.checkpoint();
                            }
                        }
                    });
                });
            }
        });
        assert_eq!(counter.load(Relaxed), THREADS * TURNS);
    });
}

/// Nobody ends before all others have been in: a thread that is never let in hangs this.
#[test]
fn many_threads_that_only_compute_are_all_let_in() {
    rehearse(|| {
        let gil = Gil::with_interval(HASTY);
        let inside = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    gil.run(|token| {
                        count(&inside);
                        while inside.load(Relaxed) < THREADS {
                            token.checkpoint();
                        }
                    });
                });
            }
        });
        assert!(gil.switches() >= u64::from(THREADS));
    });
}

#[test]
fn a_run_in_a_run_panics_and_leaves_the_lock_as_it_was() {
    rehearse(|| {
        let gil = Gil::new();
        let payload = gil.run(|_| {
            let payload = catch_unwind(AssertUnwindSafe(|| gil.run(|_| ()))).expect_err("it would wait for itself");
            assert!(gil.is_locked(), "still the outer run's");
            payload
        });
        let told = payload.downcast_ref::<&str>().expect("a panic with a message");
        assert!(told.contains("holds the lock already"), "{told}");
        assert!(!gil.is_locked());
        gil.run(|_| ());
    });
}

#[test]
fn a_panic_gives_the_lock_back() {
    rehearse(|| {
        let gil = Gil::new();
        expect_panic(|| gil.run(|_| panic_on_purpose()));
        assert!(!gil.is_locked());
        thread::scope(|scope| {
            scope.spawn(|| gil.run(|_| ()));
        });
    });
}

#[test]
fn a_panic_while_threads_are_allowed_takes_the_lock_again() {
    rehearse(|| {
        let gil = Gil::new();
        gil.run(|token| {
            expect_panic(|| token.allow_threads(|| panic_on_purpose()));
            assert!(gil.is_locked(), "the token says that this thread has it");
            token.checkpoint();
        });
        assert!(!gil.is_locked());
    });
}

/// Threads that panic in all places, beside others that do not.
#[test]
fn panics_among_many_threads_cost_nobody_the_lock() {
    rehearse(|| {
        let gil = Gil::with_interval(HASTY);
        let counter = AtomicU32::new(0);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (gil, counter) = (&gil, &counter);
                scope.spawn(move || {
                    for turn in 0..200 {
                        expect_panic(|| {
                            gil.run(|token| {
                                count(counter);
                                token.checkpoint();
                                if (turn + number) % 2 == 0 {
                                    token.allow_threads(|| panic_on_purpose());
                                }
                                panic_on_purpose();
                            });
                        });
                    }
                });
            }
        });
        assert_eq!(counter.load(Relaxed), THREADS * 200);
        assert!(!gil.is_locked());
    });
}

#[test]
fn debug_shows_whether_somebody_runs() {
    let gil = Gil::new();
    assert_eq!(format!("{gil:?}"), "Gil { interval: 5ms, locked: false, switches: 0 }");
    gil.run(|token| {
        assert_eq!(format!("{token:?}"), "Token { .. }");
        assert_eq!(format!("{gil:?}"), "Gil { interval: 5ms, locked: true, switches: 1 }");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn sleepers_without_an_interval_take_no_processor_time() {
    rehearse(|| {
        let gil = Gil::with_interval(Duration::MAX);
        let roll = rehearsal::Roll::new();
        thread::scope(|scope| {
            gil.run(|_| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        roll.sign();
                        gil.run(|_| ());
                    });
                }
                roll.wait_until_asleep(4);
                roll.assert_idle();
            });
        });
    });
}
