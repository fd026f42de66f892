//! Real threads: many of them, timed, panicking, and sleepers that surely sleep.
#![cfg(not(loom))]

use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::thread;
use std::time::{Duration, Instant};

use mutex::{Mutex, MutexGuard, RawMutex, ReentrantMutex, ReentrantMutexGuard};
use rehearsal::{expect_panic, panic_on_purpose, rehearse};

const THREADS: u32 = 16;

#[test]
fn a_mutex_is_four_bytes_beside_its_data() {
    assert_eq!(size_of::<RawMutex>(), 4);
    assert_eq!(size_of::<Mutex<()>>(), 4);
    assert_eq!(size_of::<Mutex<u32>>(), 8);
    assert_eq!(size_of::<Option<MutexGuard<'_, u32>>>(), size_of::<&u32>());
}

#[test]
fn new_is_const() {
    static COUNT: Mutex<u32> = Mutex::new(0);
    static NESTED: ReentrantMutex<Cell<u32>> = ReentrantMutex::new(Cell::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                *COUNT.lock() += 1;
                let outer = NESTED.lock();
                NESTED.lock().set(outer.get() + 1);
            });
        }
    });
    assert_eq!(*COUNT.lock(), 2);
    assert_eq!(NESTED.lock().get(), 2);
}

/// What they must not be is shown by examples in the documentation that do not compile.
#[test]
fn mutexes_may_be_shared_and_guards_lent() {
    fn is_send<T: Send>() {}
    fn is_sync<T: Sync>() {}
    // A `Cell` is `Send` and not `Sync`: that suffices.
    is_send::<Mutex<Cell<u32>>>();
    is_sync::<Mutex<Cell<u32>>>();
    is_send::<ReentrantMutex<Cell<u32>>>();
    is_sync::<ReentrantMutex<Cell<u32>>>();
    is_sync::<MutexGuard<'_, u32>>();
    is_sync::<ReentrantMutexGuard<'_, u32>>();
}

#[test]
fn debug_shows_the_data_if_it_is_free() {
    let mutex = Mutex::new(vec![0, 10]);
    assert_eq!(format!("{mutex:?}"), "Mutex { data: [0, 10] }");
    assert_eq!(format!("{mutex:#?}"), "Mutex {\n    data: [\n        0,\n        10,\n    ],\n}");
    let guard = mutex.lock();
    assert_eq!(format!("{mutex:?}"), "Mutex { data: <locked> }");
    assert_eq!(format!("{guard:?}"), "[0, 10]");
    assert_eq!(format!("{}", Mutex::new(7).lock()), "7");
    assert_eq!(format!("{:?}", MutexGuard::raw(&guard)), "RawMutex { locked: true, contended: false }");

    let mutex = ReentrantMutex::new(7);
    let guard = mutex.lock();
    assert_eq!(format!("{mutex:?}"), "ReentrantMutex { data: 7 }");
    assert_eq!(format!("{guard:?} {guard}"), "7 7");
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(format!("{mutex:?}"), "ReentrantMutex { data: <locked> }"));
    });
}

/// Data that shows the mutex which it lies in, and data that fails while it is shown.
#[test]
fn debug_survives_data_that_misbehaves() {
    struct Mirror(Arc<Mutex<Option<Mirror>>>);
    impl fmt::Debug for Mirror {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(formatter)
        }
    }

    struct Broken;
    impl fmt::Debug for Broken {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic_on_purpose()
        }
    }

    let mutex = Arc::new(Mutex::new(None));
    *mutex.lock() = Some(Mirror(Arc::clone(&mutex)));
    assert_eq!(format!("{mutex:?}"), "Mutex { data: Some(Mutex { data: <locked> }) }");
    // Or else the two would keep each other alive.
    *mutex.lock() = None;

    let mutex = Mutex::new(Broken);
    expect_panic(|| drop(format!("{mutex:?}")));
    assert!(!mutex.is_locked());
}

