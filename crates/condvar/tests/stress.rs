//! Real threads: many of them, timed, panicking, in herds, and seen to sleep.
#![cfg(not(loom))]

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use condvar::Condvar;
use mutex::Mutex;
use rehearsal::{expect_panic, panic_on_purpose, rehearse};

const THREADS: u32 = 16;

/// Long enough never to run out in a test.
const LONG: Duration = Duration::from_secs(3_600);

#[test]
fn a_condition_variable_is_sixteen_bytes() {
    assert_eq!(size_of::<Condvar>(), 16);
}

#[test]
fn new_is_const() {
    static NUMBER: Mutex<u32> = Mutex::new(0);
    static CHANGED: Condvar = Condvar::new();
    assert!(!CHANGED.notify_one());
    assert!(!CHANGED.wait_timeout_while(&mut NUMBER.lock(), Duration::ZERO, |number| *number == 0));
}

#[test]
fn debug_shows_how_many_wait_and_never_blocks() {
    rehearse(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        assert_eq!(format!("{raised:?}"), "Condvar { waiters: 0 }");
        thread::scope(|scope| {
            let mut guard = flag.lock();
            scope.spawn(|| raised.wait_while(&mut flag.lock(), |flag| !*flag));
            while format!("{raised:?}") != "Condvar { waiters: 1 }" {
                // Lets the waiter have the mutex for a moment.
                raised.wait_timeout(&mut guard, Duration::ZERO);
                thread::yield_now();
            }
            *guard = true;
            raised.notify_one();
        });
    });
}

/// A buffer that is mostly full or empty, with as many threads on either side.
#[test]
fn a_bounded_buffer_hands_over_each_item_once() {
    const CAPACITY: usize = 3;
    const ITEMS: u64 = 2_000;
    rehearse(|| {
        let buffer = Mutex::new(VecDeque::new());
        let (filled, emptied) = (Condvar::new(), Condvar::new());
        let sum = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..THREADS / 2 {
                scope.spawn(|| {
                    for item in 1..=ITEMS {
                        let mut buffer = buffer.lock();
                        emptied.wait_while(&mut buffer, |buffer| buffer.len() == CAPACITY);
                        buffer.push_back(item);
                        drop(buffer);
                        filled.notify_one();
                    }
                });
                scope.spawn(|| {
                    for _ in 0..ITEMS {
                        let mut buffer = buffer.lock();
                        filled.wait_while(&mut buffer, |buffer| buffer.is_empty());
                        let item = buffer.pop_front().expect("it is not empty");
                        // With the mutex locked, as many do.
                        emptied.notify_one();
                        drop(buffer);
                        *sum.lock() += item;
                    }
                });
            }
        });
        assert!(buffer.lock().is_empty());
        assert_eq!(*sum.lock(), u64::from(THREADS / 2) * ITEMS * (ITEMS + 1) / 2);
    });
}

/// Each round ends with a broadcast by whoever comes last, in every other round with the mutex locked.
#[test]
fn herds_come_through_round_after_round() {
    const ROUNDS: u32 = 300;
    rehearse(|| {
        let (arrived, changed) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for round in 1..=ROUNDS {
                        let mut guard = arrived.lock();
                        *guard += 1;
                        if *guard < round * THREADS {
                            changed.wait_while(&mut guard, |arrived| *arrived < round * THREADS);
                        } else if round % 2 == 0 {
                            changed.notify_all();
                        } else {
                            drop(guard);
                            changed.notify_all();
                        }
                    }
                });
            }
        });
    });
}

/// Those who were moved have to share the mutex's bed with those who only want to lock.
#[test]
fn herds_and_passers_by_leave_nobody_asleep() {
    const ROUNDS: u32 = 200;
    rehearse(|| {
        let (round, changed) = (Mutex::new(0), Condvar::new());
        let (arrived, all_there) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for mine in 1..=ROUNDS {
                        *arrived.lock() += 1;
                        all_there.notify_one();
                        changed.wait_while(&mut round.lock(), |round| *round < mine);
                    }
                });
            }
            for _ in 0..2 {
                scope.spawn(|| while *round.lock() < ROUNDS {});
            }
            for next in 1..=ROUNDS {
                all_there.wait_while(&mut arrived.lock(), |arrived| *arrived < next * THREADS);
                *round.lock() = next;
                changed.notify_all();
            }
        });
    });
}

#[test]
fn timed_waits_that_race_with_notifications_tell_the_truth() {
    rehearse(|| {
        for step in 0..1_000 {
            let (flag, raised) = (Mutex::new(false), Condvar::new());
            // Around the time that a thread takes to start, so that the two collide.
            let timeout = Duration::from_micros(step % 100);
            thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        let start = Instant::now();
                        let mut flag = flag.lock();
                        let raised = raised.wait_timeout_while(&mut flag, timeout, |flag| !*flag);
                        assert_eq!(raised, *flag);
                        assert!(raised || start.elapsed() >= timeout);
                    });
                }
                *flag.lock() = true;
                raised.notify_all();
            });
            assert!(!raised.notify_one(), "nobody is left");
        }
    });
}

