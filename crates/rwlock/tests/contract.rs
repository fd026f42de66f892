//! What a reader–writer lock promises, with two or three threads and through the public API alone.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through every schedule.

use std::time::Duration;

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use rwlock::RwLock;

/// Short enough not to hold up the tests. No test depends on its length.
const MOMENT: Duration = Duration::from_millis(1);

/// Checks a program whose schedules are too many, through those with at most `preemptions`. Most bugs show with two.
fn check_bounded(preemptions: u8, program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(preemptions).run(program);
}

/// Checks the one schedule in which a thread that yields goes on only when the others sleep, yield or have ended.
fn check_in_turn(program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(0).surprises(0).run(program);
}

#[test]
fn a_new_lock_is_free_and_holds_its_value() {
    model::check(|| {
        let mut lock = RwLock::new(7);
        assert_eq!(*lock.read(), 7);
        *lock.write() += 1;
        *lock.get_mut() += 1;
        assert_eq!(lock.into_inner(), 9);
    });
}

#[test]
fn many_may_read_and_then_nobody_may_write() {
    model::check(|| {
        let lock = RwLock::new(7);
        let readers = [lock.read(), lock.try_read().expect("others read"), lock.read()];
        assert_eq!(*lock.read_timeout(Duration::ZERO).expect("others read"), 7);
        assert!(lock.try_write().is_none());
        assert!(lock.write_timeout(Duration::ZERO).is_none());
        let [first, second, third] = readers;
        drop((first, third));
        assert!(lock.try_write().is_none(), "one still reads");
        drop(second);
        assert!(lock.try_write().is_some());
    });
}

#[test]
fn while_one_writes_nobody_else_reads_or_writes() {
    model::check(|| {
        let lock = RwLock::new(7);
        let guard = lock.write();
        thread::scope(|scope| {
            scope.spawn("visitor", || {
                assert!(lock.try_read().is_none() && lock.try_write().is_none());
                assert!(lock.read_timeout(Duration::ZERO).is_none());
                assert!(lock.write_timeout(Duration::ZERO).is_none());
            });
        });
        drop(guard);
        let guard = lock.try_write().expect("it is free");
        assert!(lock.try_read().is_none(), "it does not matter how the writer came in");
        drop(guard);
        *lock.write_timeout(Duration::ZERO).expect("it is free") += 1;
        assert_eq!(*lock.read(), 8);
    });
}

/// Each holds its guard until the other has one. If readers took turns, they would wait for ever.
#[test]
fn readers_are_inside_together() {
    check_bounded(3, || {
        let lock = RwLock::new(());
        let inside = AtomicU32::new(0);
        let meet = || {
            let _guard = lock.read();
            inside.fetch_add(1, Relaxed);
            while inside.load(Relaxed) < 2 {
                thread::yield_now();
            }
        };
        thread::scope(|scope| {
            scope.spawn("Alice", meet);
            meet();
        });
    });
}

#[test]
fn a_reader_sees_all_of_a_change_or_nothing_of_it() {
    model::check(|| {
        let pair = RwLock::new((0, 0));
        thread::scope(|scope| {
            scope.spawn("writer", || {
                let mut pair = pair.write();
                pair.0 = 1;
                pair.1 = 1;
            });
            let pair = pair.read();
            assert_eq!(pair.0, pair.1);
        });
    });
}

#[test]
fn writers_take_turns() {
    model::check(|| {
        let count = RwLock::new(0);
        thread::scope(|scope| {
            scope.spawn("other", || *count.write() += 1);
            *count.write() += 1;
        });
        assert_eq!(count.into_inner(), 2);
    });
}

#[test]
fn two_writers_and_a_reader_get_their_turns() {
    check_bounded(2, || {
        let count = RwLock::new(0);
        thread::scope(|scope| {
            scope.spawn("writer", || *count.write() += 1);
            scope.spawn("reader", || assert!(*count.read() <= 2));
            *count.write() += 1;
        });
        assert_eq!(count.into_inner(), 2);
    });
}

#[test]
fn those_who_try_and_those_with_a_time_limit_keep_to_the_rules() {
    check_bounded(2, || {
        let count = RwLock::new(0);
        let written = thread::scope(|scope| {
            let timed = scope.spawn("timed", || count.write_timeout(MOMENT).map(|mut count| *count += 1));
            let trying = scope.spawn("trying", || count.try_write().map(|mut count| *count += 1));
            if let Some(count) = count.try_read() {
                assert!(*count <= 2);
            }
            u32::from(timed.join().is_some()) + u32::from(trying.join().is_some())
        });
        assert_eq!(count.into_inner(), written, "as many as have locked have counted");
    });
}

