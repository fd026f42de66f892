//! What a cell that is filled once promises, with two or three threads and through the public API alone.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through every schedule.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use once::{LazyLock, OnceLock};

/// Checks a program whose schedules are too many, through those with at most `preemptions`. Most bugs show with two.
fn check_bounded(preemptions: u8, program: impl Fn() + Send + Sync + 'static) {
    model::Check::new().preemptions(preemptions).run(program);
}

/// An initialiser that must not run.
fn nobody_needs_it() -> u32 {
    unreachable!("the content is there, or somebody makes it")
}

#[test]
fn a_new_cell_is_empty() {
    model::check(|| {
        let mut cell = OnceLock::<u32>::new();
        assert_eq!(cell.get(), None);
        assert_eq!(cell.get_mut(), None);
        assert_eq!(cell.take(), None);
        assert_eq!(cell.into_inner(), None);
    });
}

#[test]
fn a_full_cell_stays_as_it_is() {
    model::check(|| {
        let cell = OnceLock::new();
        let first: *const u32 = cell.get_or_init(|| 42);
        assert_eq!(*cell.get_or_init(nobody_needs_it), 42);
        assert_eq!(cell.set(43), Err(43), "what does not go in comes back");
        assert_eq!(cell.get(), Some(&42));
        assert!(std::ptr::eq(first, cell.get_or_init(nobody_needs_it)), "it is one content, and not a copy");
    });
}

#[test]
fn set_fills_an_empty_cell() {
    model::check(|| {
        let cell = OnceLock::new();
        assert_eq!(cell.set(42), Ok(()));
        assert_eq!(*cell.get_or_init(nobody_needs_it), 42);
    });
}

#[test]
fn whoever_has_the_cell_for_itself_may_change_its_content() {
    model::check(|| {
        let mut cell = OnceLock::from(1);
        *cell.get_mut().expect("it is full") += 1;
        assert_eq!(cell.get(), Some(&2));
        assert_eq!(cell.into_inner(), Some(2));
    });
}

#[test]
fn a_cell_that_was_emptied_is_as_good_as_new() {
    model::check(|| {
        let mut cell = OnceLock::new();
        for content in [1, 2] {
            assert_eq!(*cell.get_or_init(|| content), content);
            assert_eq!(cell.take(), Some(content));
            assert_eq!(cell.get(), None);
        }
        thread::scope(|scope| {
            scope.spawn("another", || cell.set(3));
        });
        assert_eq!(cell.into_inner(), Some(3));
    });
}

#[test]
fn one_of_two_makes_the_content() {
    model::check(|| {
        let cell = OnceLock::new();
        let made = AtomicU32::new(0);
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || {
                    assert_eq!(*cell.get_or_init(|| made.fetch_add(1, Relaxed) + 42), 42);
                });
            }
        });
        assert_eq!(made.load(Relaxed), 1);
    });
}

#[test]
fn one_of_three_makes_the_content() {
    check_bounded(2, || {
        let cell = OnceLock::new();
        let made = AtomicU32::new(0);
        let get = || assert_eq!(*cell.get_or_init(|| made.fetch_add(1, Relaxed) + 42), 42);
        thread::scope(|scope| {
            scope.spawn("Alice", get);
            scope.spawn("Bob", get);
            get();
        });
        assert_eq!(made.load(Relaxed), 1);
    });
}

#[test]
fn one_of_two_that_set_succeeds() {
    model::check(|| {
        let cell = OnceLock::new();
        let (alice, bob) = thread::scope(|scope| {
            let alice = scope.spawn("Alice", || cell.set(1));
            let bob = cell.set(2);
            (alice.join(), bob)
        });
        match cell.get() {
            Some(1) => assert_eq!((alice, bob), (Ok(()), Err(2))),
            Some(2) => assert_eq!((alice, bob), (Err(1), Ok(()))),
            other => panic!("nobody has set it to {other:?}"),
        }
    });
}

#[test]
fn a_thread_that_comes_while_the_content_is_made_waits_for_it() {
    model::check(|| {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            let content = cell.get_or_init(|| {
                scope.spawn("late", || assert_eq!(*cell.get_or_init(nobody_needs_it), 42));
                42
            });
            assert_eq!(*content, 42);
        });
    });
}