/// Patient threads and impatient ones, one notification for each item: no item may be left lying while somebody sleeps.
#[test]
fn those_whose_time_runs_out_take_no_notification_with_them() {
    const ITEMS: u32 = 10_000;
    rehearse(|| {
        let (items, came) = (Mutex::new(0_u32), Condvar::new());
        let (taken, all_taken) = (Mutex::new(0), Condvar::new());
        let take = |items: &mut u32| {
            *items -= 1;
            *taken.lock() += 1;
            all_taken.notify_one();
        };
        thread::scope(|scope| {
            for _ in 0..THREADS / 2 {
                scope.spawn(|| {
                    for _ in 0..ITEMS / THREADS {
                        let mut items = items.lock();
                        came.wait_while(&mut items, |items| *items == 0);
                        take(&mut items);
                    }
                });
                scope.spawn(|| {
                    for step in 0..ITEMS / THREADS {
                        let mut items = items.lock();
                        let patience = Duration::from_micros((step % 50).into());
                        while !came.wait_timeout_while(&mut items, patience, |items| *items == 0) {}
                        take(&mut items);
                    }
                });
            }
            for produced in 1..=ITEMS / THREADS * THREADS {
                *items.lock() += 1;
                came.notify_one();
                // Now and then all are made to wait for the next item, so that no later notification helps out.
                if produced % 8 == 0 {
                    all_taken.wait_while(&mut taken.lock(), |taken| *taken < produced);
                }
            }
        });
    });
}

/// Each wakes the next after a wait whose time may run out, and one notification gets all of them through.
#[test]
fn a_chain_of_notifications_does_not_break_at_a_timed_wait() {
    rehearse(|| {
        for _ in 0..50 {
            let (begun, changed) = (Mutex::new(0), Condvar::new());
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        let mut begun = begun.lock();
                        *begun += 1;
                        changed.wait_while(&mut begun, |begun| *begun <= 4);
                        changed.wait_timeout(&mut begun, Duration::from_millis(1));
                        changed.notify_one();
                    });
                }
                let mut begun = begun.lock();
                while *begun < 4 {
                    changed.wait_timeout(&mut begun, Duration::ZERO);
                }
                *begun += 1;
                changed.notify_one();
            });
        }
    });
}

#[test]
fn zero_is_a_try_and_a_huge_duration_no_limit() {
    rehearse(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        assert!(!raised.wait_timeout(&mut flag.lock(), Duration::ZERO));
        assert_eq!(raised.notify_all(), 0, "a try leaves no trace");
        thread::scope(|scope| {
            for timeout in [Duration::MAX, Duration::from_secs(u64::MAX / 2), Duration::from_secs(1 << 33)] {
                let (flag, raised) = (&flag, &raised);
                scope.spawn(move || {
                    assert!(raised.wait_timeout_while(&mut flag.lock(), timeout, |flag| !*flag));
                });
            }
            *flag.lock() = true;
            raised.notify_all();
        });
    });
}

#[test]
fn a_timed_wait_lasts_as_long_as_it_says() {
    rehearse(|| {
        let (mutex, never) = (Mutex::new(()), Condvar::new());
        let timeout = Duration::from_millis(20);
        let start = Instant::now();
        assert!(!never.wait_timeout_while(&mut mutex.lock(), timeout, |()| true));
        assert!(start.elapsed() >= timeout);
    });
}

#[test]
fn a_condition_that_panics_leaves_everything_in_order() {
    rehearse(|| {
        let (number, changed) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            // One panics at its first look, the others after they have been woken.
            for bad in [0, 1, 1] {
                let (number, changed) = (&number, &changed);
                scope.spawn(move || {
                    expect_panic(|| {
                        changed.wait_while(&mut number.lock(), |number| {
                            if *number >= bad {
                                panic_on_purpose();
                            }
                            true
                        });
                    });
                });
            }
            let waiter = scope.spawn(|| changed.wait_timeout_while(&mut number.lock(), LONG, |number| *number == 0));
            *number.lock() = 1;
            changed.notify_all();
            assert!(waiter.join().expect("no assertion in there"));
        });
        assert!(!number.is_locked(), "the guards have unlocked while the panics unwound");
        assert!(!changed.notify_one(), "nobody is left");
    });
}

