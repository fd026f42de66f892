//! What the lock promises: readers share it, a writer has it alone, and no reader overtakes a writer that waits.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use starving_writer::Lock;

/// Nobody is woken but by a call.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

#[test]
fn readers_share_the_lock() {
    CALLS_ONLY.run(|| {
        let lock = Lock::new();
        let is_inside = lock.read(|| thread::scope(|scope| scope.spawn("other", || lock.read(|| true)).join()));
        assert!(is_inside);
    });
}

#[test]
fn a_writer_is_alone() {
    CALLS_ONLY.run(|| {
        let lock = Lock::new();
        let sum = AtomicU32::new(0);
        let add = || lock.write(|| sum.store(sum.load(Relaxed) + 1, Relaxed));
        thread::scope(|scope| {
            scope.spawn("writer", add);
            scope.spawn("reader", || {
                lock.read(|| assert_eq!(sum.load(Relaxed), sum.load(Relaxed), "somebody writes meanwhile"));
            });
            add();
        });
        assert_eq!(sum.load(Relaxed), 2, "two wrote at the same time");
    });
}

#[test]
fn who_waits_behind_a_writer_comes_in_after_it() {
    CALLS_ONLY.run(|| {
        let lock = Lock::new();
        thread::scope(|scope| {
            scope.spawn("writer", || lock.write(|| ()));
            scope.spawn("reader", || lock.read(|| ()));
            lock.read(|| ());
        });
    });
}

/// The model lets each thread go on until it sleeps. Real threads cannot be asked whether they do.
#[test]
#[cfg(loom)]
fn who_comes_to_read_while_a_writer_waits_waits_behind_it() {
    model::Check::new().preemptions(0).surprises(0).run(|| {
        let lock = Lock::new();
        let written = AtomicU32::new(0);
        thread::scope(|scope| {
            lock.read(|| {
                scope.spawn("writer", || lock.write(|| written.store(1, Relaxed)));
                until_asleep(1);
                scope.spawn("newcomer", || lock.read(|| assert_eq!(written.load(Relaxed), 1, "overtakes the writer")));
                until_asleep(2);
            });
        });
    });
}

#[test]
#[cfg(loom)]
fn a_second_writer_is_not_forgotten() {
    model::Check::new().preemptions(1).surprises(0).run(|| {
        let lock = Lock::new();
        let written = AtomicU32::new(0);
        let write = || {
            lock.write(|| {
                written.fetch_add(1, Relaxed);
            });
        };
        thread::scope(|scope| {
            lock.read(|| {
                scope.spawn("writer", write);
                scope.spawn("second writer", write);
                until_asleep(2);
                scope.spawn("newcomer", || lock.read(|| assert_eq!(written.load(Relaxed), 2, "overtakes the writer")));
                until_asleep(3);
            });
        });
    });
}

/// Lets the others go on until so many of them sleep.
#[cfg(loom)]
fn until_asleep(sleepers: usize) {
    while model::sleepers() < sleepers {
        thread::yield_now();
    }
}
