//! Real threads: many of them, timed, panicking, and sleepers that surely sleep.
#![cfg(not(loom))]

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::thread;
use std::time::{Duration, Instant};

use rehearsal::{expect_panic, panic_on_purpose, rehearse};
use semaphore::{BoundedSemaphore, Permit, Semaphore, TooManyReleases};

const THREADS: usize = 16;

#[test]
fn a_semaphore_is_eight_bytes_and_a_bounded_one_twelve() {
    assert_eq!(size_of::<Semaphore>(), 8);
    assert_eq!(size_of::<BoundedSemaphore>(), 12);
    assert_eq!(size_of::<Option<Permit<'_>>>(), 16);
}

#[test]
fn new_is_const() {
    static PLAIN: Semaphore = Semaphore::new(1);
    static BOUNDED: BoundedSemaphore = BoundedSemaphore::new(1);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| drop((PLAIN.acquire(), BOUNDED.acquire())));
        }
    });
    assert_eq!((PLAIN.available_permits(), BOUNDED.available_permits()), (1, 1));
}

#[test]
fn semaphores_may_be_shared_and_permits_sent() {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Semaphore>();
    is_send_and_sync::<BoundedSemaphore>();
    is_send_and_sync::<Permit<'_>>();
    is_send_and_sync::<Box<TooManyReleases>>();
}

#[test]
fn an_error_says_what_was_wrong() {
    let error: Box<dyn Error> = BoundedSemaphore::new(0).release(1).expect_err("it has no room").into();
    assert_eq!(error.to_string(), "more permits were released than acquired");
}

/// What `body` panics with.
#[track_caller]
fn panic_of<T>(body: impl FnOnce() -> T) -> String {
    let payload = catch_unwind(AssertUnwindSafe(body)).err().expect("a panic is documented");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().expect("a panic has a text").to_string(),
    }
}

#[test]
fn what_can_never_be_panics_and_changes_nothing() {
    const MAX: usize = Semaphore::MAX_PERMITS;
    for permits in [MAX + 1, usize::MAX] {
        assert_eq!(panic_of(|| Semaphore::new(permits)), "more permits than a semaphore can have");
        assert_eq!(panic_of(|| BoundedSemaphore::new(permits)), "more permits than a semaphore can have");

        let semaphore = Semaphore::new(1);
        let never = format!("{permits} permits were asked for, and there are never more than {MAX}");
        assert_eq!(panic_of(|| semaphore.acquire_many(permits)), never);
        assert_eq!(panic_of(|| semaphore.try_acquire_many(permits)), never);
        assert_eq!(panic_of(|| semaphore.acquire_many_timeout(permits, Duration::ZERO)), never);
        assert!(panic_of(|| semaphore.release(permits)).contains(&permits.to_string()));
        assert_eq!(semaphore.available_permits(), 1);
    }
    let semaphore = Semaphore::new(1);
    assert!(panic_of(|| semaphore.release(MAX)).starts_with("a semaphore cannot have more than 1073741823 permits"));
    semaphore.release(MAX - 1);
    panic_of(|| semaphore.release(1));
    assert_eq!(semaphore.available_permits(), MAX);
}

#[test]
fn more_than_the_bound_can_never_be_and_panics() {
    let bounded = BoundedSemaphore::new(2);
    let never = "3 permits were asked for, and there are never more than 2";
    assert_eq!(panic_of(|| bounded.acquire_many(3)), never);
    assert_eq!(panic_of(|| bounded.try_acquire_many(3)), never);
    assert_eq!(panic_of(|| bounded.acquire_many_timeout(3, Duration::ZERO)), never);
    let none = BoundedSemaphore::new(0);
    for acquire in [
        |none: &BoundedSemaphore| drop(none.acquire()),
        |none: &BoundedSemaphore| drop(none.try_acquire()),
        |none: &BoundedSemaphore| drop(none.acquire_timeout(Duration::ZERO)),
    ] {
        assert_eq!(panic_of(|| acquire(&none)), "1 permits were asked for, and there are never more than 0");
    }
    assert_eq!((bounded.available_permits(), none.available_permits()), (2, 0));
}

/// Every way to acquire, and never more inside than there are permits.
#[test]
fn many_threads_share_a_few_permits() {
    const PERMITS: usize = 3;
    const TURNS: usize = 2_000;
    rehearse(|| {
        let semaphore = Semaphore::new(PERMITS);
        let bounded = BoundedSemaphore::new(PERMITS);
        let (inside, inside_bounded) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let visit = |inside: &AtomicUsize, permit: Option<Permit<'_>>| {
            if let Some(permit) = permit {
                assert!(inside.fetch_add(permit.permits(), Relaxed) + permit.permits() <= PERMITS);
                inside.fetch_sub(permit.permits(), Relaxed);
            }
        };
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (semaphore, bounded, inside, inside_bounded) = (&semaphore, &bounded, &inside, &inside_bounded);
                scope.spawn(move || {
                    for turn in 0..TURNS {
                        let (many, short) = (1 + turn % PERMITS, Duration::from_micros(turn as u64 % 64));
                        match (thread + turn) % 5 {
                            0 => visit(inside, semaphore.try_acquire_many(many)),
                            1 => visit(inside, semaphore.acquire_many_timeout(many, short)),
                            2 => visit(inside, Some(semaphore.acquire_many(many))),
                            3 => visit(inside_bounded, Some(bounded.acquire_many(many))),
                            _ => visit(inside, Some(semaphore.acquire())),
                        }
                    }
                });
            }
        });
        assert_eq!((semaphore.available_permits(), bounded.available_permits()), (PERMITS, PERMITS));
    });
}

