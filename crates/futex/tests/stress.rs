//! Real threads: many of them, time-outs, and signals that interrupt.
//!
//! The tests that count wake-ups call a wait once where a program has to call it in a loop. They rely on more than the
//! crate promises: its real backends end a wait for no reason only if a signal's handler runs, or if a wake is meant
//! for a word that lay at this address before. The threads of these tests get no signals, and each test has joined
//! every thread that wakes before its words are gone.
#![cfg(not(loom))]

use std::panic::catch_unwind;
use std::ptr;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::thread;
use std::time::{Duration, Instant};

use futex::{Changed, Deadline, Requeued, TimedOut, requeue, wait, wait_until, wake_all, wake_one};
use rehearsal::rehearse;

const THREADS: u32 = 16;

/// Wakes sleepers of `word` until there have been `count`. This is also how a test knows that somebody sleeps.
fn wake_exactly(word: &AtomicU32, count: u32) {
    for _ in 0..count {
        while !wake_one(word) {
            thread::yield_now();
        }
    }
}

#[test]
fn each_wake_of_one_releases_one_of_many() {
    rehearse(|| {
        let (word, released) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    wait(&word, 0);
                    released.fetch_add(1, Relaxed);
                });
            }
            wake_exactly(&word, THREADS);
        });
        assert_eq!(released.into_inner(), THREADS);
        assert_eq!(wake_all(&word), 0);
    });
}

#[test]
fn wake_all_counts_and_releases_many() {
    rehearse(|| {
        let word = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| wait(&word, 0));
            }
            let mut woken = 0;
            while woken < THREADS as usize {
                woken += wake_all(&word);
                thread::yield_now();
            }
            assert_eq!(woken, THREADS as usize);
        });
    });
}

#[test]
fn no_wake_up_is_lost_between_two_threads_that_take_turns() {
    const ROUNDS: u32 = 20_000;
    rehearse(|| {
        let word = AtomicU32::new(0);
        let take_turns = |mine: u32| {
            for round in (mine..ROUNDS).step_by(2) {
                loop {
                    let now = word.load(Acquire);
                    if now == round {
                        break;
                    }
                    wait(&word, now);
                }
                word.swap(round + 1, Release);
                wake_one(&word);
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| take_turns(0));
            scope.spawn(|| take_turns(1));
        });
        assert_eq!(word.into_inner(), ROUNDS);
    });
}

#[test]
fn requeued_sleepers_sleep_on_the_other_word() {
    rehearse(|| {
        let (from, to) = (AtomicU32::new(0), AtomicU32::new(0));
        let (mut woken, mut moved) = (0, 0);
        let (mut left_behind, mut found) = (0, 0);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| wait(&from, 0));
            }
            while woken + moved < THREADS as usize {
                let requeued = requeue(&from, 0, &to).expect("nobody changes the word");
                woken += requeued.woken;
                moved += requeued.moved;
                thread::yield_now();
            }
            left_behind = wake_all(&from);
            found = wake_all(&to);
            // Lets the threads end, so that a mistake shows in the numbers and not as a hang.
            while wake_all(&to) > 0 {}
        });
        assert_eq!(left_behind, 0);
        assert_eq!(found, moved);
    });
}

#[test]
fn requeue_moves_nobody_if_the_word_has_changed() {
    rehearse(|| {
        let (from, to) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| wait(&from, 0));
            }
            wake_exactly(&from, 1);
            assert_eq!(requeue(&from, 1, &to), Err(Changed));
            assert_eq!(wake_all(&to), 0);
            wake_exactly(&from, 2);
        });
    });
}

#[test]
#[cfg(all(target_os = "linux", not(portable_futex)))]
fn requeue_panics_if_no_word_can_lie_at_the_goal() {
    let from = AtomicU32::new(0);
    for address in [1, usize::MAX - 3] {
        catch_unwind(|| requeue(&from, 0, ptr::without_provenance(address))).expect_err("the kernel refuses");
    }
}

#[test]
fn a_requeued_sleeper_keeps_its_deadline() {
    rehearse(|| {
        let (from, to) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            let sleepers = [(); 2].map(|()| {
                scope.spawn(|| {
                    let deadline = Deadline::after(Duration::from_millis(300));
                    wait_until(&from, 0, deadline)
                })
            });
            let mut sum = Requeued { woken: 0, moved: 0 };
            while sum.moved == 0 && sleepers.iter().any(|sleeper| !sleeper.is_finished()) {
                let Requeued { woken, moved } = requeue(&from, 0, &to).expect("nobody changes the word");
                sum = Requeued { woken: sum.woken + woken, moved: sum.moved + moved };
                thread::yield_now();
            }
            let results = sleepers.map(|sleeper| sleeper.join().expect("no assertion in there"));
            let timed_out = results.iter().filter(|result| **result == Err(TimedOut)).count();
            assert_eq!(timed_out, 2 - sum.woken);
        });
    });
}

#[test]
fn a_timed_wait_is_never_too_short() {
    rehearse(|| {
        let word = AtomicU32::new(0);
        for micros in [1, 50, 1_000, 20_000] {
            let timeout = Duration::from_micros(micros);
            let start = Instant::now();
            let deadline = Deadline::after(timeout);
            while wait_until(&word, 0, deadline).is_ok() {}
            assert!(start.elapsed() >= timeout);
        }
    });
}

