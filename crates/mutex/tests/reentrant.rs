//! What a reentrant mutex promises, with two to four threads and through the public API alone.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through every schedule.

use std::cell::Cell;
use std::time::Duration;

use model::boxed::Box;
use model::cell::UnsafeCell;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use mutex::{ReentrantMutex, ReentrantMutexGuard};

/// Short enough not to hold up the tests. No test depends on its length.
const MOMENT: Duration = Duration::from_millis(1);

/// Checks a program whose schedules are too many, through those with at most `preemptions`. They are more than with the
/// plain mutex, and the bounds lower: every look at the owner may find an old one.
fn check_bounded(preemptions: u8, program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(preemptions).run(program);
}

/// A number that is to be used by one thread at a time. Under the model a second one is told.
struct Count(UnsafeCell<u32>);

impl Count {
    fn zero() -> ReentrantMutex<Count> {
        ReentrantMutex::new(Count(UnsafeCell::new(0)))
    }

    fn get(&self) -> u32 {
        let number = self.0.read_ptr();
        // SAFETY: a `Count` is not `Sync`, and the pointer is used by no other thread. Here nobody writes.
        unsafe { *number }
    }

    fn add_one(&self) {
        let number = self.0.write_ptr();
        // SAFETY: as in `get`, and no reference to the number is ever given out.
        unsafe { *number += 1 };
    }
}

/// Adds one with one lock inside of another, as a method does that calls another.
fn add_one_nested(count: &ReentrantMutex<Count>) {
    let outer = count.lock();
    count.lock().add_one();
    drop(outer);
}

#[test]
fn a_new_mutex_has_no_owner() {
    model::check(|| {
        let mut mutex = ReentrantMutex::new(7);
        assert!(!mutex.is_locked() && !mutex.is_owned());
        assert_eq!(mutex.depth(), 0);
        *mutex.get_mut() += 1;
        assert_eq!(mutex.into_inner(), 8);
    });
}

#[test]
fn its_owner_may_lock_it_again_in_every_way() {
    model::check(|| {
        let mutex = ReentrantMutex::new(());
        let mut guards = vec![mutex.lock(), mutex.lock()];
        guards.push(mutex.try_lock().expect("it is the caller's"));
        guards.push(mutex.lock_timeout(MOMENT).expect("it is the caller's"));
        guards.push(mutex.lock_timeout(Duration::ZERO).expect("it is the caller's"));
        for depth in (1..=5).rev() {
            assert_eq!(mutex.depth(), depth);
            assert!(mutex.is_locked() && mutex.is_owned());
            guards.pop();
        }
        assert!(!mutex.is_locked() && !mutex.is_owned());
        assert_eq!(mutex.depth(), 0);
    });
}

/// A way to lock.
type Lock = fn(&ReentrantMutex<()>) -> Option<ReentrantMutexGuard<'_, ()>>;

#[test]
fn a_lock_begins_with_any_way_of_locking() {
    model::check(|| {
        let mutex = ReentrantMutex::new(());
        let lockings: [Lock; 4] = [
            |mutex| Some(mutex.lock()),
            |mutex| mutex.try_lock(),
            |mutex| mutex.lock_timeout(MOMENT),
            |mutex| mutex.lock_timeout(Duration::ZERO),
        ];
        for lock in lockings {
            let guard = lock(&mutex).expect("it is free");
            assert!(mutex.is_owned());
            assert_eq!(mutex.depth(), 1);
            drop(guard);
            assert!(!mutex.is_locked() && !mutex.is_owned());
        }
    });
}

#[test]
fn guards_may_be_dropped_in_any_order() {
    model::check(|| {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mutex = ReentrantMutex::new(7);
            let mut guards = [(); 3].map(|()| Some(mutex.lock()));
            for (dropped, index) in order.into_iter().enumerate() {
                assert_eq!(mutex.depth(), 3 - dropped);
                assert_eq!(guards[index].as_deref(), Some(&7));
                guards[index] = None;
            }
            assert!(!mutex.is_locked() && !mutex.is_owned());
        }
    });
}

#[test]
fn another_thread_is_kept_out_until_the_last_guard_is_gone() {
    model::check(|| {
        let mutex = ReentrantMutex::new(());
        let visit = |free: bool| {
            thread::scope(|scope| {
                scope.spawn("visitor", || {
                    assert_eq!(mutex.is_locked(), !free);
                    assert_eq!(mutex.try_lock().is_some(), free);
                    assert_eq!(mutex.lock_timeout(Duration::ZERO).is_some(), free);
                });
            });
        };
        let first = mutex.lock();
        let second = mutex.lock();
        visit(false);
        drop(first);
        visit(false);
        drop(second);
        visit(true);
    });
}

#[test]
fn a_lock_belongs_to_one_thread_alone() {
    model::check(|| {
        let mutex = ReentrantMutex::new(());
        let guards = (mutex.lock(), mutex.lock());
        thread::scope(|scope| {
            scope.spawn("visitor", || {
                assert!(mutex.is_locked() && !mutex.is_owned());
                assert_eq!(mutex.depth(), 0, "the depth is the caller's own");
            });
        });
        assert_eq!(mutex.depth(), 2);
        drop(guards);
    });
}

#[test]
fn nobody_takes_another_for_itself() {
    model::check(|| {
        let mutex = ReentrantMutex::new(());
        thread::scope(|scope| {
            scope.spawn("owner", || {
                let guard = mutex.lock();
                assert!(mutex.is_owned());
                drop(guard);
                assert!(!mutex.is_owned());
            });
            assert!(!mutex.is_owned());
            assert_eq!(mutex.depth(), 0);
        });
    });
}

