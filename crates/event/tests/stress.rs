//! Real threads: many of them, timed, panicking, and pulses that are over before a waiter can look.
#![cfg(not(loom))]

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::thread;
use std::time::{Duration, Instant};

use event::Event;
use rehearsal::{expect_panic, panic_on_purpose, rehearse};

const THREADS: u32 = 16;

/// Whether somebody waits for `event`, as its `Debug` tells.
fn has_waiters(event: &Event) -> bool {
    format!("{event:?}").contains("waiters: true")
}

#[test]
fn an_event_is_four_bytes() {
    assert_eq!(size_of::<Event>(), 4);
}

#[test]
fn new_is_const() {
    static EVENT: Event = Event::new();
    EVENT.set();
    assert!(EVENT.is_set());
}

#[test]
fn debug_shows_the_flag_and_whether_somebody_waits() {
    rehearse(|| {
        let event = Event::new();
        assert_eq!(format!("{event:?}"), "Event { set: false, waiters: false }");
        thread::scope(|scope| {
            scope.spawn(|| event.wait());
            while !has_waiters(&event) {
                thread::yield_now();
            }
            event.set();
        });
        assert_eq!(format!("{event:?}"), "Event { set: true, waiters: false }");
    });
}

#[test]
fn many_waiters_are_released_round_after_round() {
    const ROUNDS: u32 = 300;
    rehearse(|| {
        // The door of a round is open while its successor is shut.
        let doors = [Event::new(), Event::new()];
        let letter = AtomicU32::new(0);
        let (through, all_through) = (AtomicU32::new(0), Event::new());
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for round in 1..=ROUNDS {
                        doors[round as usize % 2].wait();
                        assert_eq!(letter.load(Relaxed), round);
                        if through.fetch_add(1, Release) + 1 == THREADS * round {
                            all_through.set();
                        }
                    }
                });
            }
            for round in 1..=ROUNDS {
                letter.store(round, Relaxed);
                doors[round as usize % 2].set();
                all_through.wait();
                all_through.clear();
                assert_eq!(through.load(Acquire), THREADS * round);
                doors[round as usize % 2].clear();
            }
        });
    });
}

/// Each waiter must come through a door that is open for a moment only, again and again.
#[test]
fn pulses_release_all_who_were_waiting() {
    const ROUNDS: u32 = 200;
    rehearse(|| {
        let event = Event::new();
        let running = AtomicU32::new(THREADS);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for _ in 0..ROUNDS {
                        event.wait();
                    }
                    running.fetch_sub(1, Release);
                });
            }
            while running.load(Acquire) > 0 {
                event.set();
                event.clear();
                thread::yield_now();
            }
        });
    });
}

/// A single pulse, once the waiter is known to wait: no second set comes to the rescue.
#[test]
fn one_pulse_releases_a_waiter_that_waits_for_certain() {
    rehearse(|| {
        let event = Event::new();
        for _ in 0..500 {
            thread::scope(|scope| {
                scope.spawn(|| event.wait());
                while !has_waiters(&event) {
                    thread::yield_now();
                }
                event.set();
                event.clear();
            });
        }
    });
}

/// The same for many at once. The kernel says that they sleep.
#[cfg(target_os = "linux")]
#[test]
fn one_pulse_releases_all_who_sleep() {
    rehearse(|| {
        let event = Event::new();
        for _ in 0..20 {
            let roll = rehearsal::Roll::new();
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        roll.sign();
                        event.wait();
                    });
                }
                roll.wait_until_asleep(THREADS as usize);
                event.set();
                event.clear();
            });
        }
    });
}

#[cfg(target_os = "linux")]
#[test]
fn sleepers_take_no_processor_time() {
    rehearse(|| {
        let (event, roll) = (Event::new(), rehearsal::Roll::new());
        thread::scope(|scope| {
            for timeout in [None, Some(Duration::from_secs(3_600))] {
                let (event, roll) = (&event, &roll);
                scope.spawn(move || {
                    roll.sign();
                    timeout.map_or_else(|| event.wait(), |timeout| assert!(event.wait_timeout(timeout)));
                });
            }
            roll.wait_until_asleep(2);
            roll.assert_idle();
            event.set();
        });
    });
}