#[test]
fn a_very_long_deadline_neither_overflows_nor_passes() {
    rehearse(|| {
        let word = AtomicU32::new(0);
        // The longest that the clock can express, found by halving.
        let mut longest = Duration::MAX;
        while Deadline::after(longest) == Deadline::NEVER {
            longest /= 2;
        }
        thread::scope(|scope| {
            for timeout in [longest, Duration::from_secs(u64::from(u32::MAX)), Duration::MAX] {
                let word = &word;
                scope.spawn(move || assert_eq!(wait_until(word, 0, Deadline::after(timeout)), Ok(())));
            }
            wake_exactly(&word, 3);
        });
    });
}

#[test]
fn a_counted_wake_up_never_goes_to_a_sleeper_whose_time_ran_out() {
    rehearse(|| {
        let word = AtomicU32::new(0);
        for step in 0..500 {
            thread::scope(|scope| {
                // Time-outs around the time that it takes to lie down and be woken, so that the two collide.
                let deadline = Deadline::after(Duration::from_micros(20 + step % 100));
                let sleeper = scope.spawn({
                    let word = &word;
                    move || wait_until(word, 0, deadline)
                });
                let mut counted = false;
                while !counted && !sleeper.is_finished() {
                    counted = wake_one(&word);
                }
                let result = sleeper.join().expect("no assertion in there");
                assert!(!counted || result == Ok(()));
            });
        }
    });
}

/// Signals that interrupt: without `SA_RESTART`, so that the kernel ends a wait and does not take it up again by
/// itself.
#[cfg(target_os = "linux")]
mod signals {
    use super::*;
    use std::hint;
    use std::mem;
    use std::os::unix::thread::JoinHandleExt;
    use std::sync::Arc;
    use std::thread::JoinHandle;

    thread_local! {
        /// How many signals this thread has handled.
        static HITS: AtomicU32 = const { AtomicU32::new(0) };
    }

    extern "C" fn count_hit(_signal: libc::c_int) {
        HITS.with(|hits| hits.fetch_add(1, Relaxed));
    }

    fn was_hit() -> bool {
        HITS.with(|hits| hits.load(Relaxed)) > 0
    }

    fn install_handler() {
        let handler: extern "C" fn(libc::c_int) = count_hit;
        // SAFETY: all bits zero is a `sigaction` without flags that blocks no other signal.
        let mut action: libc::sigaction = unsafe { mem::zeroed() };
        action.sa_sigaction = handler as libc::sighandler_t;
        // SAFETY: `action` is initialised, and its handler does nothing but add to an atomic of its thread, which is
        // there from the start and is never dropped. That is allowed in a handler.
        let result = unsafe { libc::sigaction(libc::SIGUSR1, &action, ptr::null_mut()) };
        assert_eq!(result, 0);
    }

    fn interrupt<T>(thread: &JoinHandle<T>) {
        // SAFETY: the thread has not been joined, for we hold its handle, so its id is valid.
        let result = unsafe { libc::pthread_kill(thread.as_pthread_t(), libc::SIGUSR1) };
        assert_eq!(result, 0);
    }

    #[test]
    fn postpone_no_deadline() {
        install_handler();
        model::within(Duration::from_secs(5), || {
            // Much longer than a busy machine keeps the signals from following each other.
            let timeout = Duration::from_millis(500);
            let sleeper = thread::spawn(move || {
                let word = AtomicU32::new(0);
                loop {
                    let start = Instant::now();
                    let deadline = Deadline::after(timeout);
                    while wait_until(&word, 0, deadline).is_ok() {}
                    // On a busy machine the time may be over before the first signal comes.
                    if was_hit() {
                        return start.elapsed();
                    }
                }
            });
            while !sleeper.is_finished() {
                interrupt(&sleeper);
                thread::yield_now();
            }
            let slept = sleeper.join().expect("no assertion in there");
            assert!(slept >= timeout);
        });
    }

    #[test]
    fn swallow_no_wake_up() {
        const ROUNDS: u32 = 5_000;
        install_handler();
        rehearse(|| {
            let words = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
            let sleeper = thread::spawn({
                let words = Arc::clone(&words);
                move || {
                    let (word, seen) = &*words;
                    let mut round = 0;
                    while round < ROUNDS || !was_hit() {
                        while word.load(Acquire) == round {
                            wait(word, round);
                        }
                        round += 1;
                        seen.store(round, Release);
                    }
                }
            });
            let (word, seen) = &*words;
            let mut round = 0;
            while !sleeper.is_finished() {
                // Time to lie down, in most rounds.
                for _ in 0..round % 8 {
                    thread::yield_now();
                }
                round += 1;
                word.swap(round, Release);
                interrupt(&sleeper);
                // Sooner or later, the wake comes when the signal has ended the wait and the sleeper is not yet back.
                for _ in 0..round % 500 {
                    hint::spin_loop();
                }
                wake_one(word);
                // No second signal, which would come to the help of a sleeper that has missed the wake.
                while seen.load(Acquire) != round && !sleeper.is_finished() {
                    thread::yield_now();
                }
            }
            sleeper.join().expect("no assertion in there");
        });
    }
}