#[test]
fn one_thread_at_a_time() {
    model::check(|| {
        let count = Count::zero();
        thread::scope(|scope| {
            scope.spawn("other", || add_one_nested(&count));
            add_one_nested(&count);
        });
        assert_eq!(count.into_inner().get(), 2);
    });
}

#[test]
fn one_thread_at_a_time_turn_after_turn() {
    check_bounded(3, || {
        let count = Count::zero();
        let two_turns = || (0..2).for_each(|_| add_one_nested(&count));
        thread::scope(|scope| {
            scope.spawn("other", two_turns);
            two_turns();
        });
        assert_eq!(count.into_inner().get(), 4);
    });
}

#[test]
fn one_thread_at_a_time_in_whatever_way_they_lock() {
    check_bounded(2, || {
        let count = Count::zero();
        let locked = thread::scope(|scope| {
            let trying = scope.spawn("trying", || count.try_lock().map(|count| count.add_one()));
            let timed = scope.spawn("timed", || count.lock_timeout(MOMENT).map(|count| count.add_one()));
            add_one_nested(&count);
            1 + u32::from(trying.join().is_some()) + u32::from(timed.join().is_some())
        });
        assert_eq!(count.into_inner().get(), locked, "as many as have locked have counted");
    });
}

#[test]
fn every_thread_gets_its_turn() {
    check_bounded(2, || {
        let count = Count::zero();
        thread::scope(|scope| {
            scope.spawn("Bob", || add_one_nested(&count));
            scope.spawn("Carol", || add_one_nested(&count));
            add_one_nested(&count);
        });
        assert_eq!(count.into_inner().get(), 3);
    });
}

#[test]
fn every_one_of_three_sleepers_becomes_the_owner() {
    check_bounded(1, || {
        let count = Count::zero();
        let guard = count.lock();
        thread::scope(|scope| {
            for name in ["Bob", "Carol", "Dave"] {
                scope.spawn(name, || count.lock().add_one());
            }
            drop(guard);
        });
        assert_eq!(count.into_inner().get(), 3);
    });
}

/// A letter that is no part of the data, and that orders nothing by itself.
#[test]
fn the_last_unlock_publishes_writes_to_the_next_holder() {
    model::check(|| {
        let written = ReentrantMutex::new(Cell::new(false));
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("reader", || {
                if written.lock().get() {
                    assert_eq!(letter.load(Relaxed), 42);
                }
            });
            let outer = written.lock();
            written.lock().set(true);
            letter.store(42, Relaxed);
            drop(outer);
        });
    });
}

#[test]
fn a_timed_lock_gives_up_if_another_thread_does_not_unlock() {
    model::check(|| {
        let mutex = ReentrantMutex::new(());
        let guard = mutex.lock();
        thread::scope(|scope| {
            scope.spawn("impatient", || {
                assert!(mutex.lock_timeout(MOMENT).is_none());
                assert!(!mutex.is_owned());
            });
        });
        assert_eq!(mutex.depth(), 1, "whoever gave up has left the lock to its owner");
        drop(guard);
        assert!(mutex.try_lock().is_some());
    });
}

/// The address of a mutex that another thread owns.
#[derive(Clone, Copy)]
struct Borrowed(*const ReentrantMutex<Cell<bool>>);

// SAFETY: a reentrant mutex of a `Cell<bool>` is `Sync`, so a reference to it may go to another thread. That the mutex
// is still there when it is used is up to whoever uses it.
unsafe impl Send for Borrowed {}

impl Borrowed {
    fn say_done(self) {
        // SAFETY: the owner keeps the mutex until it has locked it and read `true`, which only this call writes. And
        // `ReentrantMutex` promises that it may be dropped then, before the unlocking has returned.
        unsafe { &*self.0 }.lock().set(true);
    }
}

#[test]
fn the_next_owner_may_free_the_mutex() {
    model::check(|| {
        let done = Box::new(ReentrantMutex::new(Cell::new(false)));
        let borrowed = Borrowed(&*done);
        let helper = thread::spawn("helper", move || borrowed.say_done());
        let was_done = done.lock().get();
        if was_done {
            drop(done);
        }
        helper.join();
    });
}

#[test]
fn what_it_protects_may_have_any_size() {
    model::check(|| {
        let numbers: &ReentrantMutex<[Cell<u32>]> = &ReentrantMutex::new([Cell::new(1), Cell::new(2)]);
        let outer = numbers.lock();
        numbers.lock()[1].set(20);
        assert_eq!(outer[1].get(), 20);

        let shown: &ReentrantMutex<dyn ToString + Send> = &ReentrantMutex::new(7);
        assert_eq!(shown.lock().to_string(), "7");
    });
}

#[test]
fn debug_shows_the_data_to_the_owner_and_never_blocks() {
    model::check(|| {
        let mutex = ReentrantMutex::new(7);
        assert!(format!("{mutex:?}").contains('7'));
        let guard = mutex.lock();
        assert!(format!("{mutex:?}").contains('7'), "the owner may see what it owns");
        thread::scope(|scope| {
            scope.spawn("onlooker", || assert!(!format!("{mutex:?}").contains('7'), "the data is another's"));
        });
        assert_eq!(mutex.depth(), 1, "to show a mutex leaves it as it was");
        drop(guard);
        assert!(!mutex.is_locked());
    });
}
