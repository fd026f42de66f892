//! Real threads: many of them, round after round, with time limits, aborts and resets in between.
#![cfg(not(loom))]

use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize};
use std::thread;
use std::time::{Duration, Instant};

use barrier::{Barrier, Broken};
use rehearsal::{expect_panic, panic_on_purpose, rehearse};

const THREADS: usize = 16;

#[test]
fn a_barrier_is_48_bytes_however_many_come() {
    assert_eq!(size_of::<Barrier>(), 48);
    let barrier = Barrier::new(usize::MAX);
    assert_eq!(barrier.parties(), usize::MAX);
}

#[test]
fn new_is_const() {
    static BARRIER: Barrier = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| BARRIER.wait().expect("nobody breaks it"));
        BARRIER.wait().expect("nobody breaks it");
    });
}

#[test]
#[should_panic(expected = "at least one party")]
fn a_barrier_for_nobody_is_refused() {
    let _refused = Barrier::new(0);
}

#[test]
fn a_barrier_may_be_sent_and_shared() {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Barrier>();
}

#[test]
fn what_is_wrong_is_told_in_words() {
    assert_eq!(Broken.to_string(), "the barrier is broken");
    let barrier = Barrier::new(2);
    barrier.abort();
    assert_eq!(format!("{barrier:?}"), "Barrier { parties: 2, n_waiting: 0, is_broken: true }");
}

/// Each has to see what all did in this round, nobody what somebody does in the next but one, and all come at places of
/// their own.
#[test]
fn many_threads_go_through_many_rounds_together() {
    const ROUNDS: usize = 300;
    rehearse(|| {
        let barrier = Barrier::new(THREADS);
        let come = AtomicUsize::new(0);
        let places: Vec<AtomicUsize> = (0..ROUNDS).map(|_| AtomicUsize::new(0)).collect();
        let leaders = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for (round, places) in places.iter().enumerate() {
                        come.fetch_add(1, Relaxed);
                        let arrival = barrier.wait().expect("nobody breaks it");
                        let come = come.load(Relaxed);
                        assert!(
                            ((round + 1) * THREADS..(round + 2) * THREADS).contains(&come),
                            "round {round}: {come}"
                        );
                        places.fetch_add(1 << arrival.index(), Relaxed);
                        leaders.fetch_add(usize::from(arrival.is_leader()), Relaxed);
                    }
                });
            }
        });
        assert!(places.into_iter().all(|places| places.into_inner() == (1 << THREADS) - 1), "a place was taken twice");
        assert_eq!(leaders.into_inner(), ROUNDS);
    });
}

/// Sixteen threads at a barrier for four: as many rounds as can be made of them.
#[test]
fn more_threads_than_parties_meet_in_groups() {
    const ROUNDS: usize = 300;
    const PARTIES: usize = 4;
    rehearse(|| {
        let barrier = Barrier::new(PARTIES);
        // One who is left over at the end would wait for ever, so the arrivals are counted out.
        let tickets = AtomicUsize::new(0);
        let indices: [AtomicUsize; PARTIES] = Default::default();
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    while tickets.fetch_add(1, Relaxed) < ROUNDS * PARTIES {
                        let arrival = barrier.wait().expect("nobody breaks it");
                        indices[arrival.index()].fetch_add(1, Relaxed);
                    }
                });
            }
        });
        assert!(indices.into_iter().all(|count| count.into_inner() == ROUNDS));
        assert_eq!(barrier.n_waiting(), 0);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn sleepers_take_no_processor_time_and_a_huge_duration_is_no_limit() {
    rehearse(|| {
        let limits = [None, Some(Duration::from_secs(3_600)), Some(Duration::from_secs(1 << 33)), Some(Duration::MAX)];
        let (barrier, roll) = (Barrier::new(limits.len() + 1), rehearsal::Roll::new());
        thread::scope(|scope| {
            for limit in limits {
                let (barrier, roll) = (&barrier, &roll);
                scope.spawn(move || {
                    roll.sign();
                    let arrival = limit.map_or_else(|| barrier.wait(), |limit| barrier.wait_timeout(limit));
                    arrival.expect("nobody breaks it");
                });
            }
            roll.wait_until_asleep(limits.len());
            roll.assert_idle();
            assert_eq!(barrier.n_waiting(), limits.len());
            assert!(barrier.wait().expect("nobody breaks it").is_leader());
            assert_eq!(barrier.n_waiting(), 0);
        });
    });
}

/// All sleep for certain. Half of them are told when their time runs out, the rest by that.
#[cfg(target_os = "linux")]
#[test]
fn all_who_sleep_are_told_when_it_breaks() {
    rehearse(|| {
        let breakers: [fn(&Barrier); 3] = [Barrier::abort, Barrier::reset, |barrier| {
            assert_eq!(barrier.wait_timeout(Duration::from_micros(10)), Err(Broken))
        }];
        for breaker in breakers.iter().cycle().take(30) {
            let (barrier, roll) = (Barrier::new(THREADS + 2), rehearsal::Roll::new());
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        roll.sign();
                        assert_eq!(barrier.wait(), Err(Broken));
                    });
                }
                roll.wait_until_asleep(THREADS);
                breaker(&barrier);
            });
            assert_eq!(barrier.n_waiting(), 0);
        }
    });
}