#[test]
fn no_item_is_missed_by_a_consumer_that_clears_before_it_looks() {
    const ITEMS: u32 = 50_000;
    rehearse(|| {
        let event = Event::new();
        let produced = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..ITEMS {
                        produced.fetch_add(1, Relaxed);
                        event.set();
                    }
                });
            }
            while produced.load(Relaxed) < 2 * ITEMS {
                event.wait();
                event.clear();
            }
        });
    });
}

#[test]
fn timed_waits_that_race_with_sets_tell_the_truth() {
    rehearse(|| {
        for step in 0..1_000 {
            let event = Event::new();
            let letter = AtomicU32::new(0);
            thread::scope(|scope| {
                for _ in 0..2 {
                    // Around the time that a thread takes to start, so that the two collide.
                    let timeout = Duration::from_micros(step % 100);
                    let (event, letter) = (&event, &letter);
                    scope.spawn(move || {
                        let start = Instant::now();
                        if event.wait_timeout(timeout) {
                            assert_eq!(letter.load(Relaxed), 42);
                        } else {
                            assert!(start.elapsed() >= timeout);
                        }
                    });
                }
                letter.store(42, Relaxed);
                event.set();
            });
            assert!(event.wait_timeout(Duration::ZERO));
        }
    });
}

#[test]
fn a_timed_wait_lasts_as_long_as_it_says() {
    rehearse(|| {
        let event = Event::new();
        let timeout = Duration::from_millis(20);
        let start = Instant::now();
        assert!(!event.wait_timeout(timeout));
        assert!(start.elapsed() >= timeout);
    });
}

#[test]
fn a_zero_duration_is_a_try_and_a_huge_one_no_limit() {
    rehearse(|| {
        let event = Event::new();
        assert!(!event.wait_timeout(Duration::ZERO));
        assert!(!has_waiters(&event), "a try leaves no trace");
        thread::scope(|scope| {
            for timeout in [Duration::MAX, Duration::from_secs(u64::MAX / 2), Duration::from_secs(1 << 33)] {
                let event = &event;
                scope.spawn(move || assert!(event.wait_timeout(timeout)));
            }
            while !has_waiters(&event) {
                thread::yield_now();
            }
            event.set();
        });
    });
}

#[test]
fn threads_that_panic_leave_the_event_usable() {
    rehearse(|| {
        let event = Event::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                expect_panic(|| {
                    event.set();
                    panic_on_purpose();
                });
            });
            scope.spawn(|| {
                expect_panic(|| {
                    event.wait();
                    panic_on_purpose();
                });
            });
            event.wait();
        });
        event.clear();
        assert!(!event.wait_timeout(Duration::ZERO));
        event.set();
        event.wait();
    });
}

/// An event on the heap that its waiter frees as soon as it is released, while the setter is still on its way out.
#[test]
fn a_released_waiter_may_free_the_event() {
    struct Borrowed(*const Event);
    // SAFETY: an event is `Sync`, so a reference to it may go to another thread.
    unsafe impl Send for Borrowed {}

    rehearse(|| {
        for _ in 0..3_000 {
            let event = Box::new(Event::new());
            let borrowed = Borrowed(&*event);
            let setter = thread::spawn(move || {
                let Borrowed(event) = { borrowed };
                // SAFETY: the owner keeps the event until its wait has returned, which only this set makes it do.
                unsafe { &*event }.set();
            });
            event.wait();
            drop(event);
            setter.join().expect("no assertion in there");
        }
    });
}

#[test]
fn waiters_share_an_event_through_an_arc() {
    rehearse(|| {
        let event = Arc::new(Event::new());
        let waiters: Vec<_> = (0..THREADS)
            .map(|_| {
                let event = Arc::clone(&event);
                thread::spawn(move || event.wait())
            })
            .collect();
        event.set();
        for waiter in waiters {
            waiter.join().expect("no assertion in there");
        }
    });
}
