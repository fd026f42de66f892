//! Real threads: many of them, timed, panicking, and sleepers that surely sleep.
#![cfg(not(loom))]

use std::cell::Cell;
use std::fmt;
use std::mem;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::thread;
use std::time::{Duration, Instant};

use rehearsal::{expect_panic, panic_on_purpose, rehearse};
use rwlock::{ReadGuard, RwLock, WriteGuard};

const THREADS: u32 = 16;

#[test]
fn a_lock_is_eight_bytes_beside_its_data() {
    assert_eq!(size_of::<RwLock<()>>(), 8);
    assert_eq!(size_of::<RwLock<u32>>(), 12);
    assert_eq!(size_of::<RwLock<u64>>(), 16);
}

#[test]
fn new_is_const() {
    static COUNT: RwLock<u32> = RwLock::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| *COUNT.write() += 1);
        }
    });
    assert_eq!(*COUNT.read(), 2);
}

/// What they must not be is shown by examples in the documentation that do not compile.
#[test]
fn locks_may_be_shared_and_guards_lent() {
    fn is_send<T: Send>() {}
    fn is_sync<T: Sync>() {}
    is_send::<RwLock<Cell<u32>>>();
    is_send::<RwLock<u32>>();
    is_sync::<RwLock<u32>>();
    is_sync::<ReadGuard<'_, u32>>();
    is_sync::<WriteGuard<'_, u32>>();
}

#[test]
fn a_lock_that_is_made_by_default_holds_the_default() {
    assert_eq!(RwLock::<u32>::default().into_inner(), 0);
    assert_eq!(RwLock::from(7).into_inner(), 7);
}

#[test]
fn debug_survives_data_that_fails_while_it_is_shown() {
    struct Broken;
    impl fmt::Debug for Broken {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic_on_purpose()
        }
    }

    let lock = RwLock::new(Broken);
    expect_panic(|| drop(format!("{lock:?}")));
    assert!(lock.try_write().is_some());
}

#[test]
fn values_are_dropped_once() {
    struct Counted<'drops>(&'drops AtomicU32);
    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    let drops = AtomicU32::new(0);
    drop(RwLock::new(Counted(&drops)));
    assert_eq!(drops.load(Relaxed), 1, "with the lock");
    let value = RwLock::new(Counted(&drops)).into_inner();
    assert_eq!(drops.load(Relaxed), 1, "not with a lock that it was taken out of");
    drop(value);
    let lock = RwLock::new(Counted(&drops));
    *lock.write() = Counted(&drops);
    assert_eq!(drops.load(Relaxed), 3, "when another takes its place");
}

/// Every way to lock, and two numbers that differ only while somebody writes.
#[test]
fn many_threads_keep_the_data_whole() {
    const TURNS: u32 = 2_000;
    rehearse(|| {
        let pair = RwLock::new((0, 0));
        let add = |pair: Option<WriteGuard<'_, (u32, u32)>>| {
            let Some(mut pair) = pair else { return 0 };
            assert_eq!(pair.0, pair.1, "somebody else is inside");
            pair.0 += 1;
            pair.1 += 1;
            1
        };
        let look = |pair: Option<ReadGuard<'_, (u32, u32)>>| {
            if let Some(pair) = pair {
                assert_eq!(pair.0, pair.1, "a writer is inside");
            }
            0
        };
        let written = AtomicU32::new(0);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (pair, written) = (&pair, &written);
                scope.spawn(move || {
                    for turn in 0..TURNS {
                        let short = Duration::from_micros(u64::from(turn % 64));
                        let added = match (thread + turn) % 8 {
                            0 => add(pair.try_write()),
                            1 => add(pair.write_timeout(short)),
                            2 => add(Some(pair.write())),
                            3 => look(pair.try_read()),
                            4 => look(pair.read_timeout(short)),
                            _ => look(Some(pair.read())),
                        };
                        written.fetch_add(added, Relaxed);
                    }
                });
            }
        });
        assert!(pair.try_write().is_some());
        assert_eq!(pair.into_inner(), (written.load(Relaxed), written.load(Relaxed)));
    });
}

/// All of them stand inside at once, or the barrier would never open.
#[test]
fn many_readers_are_inside_together() {
    rehearse(|| {
        let lock = RwLock::new(7);
        let meeting = std::sync::Barrier::new(THREADS as usize);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let guard = lock.read();
                    meeting.wait();
                    assert_eq!(*guard, 7);
                });
            }
        });
        assert!(lock.try_write().is_some());
    });
}

#[test]
fn a_writer_gets_through_a_crowd_of_readers() {
    rehearse(|| {
        let done = RwLock::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    while *done.read() < 100 {
                        (0..100).for_each(|_| std::hint::spin_loop());
                    }
                });
            }
            for _ in 0..100 {
                *done.write() += 1;
            }
        });
        assert_eq!(done.into_inner(), 100);
    });
}

#[test]
fn a_reader_gets_through_a_crowd_of_writers() {
    rehearse(|| {
        let count = RwLock::new(0);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !done.load(Relaxed) {
                        *count.write() += 1_u64;
                    }
                });
            }
            let mut before = 0;
            for _ in 0..100 {
                let now = *count.read();
                assert!(before <= now);
                before = now;
            }
            done.store(true, Relaxed);
        });
    });
}