/// The writer holds nothing when it lies down, and later readers stand behind it nevertheless.
#[test]
fn newcomers_queue_behind_a_writer_that_waits() {
    check_in_turn(|| {
        let written = RwLock::new(false);
        let guard = written.read();
        thread::scope(|scope| {
            scope.spawn("writer", || *written.write() = true);
            thread::yield_now();
            let writer_sleeps = model::sleepers() == 1;
            assert!(writer_sleeps || !model::MODELLED, "the writer is awake while somebody reads");
            if writer_sleeps {
                assert!(written.try_read().is_none());
                assert!(written.read_timeout(Duration::ZERO).is_none());
                assert!(written.try_write().is_none());
            }
            let written = &written;
            scope.spawn("newcomer", move || {
                let written = *written.read();
                assert!(written || !writer_sleeps);
            });
            thread::yield_now();
            assert!(model::sleepers() == 2 || !model::MODELLED, "somebody is awake while the lock is held");
            drop(guard);
        });
    });
}

/// The writer sleeps when the last reader leaves, and has to wake up first. Nobody else comes in meanwhile.
#[test]
fn the_last_reader_leaves_the_lock_to_the_writer_that_waits() {
    model::check(|| {
        let written = RwLock::new(false);
        let guard = written.read();
        thread::scope(|scope| {
            scope.spawn("writer", || *written.write() = true);
            let writer_sleeps = model::sleepers() == 1;
            drop(guard);
            if let Some(written) = written.try_read() {
                assert!(*written || !writer_sleeps, "a reader has passed the writer");
            }
        });
    });
}

/// Each holds its guard until the other has one, and both have come while somebody wrote.
#[test]
fn readers_who_have_waited_come_in_together() {
    check_bounded(2, || {
        let lock = RwLock::new(());
        let inside = AtomicU32::new(0);
        let meet = || {
            let _guard = lock.read();
            inside.fetch_add(1, Relaxed);
            while inside.load(Relaxed) < 2 {
                thread::yield_now();
            }
        };
        let guard = lock.write();
        thread::scope(|scope| {
            scope.spawn("Alice", meet);
            scope.spawn("Bob", meet);
            drop(guard);
        });
    });
}

/// The lock knows that writers sleep, and not how many: the first of them sees to it that the second gets its turn.
#[test]
fn every_writer_that_waits_gets_its_turn() {
    check_bounded(2, || {
        let count = RwLock::new(0);
        let guard = count.write();
        thread::scope(|scope| {
            scope.spawn("Alice", || *count.write() += 1);
            scope.spawn("Bob", || *count.write() += 1);
            drop(guard);
        });
        assert_eq!(count.into_inner(), 2);
    });
}

/// Two readers, of whom one has always come before the other leaves.
#[test]
fn a_writer_is_not_starved_by_readers_who_relieve_each_other() {
    check_in_turn(|| {
        let lock = RwLock::new(());
        let mut watch = lock.read();
        thread::scope(|scope| {
            let done = scope.spawn("writer", || drop(lock.write()));
            // In an ordinary build the writer may come late.
            for _ in 0..8 {
                thread::yield_now();
                let relief = lock.try_read();
                assert!(relief.is_none() || !model::MODELLED, "a reader has passed the writer");
                let Some(relief) = relief else { break };
                watch = relief;
            }
            drop(watch);
            done.join();
        });
    });
}

#[test]
fn a_writer_that_gives_up_lets_the_readers_behind_it_on() {
    check_bounded(3, || {
        let lock = RwLock::new(7);
        let guard = lock.read();
        thread::scope(|scope| {
            scope.spawn("impatient", || assert!(lock.write_timeout(MOMENT).is_none()));
            // The first reader is still inside.
            assert_eq!(*lock.read(), 7);
        });
        assert!(lock.try_read().is_some());
        drop(guard);
        assert!(lock.try_write().is_some());
    });
}

/// The lock knows of writers that sleep, and not how many: one that leaves must not leave for all.
#[test]
fn a_writer_that_gives_up_does_not_do_so_for_the_others() {
    check_bounded(2, || {
        let lock = RwLock::new(());
        let guard = lock.read();
        thread::scope(|scope| {
            scope.spawn("impatient", || drop(lock.write_timeout(MOMENT)));
            scope.spawn("patient", || drop(lock.write()));
            drop(guard);
        });
        assert!(lock.try_write().is_some());
    });
}

/// The reader came while somebody wrote, and is still asleep when the next writer waits, and gives up.
#[test]
fn a_writer_that_gives_up_while_another_writes_takes_no_wake_up_along() {
    check_bounded(2, || {
        let lock = RwLock::new(7);
        let guard = lock.write();
        thread::scope(|scope| {
            scope.spawn("impatient", || drop(lock.write_timeout(MOMENT)));
            scope.spawn("reader", || assert_eq!(*lock.read(), 7));
            drop(guard);
        });
        assert!(lock.try_write().is_some());
    });
}

