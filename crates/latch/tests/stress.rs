//! Real threads: many of them, round after round, timed, panicking, and waiters that surely sleep.
#![cfg(not(loom))]

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use latch::WaitGroup;
use rehearsal::{expect_panic, panic_on_purpose, rehearse};

const THREADS: u32 = 16;

/// A group with so many things to be done.
fn group_of(pending: usize) -> WaitGroup {
    let group = WaitGroup::new();
    group.add(pending);
    group
}

/// Runs `body`, which misuses a group, and returns what it is told.
fn misuse(body: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(body)).expect_err("misuse should panic");
    let payload: &dyn Any = &*payload;
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).expect("a panic with a message")
}

#[test]
fn a_group_is_forty_bytes() {
    assert_eq!(size_of::<WaitGroup>(), 40);
}

#[test]
fn new_is_const() {
    static GROUP: WaitGroup = WaitGroup::new();
    GROUP.add(1);
    thread::spawn(|| GROUP.done());
    GROUP.wait();
}

#[test]
fn debug_shows_how_much_is_pending() {
    assert_eq!(format!("{:?}", WaitGroup::default()), "WaitGroup { pending: 0 }");
    assert_eq!(format!("{:?}", group_of(3)), "WaitGroup { pending: 3 }");
}

#[test]
fn to_be_done_more_often_than_was_added_panics_and_changes_nothing() {
    rehearse(|| {
        let group = WaitGroup::new();
        assert!(misuse(|| group.done()).contains("more often"));
        group.add(1);
        group.done();
        assert!(misuse(|| group.done()).contains("more often"));
        group.wait();
        group.add(1);
        assert!(!group.wait_timeout(Duration::ZERO), "the surplus does not count for the next round");
        group.done();
        group.wait();
    });
}

#[test]
fn to_add_more_than_can_be_counted_panics_and_changes_nothing() {
    rehearse(|| {
        let group = group_of(1);
        assert!(misuse(|| group.add(usize::MAX)).contains("counted"));
        group.done();
        group.wait();
        group.add(usize::MAX);
        assert!(misuse(|| group.add(1)).contains("counted"));
        assert!(!group.wait_timeout(Duration::ZERO));
    });
}

/// One waits for all, and all wait for that one, with the same two groups in each round.
#[test]
fn many_threads_wait_for_each_other_round_after_round() {
    const ROUNDS: u32 = 200;
    rehearse(|| {
        let (worked, checked) = (group_of(THREADS as usize), group_of(1));
        let work = AtomicU32::new(0);
        // Std's: what is tested here does not test itself.
        let everybody = Barrier::new(THREADS as usize + 1);
        let begin_next_round = || {
            if everybody.wait().is_leader() {
                worked.add(THREADS as usize);
                checked.add(1);
            }
            everybody.wait();
        };
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for round in 1..=ROUNDS {
                        work.fetch_add(1, Relaxed);
                        worked.done();
                        checked.wait();
                        assert_eq!(work.load(Relaxed), round * THREADS, "released before all was done");
                        begin_next_round();
                    }
                });
            }
            for round in 1..=ROUNDS {
                worked.wait();
                assert_eq!(work.load(Relaxed), round * THREADS, "released before all was done");
                checked.done();
                begin_next_round();
            }
        });
    });
}

/// Threads that are added while others are done, by whoever is at work: the count never touches zero before the end.
#[test]
fn work_that_makes_work_is_waited_for() {
    fn work<'scope>(
        scope: &'scope thread::Scope<'scope, '_>,
        group: &'scope WaitGroup,
        done: &'scope AtomicU32,
        depth: u32,
    ) {
        if depth > 0 {
            group.add(2);
            for _ in 0..2 {
                scope.spawn(move || work(scope, group, done, depth - 1));
            }
        }
        done.fetch_add(1, Relaxed);
        group.done();
    }

    rehearse(|| {
        for _ in 0..20 {
            let (group, done) = (group_of(1), AtomicU32::new(0));
            thread::scope(|scope| {
                work(scope, &group, &done, 5);
                group.wait();
                assert_eq!(done.load(Relaxed), (1 << 6) - 1);
            });
        }
    });
}