/// Nobody who got a permit gives it back, so that each release counts.
#[test]
fn as_many_get_through_as_were_released() {
    const TURNS: usize = 20_000;
    rehearse(|| {
        let semaphore = Semaphore::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..TURNS).for_each(|_| semaphore.acquire().forget()));
                scope.spawn(|| (0..TURNS).for_each(|_| semaphore.release(1)));
            }
        });
        assert_eq!(semaphore.available_permits(), 0);
    });
}

/// A buffer with room for one: producers and consumers wake each other at every step.
#[test]
fn two_semaphores_keep_producers_and_consumers_in_step() {
    const TURNS: usize = 5_000;
    rehearse(|| {
        let (room, items) = (Semaphore::new(1), Semaphore::new(0));
        let held = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..TURNS {
                        room.acquire().forget();
                        assert_eq!(held.swap(1, Relaxed), 0);
                        items.release(1);
                    }
                });
                scope.spawn(|| {
                    for _ in 0..TURNS {
                        items.acquire().forget();
                        assert_eq!(held.swap(0, Relaxed), 1);
                        room.release(1);
                    }
                });
            }
        });
        assert_eq!((room.available_permits(), items.available_permits()), (1, 0));
    });
}

#[test]
fn one_that_wants_all_gets_through_a_crowd() {
    rehearse(|| {
        let semaphore = Semaphore::new(3);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    while !done.load(Relaxed) {
                        let _permit = semaphore.acquire();
                        (0..100).for_each(|_| std::hint::spin_loop());
                    }
                });
            }
            for _ in 0..100 {
                drop(semaphore.acquire_many(3));
            }
            done.store(true, Relaxed);
        });
        assert_eq!(semaphore.available_permits(), 3);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn one_release_of_many_lets_all_sleepers_in() {
    rehearse(|| {
        for _ in 0..50 {
            let semaphore = Semaphore::new(0);
            let roll = rehearsal::Roll::new();
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        roll.sign();
                        semaphore.acquire().forget();
                    });
                }
                roll.wait_until_asleep(THREADS);
                semaphore.release(THREADS);
            });
            assert_eq!(semaphore.available_permits(), 0);
        }
    });
}

/// The first to come wants the most, and newcomers find nothing until it has that.
#[cfg(target_os = "linux")]
#[test]
fn newcomers_queue_behind_a_sleeper_that_wants_many() {
    rehearse(|| {
        let semaphore = Semaphore::new(0);
        let order = std::sync::Mutex::new(Vec::new());
        let roll = rehearsal::Roll::new();
        thread::scope(|scope| {
            for (place, permits) in [3, 1, 2].into_iter().enumerate() {
                let (semaphore, order, roll) = (&semaphore, &order, &roll);
                scope.spawn(move || {
                    roll.sign();
                    semaphore.acquire_many(permits).forget();
                    order.lock().expect("nobody panics while holding it").push(permits);
                    semaphore.release(permits);
                });
                roll.wait_until_asleep(place + 1);
            }
            for _ in 0..2 {
                semaphore.release(1);
                assert!(semaphore.try_acquire().is_none());
                assert!(semaphore.acquire_timeout(Duration::from_millis(1)).is_none());
            }
            assert_eq!(semaphore.available_permits(), 2);
            semaphore.release(1);
        });
        assert_eq!(semaphore.available_permits(), 3);
        assert_eq!(order.into_inner().expect("nobody panicked")[0], 3);
    });
}

/// The head gives up while others sleep behind it, for whom there have been permits all along.
#[cfg(target_os = "linux")]
#[test]
fn sleepers_go_on_when_the_one_before_them_gives_up() {
    rehearse(|| {
        let semaphore = Semaphore::new(4);
        let roll = rehearsal::Roll::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                roll.sign();
                assert!(semaphore.acquire_many_timeout(5, Duration::from_millis(100)).is_none());
            });
            roll.wait_until_asleep(1);
            for _ in 0..4 {
                scope.spawn(|| semaphore.acquire().forget());
            }
        });
        assert_eq!(semaphore.available_permits(), 0);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn sleepers_take_no_processor_time() {
    const HOUR: Duration = Duration::from_secs(3_600);
    rehearse(|| {
        let waits: [fn(&Semaphore); 4] = [
            |semaphore| drop(semaphore.acquire_many(2)),
            |semaphore| drop(semaphore.acquire()),
            |semaphore| assert!(semaphore.acquire_timeout(HOUR).is_some()),
            |semaphore| assert!(semaphore.acquire_many_timeout(2, HOUR).is_some()),
        ];
        let semaphore = Semaphore::new(0);
        let roll = rehearsal::Roll::new();
        thread::scope(|scope| {
            for wait in waits {
                let (semaphore, roll) = (&semaphore, &roll);
                scope.spawn(move || {
                    roll.sign();
                    wait(semaphore);
                });
            }
            roll.wait_until_asleep(waits.len());
            roll.assert_idle();
            semaphore.release(2);
        });
        assert_eq!(semaphore.available_permits(), 2);
    });
}