/// Or else the holder would have to make a system call, to wake nobody.
#[test]
fn a_try_leaves_no_trace() {
    let mutex = Mutex::new(());
    let guard = mutex.lock();
    assert!(mutex.try_lock().is_none());
    assert!(mutex.lock_timeout(Duration::ZERO).is_none());
    assert_eq!(format!("{:?}", MutexGuard::raw(&guard)), "RawMutex { locked: true, contended: false }");
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
    drop(Mutex::new(Counted(&drops)));
    drop(ReentrantMutex::new(Counted(&drops)));
    assert_eq!(drops.load(Relaxed), 2, "with the mutex");
    let value = Mutex::new(Counted(&drops)).into_inner();
    let other = ReentrantMutex::from(Counted(&drops)).into_inner();
    assert_eq!(drops.load(Relaxed), 2, "not with a mutex that they were taken out of");
    drop((value, other));
    assert_eq!(drops.load(Relaxed), 4);
    let mutex = Mutex::from(Counted(&drops));
    *mutex.lock() = Counted(&drops);
    assert_eq!(drops.load(Relaxed), 5, "when another takes its place");
}

#[test]
fn a_mutex_that_is_made_by_default_holds_the_default() {
    assert_eq!(Mutex::<u32>::default().into_inner(), 0);
    assert_eq!(ReentrantMutex::<u32>::default().into_inner(), 0);
    assert!(!RawMutex::default().is_locked());
}

/// Three ways to lock, and two numbers that differ only while somebody is inside.
#[test]
fn many_threads_keep_the_data_whole() {
    const TURNS: u32 = 3_000;
    rehearse(|| {
        let pair = Mutex::new((0, 0));
        let add = |mut pair: MutexGuard<'_, (u32, u32)>| {
            assert_eq!(pair.0, pair.1, "somebody else is inside");
            pair.0 += 1;
            pair.1 += 1;
        };
        let missed = AtomicU32::new(0);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (pair, missed) = (&pair, &missed);
                scope.spawn(move || {
                    for turn in 0..TURNS {
                        let guard = match (thread + turn) % 4 {
                            0 => pair.try_lock(),
                            1 => pair.lock_timeout(Duration::from_micros(u64::from(turn % 64))),
                            _ => Some(pair.lock()),
                        };
                        if let Some(guard) = guard {
                            add(guard);
                        } else {
                            missed.fetch_add(1, Relaxed);
                        }
                    }
                });
            }
        });
        assert!(!pair.is_locked());
        assert_eq!(pair.into_inner().0 + missed.into_inner(), THREADS * TURNS);
    });
}

#[test]
fn many_threads_nest_their_locks() {
    const TURNS: u32 = 2_000;
    rehearse(|| {
        let count = ReentrantMutex::new(RefCell::new(0));
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for turn in 0..TURNS {
                        let guards: Vec<_> = (0..=turn % 4).map(|_| count.lock()).collect();
                        assert_eq!(count.depth(), guards.len());
                        *guards[0].borrow_mut() += 1;
                    }
                    assert!(!count.is_owned());
                });
            }
        });
        assert_eq!(count.into_inner().into_inner(), THREADS * TURNS);
    });
}

/// Each makes room for the next only when it is asleep for certain, so nobody is overtaken and the order is theirs.
#[cfg(target_os = "linux")]
#[test]
fn sleepers_are_woken_in_the_order_in_which_they_lay_down() {
    rehearse(|| {
        let order = Mutex::new(Vec::new());
        let roll = rehearsal::Roll::new();
        thread::scope(|scope| {
            let guard = order.lock();
            for number in 0..8 {
                let (order, roll) = (&order, &roll);
                scope.spawn(move || {
                    roll.sign();
                    order.lock().push(number);
                });
                roll.wait_until_asleep(number + 1);
            }
            drop(guard);
        });
        assert!(order.into_inner().is_sorted());
    });
}

/// A way to wait for one of two locks that are held.
#[cfg(target_os = "linux")]
type Wait = fn(&Mutex<()>, &ReentrantMutex<()>);

#[cfg(target_os = "linux")]
#[test]
fn sleepers_take_no_processor_time() {
    rehearse(|| {
        const HOUR: Duration = Duration::from_secs(3_600);
        let waits: [Wait; 4] = [
            |plain, _| drop(plain.lock()),
            |plain, _| assert!(plain.lock_timeout(HOUR).is_some()),
            |_, nested| drop(nested.lock()),
            |_, nested| assert!(nested.lock_timeout(HOUR).is_some()),
        ];
        let (plain, nested) = (Mutex::new(()), ReentrantMutex::new(()));
        let roll = rehearsal::Roll::new();
        thread::scope(|scope| {
            let guards = (plain.lock(), nested.lock());
            for wait in waits {
                let (plain, nested, roll) = (&plain, &nested, &roll);
                scope.spawn(move || {
                    roll.sign();
                    wait(plain, nested);
                });
            }
            roll.wait_until_asleep(waits.len());
            roll.assert_idle();
            drop(guards);
        });
    });
}