/// The next round begins before any of them can look.
#[cfg(target_os = "linux")]
#[test]
fn all_who_sleep_are_released_though_the_next_round_has_begun() {
    rehearse(|| {
        let group = group_of(1);
        for _ in 0..50 {
            let roll = rehearsal::Roll::new();
            thread::scope(|scope| {
                for thread in 0..THREADS {
                    let (group, roll) = (&group, &roll);
                    scope.spawn(move || {
                        roll.sign();
                        if thread % 2 == 0 {
                            group.wait();
                        } else {
                            assert!(group.wait_timeout(Duration::from_secs(3_600)));
                        }
                    });
                }
                roll.wait_until_asleep(THREADS as usize);
                group.done();
                group.add(1);
            });
        }
    });
}

#[cfg(target_os = "linux")]
#[test]
fn sleepers_take_no_processor_time_and_a_huge_duration_is_no_limit() {
    rehearse(|| {
        let limits = [None, Some(Duration::from_secs(3_600)), Some(Duration::from_secs(1 << 33)), Some(Duration::MAX)];
        let (group, roll) = (group_of(1), rehearsal::Roll::new());
        thread::scope(|scope| {
            for limit in limits {
                let (group, roll) = (&group, &roll);
                scope.spawn(move || {
                    roll.sign();
                    limit.map_or_else(|| group.wait(), |limit| assert!(group.wait_timeout(limit)));
                });
            }
            roll.wait_until_asleep(limits.len());
            roll.assert_idle();
            group.done();
        });
    });
}

#[test]
fn a_timed_wait_lasts_as_long_as_it_says() {
    rehearse(|| {
        let group = group_of(1);
        let timeout = Duration::from_millis(20);
        let start = Instant::now();
        assert!(!group.wait_timeout(timeout));
        assert!(start.elapsed() >= timeout);
    });
}

/// Time-outs of about the time that a thread takes to start, so that giving up and being released collide.
#[test]
fn time_limits_that_run_out_tell_the_truth_and_lose_no_release() {
    rehearse(|| {
        for step in 0..500 {
            let (group, letter) = (group_of(2), AtomicU32::new(0));
            thread::scope(|scope| {
                for _ in 0..2 {
                    let timeout = Duration::from_micros(step % 100);
                    let (group, letter) = (&group, &letter);
                    scope.spawn(move || {
                        if group.wait_timeout(timeout) {
                            assert_eq!(letter.load(Relaxed), 2);
                        }
                    });
                    scope.spawn(|| group.wait());
                }
                for _ in 0..2 {
                    letter.fetch_add(1, Relaxed);
                    group.done();
                }
            });
        }
    });
}

/// As the documentation recommends: a guard says it, in a panic too.
#[test]
fn a_guard_says_done_for_a_thread_that_panics() {
    struct Done<'group>(&'group WaitGroup);
    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.done();
        }
    }

    rehearse(|| {
        let group = group_of(THREADS as usize);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    expect_panic(|| {
                        let _done = Done(&group);
                        panic_on_purpose();
                    });
                });
            }
            group.wait();
        });
    });
}

#[test]
fn threads_share_a_group_through_an_arc() {
    rehearse(|| {
        let group = Arc::new(group_of(THREADS as usize));
        for _ in 0..THREADS {
            let group = Arc::clone(&group);
            thread::spawn(move || group.done());
        }
        group.wait();
    });
}

/// A group on the heap that its waiter frees as soon as it is released, while the last to be done is on its way out.
#[test]
fn a_released_waiter_may_free_the_group() {
    struct Borrowed(*const WaitGroup);
    // SAFETY: a wait group is `Sync`, so a reference to it may go to another thread.
    unsafe impl Send for Borrowed {}

    rehearse(|| {
        for _ in 0..3_000 {
            let group = Box::new(group_of(1));
            let borrowed = Borrowed(&*group);
            let helper = thread::spawn(move || {
                let Borrowed(group) = { borrowed };
                // SAFETY: the owner keeps the group until its wait has returned, which only this call makes it do.
                unsafe { &*group }.done();
            });
            group.wait();
            drop(group);
            helper.join().expect("no assertion in there");
        }
    });
}