#[cfg(target_os = "linux")]
#[test]
fn newcomers_queue_behind_a_sleeping_writer() {
    rehearse(|| {
        let written = RwLock::new(false);
        let roll = rehearsal::Roll::new();
        thread::scope(|scope| {
            let guard = written.read();
            scope.spawn(|| {
                roll.sign();
                *written.write() = true;
            });
            roll.wait_until_asleep(1);
            assert!(written.try_read().is_none());
            assert!(written.read_timeout(Duration::from_millis(1)).is_none());
            for place in 2..6 {
                scope.spawn(|| {
                    roll.sign();
                    assert!(*written.read(), "the writer was first");
                });
                roll.wait_until_asleep(place);
            }
            roll.assert_idle();
            drop(guard);
        });
    });
}

/// The writer gives up while readers sleep behind it, in whose way it is all that stands.
#[cfg(target_os = "linux")]
#[test]
fn sleeping_readers_go_on_when_the_writer_before_them_gives_up() {
    rehearse(|| {
        let lock = RwLock::new(());
        let roll = rehearsal::Roll::new();
        let guard = lock.read();
        thread::scope(|scope| {
            scope.spawn(|| {
                roll.sign();
                assert!(lock.write_timeout(Duration::from_millis(100)).is_none());
            });
            roll.wait_until_asleep(1);
            for _ in 0..4 {
                scope.spawn(|| drop(lock.read()));
            }
        });
        drop(guard);
        assert!(lock.try_write().is_some());
    });
}

#[test]
fn a_timed_lock_lasts_as_long_as_it_says() {
    rehearse(|| {
        let lock = RwLock::new(());
        let timeout = Duration::from_millis(20);
        let guard = lock.write();
        thread::scope(|scope| {
            scope.spawn(|| {
                let start = Instant::now();
                assert!(lock.read_timeout(timeout).is_none());
                assert!(start.elapsed() >= timeout);
            });
            scope.spawn(|| {
                let start = Instant::now();
                assert!(lock.write_timeout(timeout).is_none());
                assert!(start.elapsed() >= timeout);
            });
        });
        drop(guard);
        assert!(lock.try_write().is_some());
    });
}

/// Time-outs about as long as a turn, so that giving up and being woken collide. Those without a limit must all get in.
#[test]
fn time_limits_that_run_out_lose_no_wake_up() {
    const TURNS: u32 = 1_000;
    rehearse(|| {
        let count = RwLock::new(0);
        let patient = AtomicU32::new(4);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..TURNS {
                        *count.write() += 1;
                        thread::yield_now();
                    }
                    patient.fetch_sub(1, Release);
                });
                scope.spawn(|| {
                    for _ in 0..TURNS {
                        assert!(*count.read() <= 2 * TURNS);
                    }
                    patient.fetch_sub(1, Release);
                });
            }
            for microseconds in [1, 10, 50, 100] {
                let (count, patient) = (&count, &patient);
                scope.spawn(move || {
                    while patient.load(Acquire) > 0 {
                        // What they get they keep for a while, so that others come to sleep.
                        let read = count.read_timeout(Duration::from_micros(microseconds));
                        thread::yield_now();
                        drop(read);
                        let written = count.write_timeout(Duration::from_micros(microseconds));
                        thread::yield_now();
                        drop(written);
                    }
                });
            }
        });
        assert_eq!(count.into_inner(), 2 * TURNS);
    });
}

#[test]
fn threads_that_panic_unlock_on_their_way_out() {
    rehearse(|| {
        let count = RwLock::new(0);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    expect_panic(|| {
                        let mut count = count.write();
                        *count += 1;
                        panic_on_purpose();
                    });
                    expect_panic(|| {
                        let _guard = count.read();
                        panic_on_purpose();
                    });
                });
            }
        });
        assert!(count.try_write().is_some());
        assert_eq!(count.into_inner(), THREADS);
    });
}

/// A panic is no reason to leave the data alone: a destructor that runs because of it may lock.
#[test]
fn a_destructor_may_lock_while_a_panic_unwinds() {
    struct SignOut<'room>(&'room RwLock<Vec<&'static str>>);
    impl Drop for SignOut<'_> {
        fn drop(&mut self) {
            assert!(thread::panicking());
            self.0.write().push("signed out");
        }
    }

    rehearse(|| {
        let room = RwLock::new(vec![]);
        expect_panic(|| {
            let _sign_out = SignOut(&room);
            let mut room = room.write();
            room.push("signed in");
            panic_on_purpose();
        });
        assert_eq!(room.into_inner(), ["signed in", "signed out"]);
    });
}

#[test]
fn a_guard_that_is_forgotten_leaves_the_lock_locked() {
    let mut lock = RwLock::new(7);
    mem::forget(lock.read());
    assert!(lock.try_write().is_none() && lock.try_read().is_some());
    mem::forget(lock.try_read());
    *lock.get_mut() += 1;
    assert_eq!(lock.into_inner(), 8, "whoever has the lock for itself gets at the data all the same");

    let lock = RwLock::new(7);
    mem::forget(lock.write());
    assert!(lock.try_write().is_none() && lock.try_read().is_none());
}