/// A chain: one wake-up is all that the first of them causes, and each has to see to the next.
#[cfg(target_os = "linux")]
#[test]
fn one_unlock_sets_all_sleepers_going() {
    rehearse(|| {
        for _ in 0..50 {
            let count = Mutex::new(0);
            let roll = rehearsal::Roll::new();
            thread::scope(|scope| {
                let guard = count.lock();
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        roll.sign();
                        *count.lock() += 1;
                    });
                }
                roll.wait_until_asleep(THREADS as usize);
                drop(guard);
            });
            assert_eq!(count.into_inner(), THREADS);
        }
    });
}

/// One holds the lock nearly all the time. The mutex promises the other nothing, but it has to get through in the end.
#[test]
fn a_thread_that_locks_again_and_again_lets_another_in() {
    rehearse(|| {
        let mutex = Mutex::new(());
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    let guard = mutex.lock();
                    for _ in 0..1_000 {
                        std::hint::spin_loop();
                    }
                    drop(guard);
                }
            });
            for _ in 0..10 {
                drop(mutex.lock());
            }
            done.store(true, Relaxed);
        });
    });
}

#[test]
fn a_timed_lock_lasts_as_long_as_it_says() {
    rehearse(|| {
        let mutex = Mutex::new(());
        let nested = ReentrantMutex::new(());
        let guards = (mutex.lock(), nested.lock());
        let timeout = Duration::from_millis(20);
        thread::scope(|scope| {
            scope.spawn(|| {
                let start = Instant::now();
                assert!(mutex.lock_timeout(timeout).is_none());
                assert!(start.elapsed() >= timeout);
            });
            scope.spawn(|| {
                let start = Instant::now();
                assert!(nested.lock_timeout(timeout).is_none());
                assert!(start.elapsed() >= timeout);
            });
        });
        drop(guards);
        assert!(!mutex.is_locked() && !nested.is_locked());
    });
}

#[test]
fn a_huge_duration_is_no_limit() {
    rehearse(|| {
        let mutex = Mutex::new(());
        let waiting = AtomicU32::new(0);
        thread::scope(|scope| {
            let guard = mutex.lock();
            for timeout in [Duration::MAX, Duration::from_secs(u64::MAX / 2), Duration::from_secs(1 << 33)] {
                let (mutex, waiting) = (&mutex, &waiting);
                scope.spawn(move || {
                    waiting.fetch_add(1, Relaxed);
                    assert!(mutex.lock_timeout(timeout).is_some());
                });
            }
            while waiting.load(Relaxed) < 3 || !format!("{:?}", MutexGuard::raw(&guard)).contains("contended: true") {
                thread::yield_now();
            }
            drop(guard);
        });
    });
}

/// Time-outs about as long as a turn, so that giving up and being woken collide. Those without a limit must all get in.
#[test]
fn time_limits_that_run_out_lose_no_wake_up() {
    const TURNS: u32 = 1_000;
    rehearse(|| {
        let count = Mutex::new(0);
        let patient = AtomicU32::new(4);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..TURNS {
                        *count.lock() += 1;
                        thread::yield_now();
                    }
                    patient.fetch_sub(1, Release);
                });
            }
            for microseconds in [1, 10, 50, 100] {
                let (count, patient) = (&count, &patient);
                scope.spawn(move || {
                    while patient.load(Acquire) > 0 {
                        // What it gets it keeps for a while, so that others come to sleep.
                        let guard = count.lock_timeout(Duration::from_micros(microseconds));
                        thread::yield_now();
                        drop(guard);
                    }
                });
            }
        });
        assert_eq!(count.into_inner(), 4 * TURNS);
    });
}

#[test]
fn threads_that_panic_unlock_on_their_way_out() {
    rehearse(|| {
        let pair = Mutex::new((0, 0));
        let nested = ReentrantMutex::new(Cell::new(0));
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    expect_panic(|| {
                        pair.lock().0 += 1;
                        let mut guard = pair.lock();
                        guard.1 += 1;
                        let outer = nested.lock();
                        let inner = nested.lock();
                        inner.set(outer.get() + 1);
                        panic_on_purpose();
                    });
                    assert!(!nested.is_owned());
                });
            }
        });
        assert!(!pair.is_locked() && !nested.is_locked());
        assert_eq!(pair.into_inner(), (THREADS, THREADS));
        assert_eq!(nested.into_inner().get(), THREADS);
    });
}