/// At the head and at the turnstile.
#[test]
fn a_timed_acquire_lasts_as_long_as_it_says() {
    rehearse(|| {
        let semaphore = Semaphore::new(1);
        let timeout = Duration::from_millis(20);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let start = Instant::now();
                    assert!(semaphore.acquire_many_timeout(2, timeout).is_none());
                    assert!(start.elapsed() >= timeout);
                });
            }
        });
        assert!(semaphore.try_acquire().is_some());
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_huge_duration_is_no_limit() {
    rehearse(|| {
        let semaphore = Semaphore::new(0);
        let timeouts = [Duration::MAX, Duration::from_secs(u64::MAX / 2), Duration::from_secs(1 << 33)];
        let roll = rehearsal::Roll::new();
        thread::scope(|scope| {
            for timeout in timeouts {
                let (semaphore, roll) = (&semaphore, &roll);
                scope.spawn(move || {
                    roll.sign();
                    assert!(semaphore.acquire_timeout(timeout).is_some());
                });
            }
            roll.wait_until_asleep(timeouts.len());
            semaphore.release(1);
        });
    });
}

/// Time-outs about as long as a turn, so that giving up and being woken collide. Those without a limit must all get in.
#[test]
fn time_limits_that_run_out_lose_no_permit_and_no_wake_up() {
    const TURNS: usize = 1_000;
    rehearse(|| {
        let semaphore = Semaphore::new(2);
        let patient = AtomicUsize::new(4);
        thread::scope(|scope| {
            for permits in [1, 1, 1, 2] {
                let (semaphore, patient) = (&semaphore, &patient);
                scope.spawn(move || {
                    for _ in 0..TURNS {
                        let _permit = semaphore.acquire_many(permits);
                        thread::yield_now();
                    }
                    patient.fetch_sub(1, Release);
                });
            }
            for (microseconds, permits) in [(1, 1), (10, 2), (50, 1), (100, 2)] {
                let (semaphore, patient) = (&semaphore, &patient);
                scope.spawn(move || {
                    while patient.load(Acquire) > 0 {
                        // What it gets it keeps for a while, so that others come to sleep.
                        let permit = semaphore.acquire_many_timeout(permits, Duration::from_micros(microseconds));
                        thread::yield_now();
                        drop(permit);
                    }
                });
            }
        });
        assert_eq!(semaphore.available_permits(), 2);
    });
}

#[test]
fn threads_that_panic_give_their_permits_back() {
    rehearse(|| {
        let semaphore = Semaphore::new(3);
        let bounded = BoundedSemaphore::new(3);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (semaphore, bounded) = (&semaphore, &bounded);
                scope.spawn(move || {
                    expect_panic(|| {
                        let _permits = (semaphore.acquire_many(1 + thread % 3), bounded.acquire());
                        panic_on_purpose();
                    });
                });
            }
        });
        assert_eq!((semaphore.available_permits(), bounded.available_permits()), (3, 3));
    });
}

/// A destructor that runs because of a panic may wait for a permit, like any other code.
#[test]
fn a_destructor_may_acquire_while_a_panic_unwinds() {
    struct UseUp<'a>(&'a Semaphore);
    impl Drop for UseUp<'_> {
        fn drop(&mut self) {
            assert!(thread::panicking());
            self.0.acquire().forget();
        }
    }

    rehearse(|| {
        let semaphore = Semaphore::new(1);
        expect_panic(|| {
            let _use_up = UseUp(&semaphore);
            let _permit = semaphore.acquire();
            panic_on_purpose();
        });
        assert_eq!(semaphore.available_permits(), 0);
    });
}

/// A semaphore on the heap as a sign that a helper is done, freed while the helper is still on its way out.
#[test]
fn whoever_takes_the_last_permit_may_free_the_semaphore() {
    struct Borrowed(*const Semaphore);
    // SAFETY: a semaphore is `Sync`, so a reference to it may go to another thread.
    unsafe impl Send for Borrowed {}

    rehearse(|| {
        for _ in 0..3_000 {
            let done = Box::new(Semaphore::new(0));
            let borrowed = Borrowed(&*done);
            let helper = thread::spawn(move || {
                let Borrowed(done) = { borrowed };
                // SAFETY: the owner keeps the semaphore until it has the permit that only this thread gives.
                unsafe { &*done }.release(1);
            });
            done.acquire().forget();
            drop(done);
            helper.join().expect("no assertion in there");
        }
    });
}
