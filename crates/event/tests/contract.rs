//! What an event promises, with two or three threads and through the public API alone.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through every schedule.

use std::time::Duration;

use event::Event;
use model::boxed::Box;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use model::thread;

/// Short enough not to hold up the tests. No test depends on its length.
const MOMENT: Duration = Duration::from_millis(1);

/// For programs whose schedules are too many: those with at most two preemptions. Most bugs show in these.
const BOUNDED: model::Check = model::Check::new().preemptions(2);

#[test]
fn a_new_event_is_clear() {
    model::check(|| {
        assert!(!Event::new().is_set());
        assert!(!Event::default().is_set());
    });
}

#[test]
fn set_raises_the_flag_and_clear_takes_it_down() {
    model::check(|| {
        let event = Event::new();
        for _ in 0..2 {
            event.set();
            assert!(event.is_set());
            event.set();
            assert!(event.is_set());
            event.clear();
            assert!(!event.is_set());
            event.clear();
            assert!(!event.is_set());
        }
    });
}

#[test]
fn wait_returns_at_once_when_set() {
    model::check(|| {
        let event = Event::new();
        event.set();
        event.wait();
        event.wait();
        assert!(event.is_set(), "a wait leaves the flag as it is");
    });
}

#[test]
fn two_clears_at_once_take_the_flag_down() {
    model::check(|| {
        let event = Event::new();
        event.set();
        thread::scope(|scope| {
            scope.spawn("other", || event.clear());
            event.clear();
        });
        assert!(!event.is_set());
    });
}

#[test]
fn a_thread_that_waits_is_asleep() {
    // Without preemptions and surprises, a thread that yields goes on only when the others sleep, yield or have ended.
    model::Check::new().preemptions(0).surprises(0).run(|| {
        let event = Event::new();
        thread::scope(|scope| {
            scope.spawn("waiter", || event.wait());
            thread::yield_now();
            let asleep = model::sleepers();
            event.set();
            assert!(asleep == 1 || !model::MODELLED, "the waiter is awake while the flag is down");
        });
    });
}

#[test]
fn set_releases_a_waiter() {
    model::check(|| {
        let event = Event::new();
        thread::scope(|scope| {
            scope.spawn("waiter", || event.wait());
            event.set();
        });
    });
}

#[test]
fn set_releases_every_waiter() {
    BOUNDED.run(|| {
        let event = Event::new();
        thread::scope(|scope| {
            scope.spawn("waiter 1", || event.wait());
            scope.spawn("waiter 2", || event.wait());
            event.set();
        });
    });
}

#[test]
fn set_releases_three_who_sleep() {
    // Without preemptions and surprises there are few schedules, and in all of them the waiters go first.
    model::Check::new().preemptions(0).surprises(0).run(|| {
        let event = Event::new();
        thread::scope(|scope| {
            for name in ["waiter 1", "waiter 2", "waiter 3"] {
                scope.spawn(name, || event.wait());
            }
            thread::yield_now();
            event.set();
        });
    });
}

#[test]
fn two_sets_at_once_release_a_waiter() {
    BOUNDED.run(|| {
        let event = Event::new();
        thread::scope(|scope| {
            scope.spawn("setter 1", || event.set());
            scope.spawn("setter 2", || event.set());
            event.wait();
        });
    });
}

#[test]
fn set_publishes_to_a_waiter() {
    model::check(|| {
        let event = Event::new();
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                event.wait();
                assert_eq!(letter.load(Relaxed), 42);
            });
            letter.store(42, Relaxed);
            event.set();
        });
    });
}

#[test]
fn set_publishes_to_whoever_finds_the_flag_up() {
    model::check(|| {
        let event = Event::new();
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("visitor", || {
                if event.is_set() {
                    assert_eq!(letter.load(Relaxed), 42);
                }
            });
            letter.store(42, Relaxed);
            event.set();
        });
    });
}

/// Sets and clears the event `rounds` times while a thread is known to sleep on it, so that no later set comes to its help.
#[track_caller]
fn rounds_release_a_sleeper(check: &model::Check, rounds: u32) {
    check.run(move || {
        let event = Event::new();
        thread::scope(|scope| {
            scope.spawn("waiter", || event.wait());
            // Lets the waiter go first.
            thread::yield_now();
            if model::sleepers() == 1 {
                for _ in 0..rounds {
                    event.set();
                    event.clear();
                }
            } else {
                event.set();
            }
        });
    });
}

#[test]
fn a_set_and_a_clear_release_a_sleeper() {
    rounds_release_a_sleeper(&BOUNDED, 1);
}

#[test]
fn two_sets_and_two_clears_release_a_sleeper() {
    rounds_release_a_sleeper(&BOUNDED, 2);
}

/// A count of rounds in a few bits is soon where it was, and a sleeper that wakes late is deceived. Few are tried first:
/// the picture of a failure shows them all.
#[test]
fn hundreds_of_sets_and_clears_release_a_sleeper() {
    // Without preemptions and surprises the waiter goes on only when all the rounds are over.
    let check = model::Check::new().preemptions(0).surprises(0).decisions(10_000);
    for rounds in [4, 16, 64, 256] {
        rounds_release_a_sleeper(&check, rounds);
    }
}