/// A panic is no reason to leave the data alone: a destructor that runs because of it may lock.
#[test]
fn a_destructor_may_lock_while_a_panic_unwinds() {
    struct SignOut<'room>(&'room Mutex<Vec<&'static str>>, &'room ReentrantMutex<Cell<u32>>);
    impl Drop for SignOut<'_> {
        fn drop(&mut self) {
            assert!(thread::panicking());
            self.0.lock().push("signed out");
            self.1.lock().set(self.1.depth() as u32);
        }
    }

    rehearse(|| {
        let (room, depth) = (Mutex::new(vec![]), ReentrantMutex::new(Cell::new(0)));
        thread::scope(|scope| {
            scope.spawn(|| {
                expect_panic(|| {
                    let _held = depth.lock();
                    let _sign_out = SignOut(&room, &depth);
                    let mut room = room.lock();
                    room.push("signed in");
                    panic_on_purpose();
                });
            });
        });
        assert_eq!(room.into_inner(), ["signed in", "signed out"]);
        assert_eq!(depth.into_inner().get(), 2, "the destructor's lock came on top of the other");
    });
}

/// Destructors of thread-locals run when the thread's own number may be gone already.
#[test]
fn a_destructor_may_lock_while_a_thread_ends() {
    static ENDED: ReentrantMutex<Cell<usize>> = ReentrantMutex::new(Cell::new(0));

    struct SignOut;
    impl Drop for SignOut {
        fn drop(&mut self) {
            let outer = ENDED.lock();
            ENDED.lock().set(outer.get() + ENDED.depth());
        }
    }

    thread_local! {
        static SIGN_OUT: SignOut = const { SignOut };
    }

    rehearse(|| {
        for _ in 0..2 {
            thread::spawn(|| SIGN_OUT.with(|_| {})).join().expect("no assertion in there");
        }
        assert_eq!(ENDED.lock().get(), 2 * 2);
    });
}

#[test]
fn a_guard_that_is_forgotten_leaves_the_mutex_locked() {
    let mutex = Mutex::new(7);
    mem::forget(mutex.lock());
    assert!(mutex.is_locked() && mutex.try_lock().is_none());
    assert_eq!(mutex.into_inner(), 7, "whoever has the mutex for itself gets at the data all the same");

    let nested = ReentrantMutex::new(());
    mem::forget(nested.lock());
    drop(nested.lock());
    assert!(nested.is_owned());
    assert_eq!(nested.depth(), 1);
}

/// The system may use the memory of a thread that has ended, and its number, for another one.
#[test]
fn nobody_inherits_the_lock_of_a_thread_that_has_ended() {
    let nested = ReentrantMutex::new(());
    thread::scope(|scope| {
        scope.spawn(|| mem::forget(nested.lock())).join().expect("no assertion in there");
        for _ in 0..20 {
            let heir = scope.spawn(|| nested.is_owned() || nested.try_lock().is_some());
            assert!(!heir.join().expect("no assertion in there"));
        }
    });
}

/// Nothing in the plain lock remembers who locked it.
#[test]
fn one_thread_may_unlock_what_another_has_locked() {
    rehearse(|| {
        let raw = RawMutex::new();
        thread::scope(|scope| {
            raw.lock();
            scope.spawn(|| {
                // SAFETY: the lock is held, and the thread that has locked it leaves the unlocking to this one.
                unsafe { raw.unlock() };
            });
            raw.lock();
            // SAFETY: this thread has just locked it for the second time.
            unsafe { raw.unlock() };
        });
        assert!(!raw.is_locked());
    });
}

/// A mutex on the heap that whoever is last frees, while the other is still on its way out of its unlocking.
#[test]
fn the_next_holder_may_free_the_mutex() {
    struct Borrowed(*const Mutex<bool>);
    // SAFETY: a mutex of a `bool` is `Sync`, so a reference to it may go to another thread.
    unsafe impl Send for Borrowed {}

    rehearse(|| {
        for _ in 0..3_000 {
            let done = Box::new(Mutex::new(false));
            let borrowed = Borrowed(&*done);
            let helper = thread::spawn(move || {
                let Borrowed(done) = { borrowed };
                // SAFETY: the owner keeps the mutex until it has read `true`, which only this thread writes.
                *unsafe { &*done }.lock() = true;
            });
            while !*done.lock() {
                thread::yield_now();
            }
            drop(done);
            helper.join().expect("no assertion in there");
        }
    });
}