/// The old round is still leaving, through a reset, while the next one meets.
#[cfg(target_os = "linux")]
#[test]
fn a_barrier_is_usable_at_once_after_a_round_and_after_a_reset() {
    rehearse(|| {
        for _ in 0..50 {
            let (barrier, roll) = (Barrier::new(3), rehearsal::Roll::new());
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        roll.sign();
                        barrier.wait().expect("all have come before the reset");
                    });
                }
                roll.wait_until_asleep(2);
                barrier.wait().expect("all have come");
                barrier.reset();
                for _ in 0..2 {
                    scope.spawn(|| barrier.wait().expect("nobody breaks it any more"));
                }
                barrier.wait().expect("nobody breaks it any more");
            });
            assert!(!barrier.is_broken());
        }
    });
}

/// The pattern of Python's tests: one gives up, all are told, and they meet elsewhere to begin anew.
#[test]
fn all_come_back_after_an_abort_and_a_reset() {
    rehearse(|| {
        for _ in 0..100 {
            let (work, regroup) = (Barrier::new(THREADS), Barrier::new(THREADS));
            let told = AtomicU32::new(0);
            thread::scope(|scope| {
                for thread in 0..THREADS {
                    let (work, regroup, told) = (&work, &regroup, &told);
                    scope.spawn(move || {
                        if thread == THREADS / 2 {
                            work.abort();
                        } else {
                            assert_eq!(work.wait(), Err(Broken));
                            told.fetch_add(1, Relaxed);
                        }
                        if regroup.wait().expect("nobody breaks this one").is_leader() {
                            work.reset();
                        }
                        regroup.wait().expect("nobody breaks this one");
                        work.wait().expect("it was reset");
                    });
                }
            });
            assert_eq!(told.into_inner() as usize, THREADS - 1);
        }
    });
}

#[test]
fn a_timed_wait_lasts_as_long_as_it_says() {
    rehearse(|| {
        let barrier = Barrier::new(2);
        let timeout = Duration::from_millis(20);
        let start = Instant::now();
        assert_eq!(barrier.wait_timeout(timeout), Err(Broken));
        assert!(start.elapsed() >= timeout);
    });
}

/// Time limits of about the time that a thread takes to start, so that running out and being the last collide.
#[test]
fn a_round_ends_in_the_same_way_for_all() {
    rehearse(|| {
        for step in 0..500 {
            let barrier = Barrier::new(4);
            let ends = Mutex::new(Vec::new());
            thread::scope(|scope| {
                for thread in 0..4 {
                    let (barrier, ends) = (&barrier, &ends);
                    scope.spawn(move || {
                        let end = match thread {
                            0 => barrier.wait_timeout(Duration::from_micros(step % 200)),
                            1 => barrier.wait_timeout(Duration::from_micros(50 + step % 150)),
                            _ => barrier.wait(),
                        };
                        ends.lock().expect("no assertion with the lock").push(end.is_ok());
                    });
                }
            });
            let ends = ends.into_inner().expect("no assertion with the lock");
            assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
            assert_eq!(barrier.is_broken(), !ends[0]);
        }
    });
}

/// Everything at once, for as long as it takes to lead to many rounds of each end. A list that kept an entry of somebody
/// who has left would not survive this.
#[test]
fn rounds_and_breaks_in_any_order_leave_a_barrier_that_works() {
    const TURNS: u32 = 2_000;
    rehearse(|| {
        let barrier = Barrier::new(3);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let waiters: Vec<_> = (0..6)
                .map(|thread| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        for turn in 0..TURNS {
                            let limit = Duration::from_micros(u64::from(turn % 50));
                            let end =
                                if (turn + thread) % 4 == 0 { barrier.wait_timeout(limit) } else { barrier.wait() };
                            if let Err(Broken) = end {
                                barrier.reset();
                            }
                        }
                    })
                })
                .collect();
            scope.spawn(|| {
                // And so nobody waits for ever at the end, when too few are left.
                while !done.load(Relaxed) {
                    thread::yield_now();
                    barrier.abort();
                    barrier.reset();
                }
            });
            for waiter in waiters {
                waiter.join().expect("no assertion in there");
            }
            done.store(true, Relaxed);
        });
        assert_eq!(barrier.n_waiting(), 0);
        barrier.reset();
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| barrier.wait().expect("nobody breaks it any more"));
            }
        });
    });
}

/// As the documentation recommends: whoever cannot go on calls it off, in a panic too.
#[test]
fn a_guard_aborts_for_a_thread_that_panics() {
    struct AbortInPanic<'barrier>(&'barrier Barrier);
    impl Drop for AbortInPanic<'_> {
        fn drop(&mut self) {
            if thread::panicking() {
                self.0.abort();
            }
        }
    }

    rehearse(|| {
        let barrier = Barrier::new(THREADS);
        thread::scope(|scope| {
            for _ in 1..THREADS {
                scope.spawn(|| assert_eq!(barrier.wait(), Err(Broken)));
            }
            expect_panic(|| {
                let _abort = AbortInPanic(&barrier);
                panic_on_purpose();
            });
        });
        assert!(barrier.is_broken());
    });
}