#[test]
fn all_who_come_while_the_content_is_made_are_released() {
    check_bounded(3, || {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            cell.get_or_init(|| {
                for name in ["Alice", "Bob"] {
                    scope.spawn(name, || assert_eq!(*cell.get_or_init(nobody_needs_it), 42));
                }
                42
            });
        });
    });
}

#[test]
fn a_set_that_comes_while_the_content_is_made_waits_and_is_refused() {
    model::check(|| {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            cell.get_or_init(|| {
                scope.spawn("late", || assert_eq!(cell.set(1), Err(1)));
                42
            });
        });
        assert_eq!(cell.into_inner(), Some(42));
    });
}

#[test]
fn a_thread_that_waits_is_asleep() {
    // Without preemptions and surprises, a thread that yields goes on only when the others sleep, yield or have ended.
    model::Check::new().preemptions(0).surprises(0).run(|| {
        let cell = OnceLock::new();
        let asleep = thread::scope(|scope| {
            *cell.get_or_init(|| {
                scope.spawn("waiter", || cell.get_or_init(|| 0));
                thread::yield_now();
                model::sleepers()
            })
        });
        assert!(asleep == 1 || !model::MODELLED, "the waiter is awake while the content is made");
    });
}

/// The initialiser itself asks, and then waits for another thread that asks: if either blocked, nobody could go on.
#[test]
fn get_and_debug_never_block() {
    model::check(|| {
        let cell = OnceLock::new();
        let look = || {
            assert_eq!(cell.get(), None);
            assert_eq!(format!("{cell:?}"), "OnceLock(<empty>)");
        };
        cell.get_or_init(|| {
            look();
            thread::scope(|scope| scope.spawn("onlooker", look).join());
            42
        });
        assert_eq!(format!("{cell:?}"), "OnceLock(42)");
    });
}

#[test]
fn get_sees_the_whole_content() {
    model::check(|| {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            scope.spawn("Alice", || cell.set(42));
            assert!(cell.get().is_none_or(|content| *content == 42));
        });
    });
}

/// A letter that is no part of the content, and that orders nothing by itself.
#[test]
fn filling_publishes_to_all_who_find_the_cell_full() {
    model::check(|| {
        let cell = OnceLock::new();
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("Alice", || {
                cell.get_or_init(|| letter.store(42, Relaxed));
            });
            if cell.set(()).is_err() {
                assert_eq!(letter.load(Relaxed), 42);
            }
        });
    });
}

#[test]
fn an_initialiser_may_use_another_cell() {
    model::check(|| {
        let (outer, inner) = (OnceLock::new(), OnceLock::new());
        thread::scope(|scope| {
            scope.spawn("Alice", || inner.set(1));
            assert_eq!(*outer.get_or_init(|| *inner.get_or_init(|| 1) + 1), 2);
        });
        assert_eq!((outer.get(), inner.get()), (Some(&2), Some(&1)));
    });
}

#[test]
fn a_lazy_value_is_made_at_its_first_use() {
    model::check(|| {
        let made = AtomicU32::new(0);
        let value = LazyLock::new(|| made.fetch_add(1, Relaxed) + 42);
        assert_eq!(format!("{value:?}"), "LazyLock(<not made yet>)");
        assert_eq!(made.load(Relaxed), 0);
        assert_eq!((*value, *LazyLock::force(&value)), (42, 42));
        assert_eq!(made.load(Relaxed), 1);
        assert_eq!(format!("{value:?}"), "LazyLock(42)");
    });
}

#[test]
fn a_lazy_value_is_made_once_for_all() {
    model::check(|| {
        let made = AtomicU32::new(0);
        let value = LazyLock::new(|| made.fetch_add(1, Relaxed) + 42);
        thread::scope(|scope| {
            scope.spawn("Alice", || assert_eq!(*value, 42));
            assert_eq!(*value, 42);
        });
        assert_eq!(made.load(Relaxed), 1);
    });
}