/// A setter cannot know that somebody waits already. So it sets and clears, again and again, until the waiter says
/// that it is released. The first set after the waiter began to wait has to do it, so this comes to an end.
#[test]
fn a_set_and_a_clear_release_whoever_was_waiting() {
    BOUNDED.run(|| {
        let event = Event::new();
        let letter = AtomicU32::new(0);
        let released = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                event.wait();
                // First of all, or else a failure here would keep the other thread going round.
                released.store(1, Release);
                assert_eq!(letter.load(Relaxed), 42);
            });
            letter.store(42, Relaxed);
            while released.load(Acquire) == 0 {
                thread::yield_now();
                event.set();
                event.clear();
            }
        });
    });
}

#[test]
fn wait_after_a_clear_blocks_until_the_next_set() {
    model::check(|| {
        let event = Event::new();
        let letter = AtomicU32::new(0);
        event.set();
        event.clear();
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                event.wait();
                assert_eq!(letter.load(Relaxed), 42, "released before the next set");
            });
            letter.store(42, Relaxed);
            event.set();
        });
    });
}

#[test]
fn clearing_a_clear_event_releases_nobody() {
    model::check(|| {
        let event = Event::new();
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                event.wait();
                assert_eq!(letter.load(Relaxed), 42, "released without a set");
            });
            event.clear();
            letter.store(42, Relaxed);
            event.set();
        });
    });
}

/// A producer sets an event that is up already, and the consumer takes the flag down: either the consumer sees what was
/// produced, or the set comes later and the flag is up again.
#[test]
fn a_set_of_a_set_event_publishes_to_the_clear_that_follows() {
    model::check(|| {
        let event = Event::new();
        let items = AtomicU32::new(0);
        event.set();
        thread::scope(|scope| {
            scope.spawn("producer", || {
                items.store(1, Relaxed);
                event.set();
            });
            event.wait();
            event.clear();
            if items.load(Relaxed) == 0 {
                event.wait();
                assert_eq!(items.load(Relaxed), 1);
            }
        });
    });
}

#[test]
fn two_threads_take_turns_with_two_events() {
    BOUNDED.run(|| {
        let (ping, pong) = (Event::new(), Event::new());
        thread::scope(|scope| {
            scope.spawn("pong", || {
                ping.wait();
                ping.clear();
                pong.set();
            });
            ping.set();
            pong.wait();
            pong.clear();
        });
        assert!(!ping.is_set() && !pong.is_set());
    });
}

#[test]
fn a_timed_wait_returns_true_at_once_when_set() {
    model::check(|| {
        let event = Event::new();
        event.set();
        assert!(event.wait_timeout(MOMENT));
        assert!(event.wait_timeout(Duration::ZERO));
        assert!(event.wait_timeout(Duration::MAX));
    });
}

#[test]
fn a_timed_wait_returns_false_when_nobody_sets() {
    model::check(|| {
        let event = Event::new();
        assert!(!event.wait_timeout(MOMENT));
        assert!(!event.wait_timeout(Duration::ZERO));
        event.set();
        event.clear();
        assert!(!event.wait_timeout(MOMENT), "an earlier set does not count");
    });
}

#[test]
fn a_timed_wait_that_returns_true_has_seen_a_set() {
    model::check(|| {
        let event = Event::new();
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("setter", || {
                letter.store(42, Relaxed);
                event.set();
            });
            if event.wait_timeout(MOMENT) {
                assert_eq!(letter.load(Relaxed), 42);
            }
        });
    });
}

#[test]
fn a_timed_wait_without_a_limit_is_released_by_a_set() {
    model::check(|| {
        let event = Event::new();
        thread::scope(|scope| {
            scope.spawn("setter", || event.set());
            // It may wake up for no reason, but its time cannot run out.
            assert!(event.wait_timeout(Duration::MAX));
        });
        assert!(event.is_set());
    });
}

#[test]
fn a_waiter_whose_time_ran_out_takes_no_release_from_another() {
    BOUNDED.run(|| {
        let event = Event::new();
        thread::scope(|scope| {
            scope.spawn("impatient", || event.wait_timeout(MOMENT));
            scope.spawn("patient", || event.wait());
            event.set();
        });
    });
}

/// The address of an event that another thread owns.
#[derive(Clone, Copy)]
struct Borrowed(*const Event);

// SAFETY: an event is `Sync`, so a reference to it may go to another thread. That the event is still there when it is
// used is up to whoever uses it.
unsafe impl Send for Borrowed {}

impl Borrowed {
    fn set(self) {
        // SAFETY: the owner keeps the event until its wait has returned, which only this call makes it do. And
        // `Event` promises that it may be dropped then, before this call has returned.
        unsafe { &*self.0 }.set();
    }
}

#[test]
fn a_released_waiter_may_drop_the_event() {
    model::check(|| {
        let event = Box::new(Event::new());
        let borrowed = Borrowed(&*event);
        let setter = thread::spawn("setter", move || borrowed.set());
        event.wait();
        drop(event);
        setter.join();
    });
}