/// In a destructor that runs because of a panic, a wait is a wait like any other.
#[test]
fn a_thread_may_wait_while_it_unwinds() {
    struct Waits<'a>(&'a Mutex<bool>, &'a Condvar);
    impl Drop for Waits<'_> {
        fn drop(&mut self) {
            self.1.wait_while(&mut self.0.lock(), |flag| !*flag);
        }
    }

    rehearse(|| {
        let (flag, raised) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                expect_panic(|| {
                    let _waits = Waits(&flag, &raised);
                    panic_on_purpose();
                });
            });
            *flag.lock() = true;
            raised.notify_all();
        });
    });
}

/// Several mutexes at once, three of them so that some come after the first two have met.
#[test]
fn waiters_with_different_mutexes_are_all_released() {
    const ROUNDS: u32 = 500;
    rehearse(|| {
        let mutexes = [Mutex::new(0), Mutex::new(0), Mutex::new(0)];
        let (changed, through) = (Condvar::new(), AtomicU32::new(0));
        thread::scope(|scope| {
            for number in 0..THREADS as usize {
                let (mutexes, changed, through) = (&mutexes, &changed, &through);
                scope.spawn(move || {
                    for round in 1..=ROUNDS {
                        // Every other thread takes another mutex in each round, so that each round mixes them anew.
                        let mutex = &mutexes[(number + round as usize * (number % 2)) % 3];
                        changed.wait_while(&mut mutex.lock(), |now| *now < round);
                    }
                    through.fetch_add(1, Relaxed);
                });
            }
            for round in 1..=ROUNDS {
                for mutex in &mutexes {
                    *mutex.lock() = round;
                    if round % 2 == 0 {
                        changed.notify_all();
                    }
                }
                changed.notify_all();
            }
        });
        assert_eq!(through.into_inner(), THREADS);
    });
}

/// One mutex after another, each freed by its last user, while the broadcast for it may be under way.
#[test]
fn each_round_may_have_a_mutex_of_its_own() {
    rehearse(|| {
        let changed = Arc::new(Condvar::new());
        for _ in 0..500 {
            let flag = Arc::new(Mutex::new(false));
            let waiters: Vec<_> = (0..3)
                .map(|_| {
                    let (flag, changed) = (Arc::clone(&flag), Arc::clone(&changed));
                    thread::spawn(move || changed.wait_while(&mut flag.lock(), |flag| !*flag))
                })
                .collect();
            *flag.lock() = true;
            drop(flag);
            changed.notify_all();
            for waiter in waiters {
                waiter.join().expect("no assertion in there");
            }
        }
    });
}

#[cfg(target_os = "linux")]
mod asleep {
    use rehearsal::Roll;

    use super::*;

    #[test]
    fn sleepers_take_no_processor_time() {
        rehearse(|| {
            let (flag, raised, roll) = (Mutex::new(false), Condvar::new(), Roll::new());
            thread::scope(|scope| {
                for timeout in [Duration::MAX, LONG] {
                    let (flag, raised, roll) = (&flag, &raised, &roll);
                    scope.spawn(move || {
                        let mut flag = flag.lock();
                        roll.sign();
                        assert!(raised.wait_timeout_while(&mut flag, timeout, |flag| !*flag));
                    });
                }
                roll.wait_until_asleep(2);
                roll.assert_idle();
                *flag.lock() = true;
                raised.notify_all();
            });
        });
    }

    /// Those that a broadcast has moved take none either, while somebody holds the mutex.
    #[test]
    fn those_who_were_moved_sleep_on_and_were_notified_in_time() {
        rehearse(|| {
            let (flag, raised, roll) = (Mutex::new(false), Condvar::new(), Roll::new());
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        let mut flag = flag.lock();
                        roll.sign();
                        while !*flag {
                            assert!(raised.wait_timeout(&mut flag, LONG));
                        }
                    });
                }
                roll.wait_until_asleep(THREADS as usize);
                let mut flag = flag.lock();
                *flag = true;
                assert_eq!(raised.notify_all(), THREADS as usize);
                roll.wait_until_asleep(THREADS as usize);
                roll.assert_idle();
            });
        });
    }

    #[test]
    fn each_notification_gets_one_sleeper_through() {
        rehearse(|| {
            let (loaves, baked, roll) = (Mutex::new(0), Condvar::new(), Roll::new());
            let (eaten, done) = (Mutex::new(0), Condvar::new());
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        let mut loaves = loaves.lock();
                        roll.sign();
                        baked.wait_while(&mut loaves, |loaves| *loaves == 0);
                        *loaves -= 1;
                        *eaten.lock() += 1;
                        done.notify_one();
                    });
                }
                roll.wait_until_asleep(THREADS as usize);
                for number in 1..=THREADS {
                    *loaves.lock() += 1;
                    assert!(baked.notify_one());
                    done.wait_while(&mut eaten.lock(), |eaten| *eaten < number);
                }
            });
            assert!(!baked.notify_one(), "nobody is left");
        });
    }
}