#[test]
fn a_reader_that_gives_up_leaves_a_lock_that_works() {
    model::check(|| {
        let lock = RwLock::new(0);
        let guard = lock.write();
        thread::scope(|scope| {
            scope.spawn("impatient", || assert!(lock.read_timeout(MOMENT).is_none()));
        });
        drop(guard);
        *lock.try_write().expect("it is free") += 1;
        assert_eq!(*lock.read(), 1);
    });
}

/// The lock knows of readers that sleep, and not how many.
#[test]
fn a_reader_that_gives_up_does_not_do_so_for_the_others() {
    check_bounded(2, || {
        let lock = RwLock::new(7);
        let guard = lock.write();
        thread::scope(|scope| {
            scope.spawn("impatient", || drop(lock.read_timeout(MOMENT)));
            scope.spawn("patient", || assert_eq!(*lock.read(), 7));
            drop(guard);
        });
    });
}

/// The reader stands behind a writer, and leaves its flag up when it goes. Nobody may wait for it.
#[test]
fn a_reader_that_gives_up_behind_a_writer_keeps_nobody_out() {
    check_bounded(2, || {
        let count = RwLock::new(0);
        let guard = count.read();
        thread::scope(|scope| {
            scope.spawn("impatient", || drop(count.read_timeout(MOMENT)));
            scope.spawn("writer", || *count.write() += 1);
            drop(guard);
        });
        assert_eq!(*count.try_read().expect("nobody is left"), 1);
        assert!(count.try_write().is_some());
    });
}

#[test]
fn a_timed_lock_without_a_limit_lasts_until_the_unlock() {
    model::check(|| {
        let lock = RwLock::new(());
        let guard = lock.write();
        thread::scope(|scope| {
            // It may wake up for no reason, but its time cannot run out.
            scope.spawn("patient", || assert!(lock.write_timeout(Duration::MAX).is_some()));
            drop(guard);
        });
    });
}

/// A letter that is no part of the data, and that orders nothing by itself.
#[test]
fn a_writer_publishes_to_the_readers_after_it() {
    model::check(|| {
        let lock = RwLock::new(());
        let letter = AtomicU32::new(0);
        let guard = lock.write();
        thread::scope(|scope| {
            scope.spawn("reader", || {
                let _guard = lock.read();
                assert_eq!(letter.load(Relaxed), 42);
            });
            letter.store(42, Relaxed);
            drop(guard);
        });
    });
}

/// Both readers have left their marks, whoever of them leaves first.
#[test]
fn readers_publish_to_the_writer_after_them() {
    check_bounded(2, || {
        let lock = RwLock::new(());
        let marks = [AtomicU32::new(0), AtomicU32::new(0)];
        let guards = [lock.read(), lock.read()];
        thread::scope(|scope| {
            scope.spawn("writer", || {
                let _guard = lock.write();
                assert!(marks.iter().all(|mark| mark.load(Relaxed) == 1));
            });
            for (mark, guard) in marks.iter().zip(guards) {
                mark.store(1, Relaxed);
                drop(guard);
            }
        });
    });
}

/// The lock may be taken at any moment, also between a look and what is done about it.
#[test]
fn a_try_does_not_wait() {
    model::check(|| {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            let trying = scope.spawn("trying", || drop((lock.try_write(), lock.try_read())));
            let guard = lock.read();
            // The guard is kept until the other is done. If that waited, both would for ever.
            trying.join();
            drop(guard);
        });
    });
}

#[test]
fn what_a_lock_protects_may_have_any_size() {
    model::check(|| {
        let numbers: &RwLock<[u32]> = &RwLock::new([1, 2, 3]);
        numbers.write()[0] += 10;
        assert_eq!(*numbers.read(), [11, 2, 3]);

        let shown: &RwLock<dyn Fn() -> u32 + Send + Sync> = &RwLock::new(|| 5);
        assert_eq!(shown.read()(), 5);
        assert_eq!(shown.try_read().expect("nobody writes")(), 5);
    });
}

#[test]
fn debug_never_blocks() {
    model::check(|| {
        let lock = RwLock::new(7);
        assert_eq!(format!("{lock:?}"), "RwLock { data: 7 }");
        let guard = lock.read();
        assert_eq!(format!("{lock:?} {guard:?}"), "RwLock { data: 7 } 7");
        drop(guard);
        let guard = lock.write();
        assert_eq!(format!("{lock:?} {guard:?}"), "RwLock { data: <locked> } 7");
        drop(guard);
        assert!(lock.try_write().is_some(), "to show a lock leaves it as it was");
    });
}
