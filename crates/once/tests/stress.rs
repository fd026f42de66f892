//! Real threads: many of them, initialisers that panic or ask for their own cell, and waiters that surely sleep.
#![cfg(not(loom))]

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Barrier, mpsc};
use std::thread;

use once::{LazyLock, OnceLock};
use rehearsal::{expect_panic, panic_on_purpose, rehearse};

const THREADS: usize = 16;

/// Counts how often it is dropped.
struct Counted<'drops>(&'drops AtomicU32);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Runs `body`, which has to end with the panic of an initialiser that asks for its own cell.
fn expect_reentry<T>(body: impl FnOnce() -> T) {
    let payload = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(_) => panic!("the cell was not asked for again, or let it pass"),
        Err(payload) => payload,
    };
    let message = |payload: &dyn Any| payload.downcast_ref::<&str>().is_some_and(|text| text.contains("its own cell"));
    assert!(message(&*payload), "it should say what is wrong");
}

#[test]
fn a_cell_is_small() {
    assert_eq!(size_of::<OnceLock<()>>(), 16);
    assert_eq!(size_of::<OnceLock<u32>>(), 16);
    assert_eq!(size_of::<OnceLock<[u64; 4]>>(), 16 + 32);
}

#[test]
fn new_is_const() {
    static CELL: OnceLock<String> = OnceLock::new();
    static LAZY: LazyLock<String> = LazyLock::new(|| "made at the first use".to_owned());
    let read: Vec<&'static str> = thread::scope(|scope| {
        let readers: Vec<_> = (0..2).map(|_| scope.spawn(|| CELL.get_or_init(|| LAZY.clone()).as_str())).collect();
        readers.into_iter().map(|reader| reader.join().expect("no assertion in there")).collect()
    });
    assert_eq!(read, ["made at the first use"; 2]);
}

/// What must not be shared is shown by examples in the documentation that do not compile.
#[test]
fn a_cell_may_be_sent_if_its_content_may() {
    fn is_send<T: Send>() {}
    fn is_sync<T: Sync>() {}
    is_send::<OnceLock<Cell<u32>>>();
    is_sync::<OnceLock<u32>>();
    is_sync::<LazyLock<u32>>();
}

#[test]
fn a_cell_can_be_made_full_and_a_lazy_value_by_default() {
    assert_eq!(OnceLock::from(7).into_inner(), Some(7));
    assert_eq!(OnceLock::<u32>::default().get(), None);
    assert_eq!(*LazyLock::<u32>::default(), 0);
}

#[test]
fn contents_are_dropped_once() {
    let drops = AtomicU32::new(0);
    let dropped = |expected: u32| assert_eq!(drops.swap(0, Relaxed), expected);

    drop(OnceLock::<Counted<'_>>::new());
    dropped(0);

    let cell = OnceLock::new();
    cell.get_or_init(|| Counted(&drops));
    dropped(0);
    let refused = cell.set(Counted(&drops));
    dropped(0);
    drop(refused);
    dropped(1);
    drop(cell);
    dropped(1);

    let mut cell = OnceLock::from(Counted(&drops));
    let taken = cell.take();
    drop(cell);
    dropped(0);
    drop(taken);
    dropped(1);

    let inner = OnceLock::from(Counted(&drops)).into_inner();
    dropped(0);
    drop(inner);
    dropped(1);

    let mut cell = OnceLock::from(Counted(&drops));
    *cell.get_mut().expect("it is full") = Counted(&drops);
    dropped(1);
    drop(cell);
    dropped(1);

    let lazy = LazyLock::new(|| Counted(&drops));
    LazyLock::force(&lazy);
    dropped(0);
    drop(lazy);
    dropped(1);
}

/// All come at the same time, to cell after cell. Whoever makes the content makes one that takes a while to write.
#[test]
fn many_threads_find_one_whole_content() {
    const CELLS: usize = 200;
    rehearse(|| {
        let cells: Vec<OnceLock<Vec<usize>>> = (0..CELLS).map(|_| OnceLock::new()).collect();
        let made = AtomicU32::new(0);
        let start = Barrier::new(THREADS);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (cells, made, start) = (&cells, &made, &start);
                scope.spawn(move || {
                    for cell in cells {
                        start.wait();
                        let make = || {
                            made.fetch_add(1, Relaxed);
                            vec![thread; 64]
                        };
                        let content = match thread % 3 {
                            0 => cell.get_or_init(make),
                            1 => {
                                if cell.set(vec![thread; 64]).is_ok() {
                                    made.fetch_add(1, Relaxed);
                                }
                                cell.get().expect("it is full, of this content or another")
                            }
                            _ => loop {
                                if let Some(content) = cell.get() {
                                    break content;
                                }
                                thread::yield_now();
                            },
                        };
                        assert_eq!(content.len(), 64);
                        assert!(content.iter().all(|maker| *maker == content[0]), "two have made it");
                    }
                });
            }
        });
        assert_eq!(made.into_inner() as usize, CELLS);
    });
}

#[test]
fn a_panicking_initialiser_lets_the_next_caller_try() {
    rehearse(|| {
        let (cell, drops) = (OnceLock::new(), AtomicU32::new(0));
        // The same thread more than once, and another.
        for _ in 0..2 {
            expect_panic(|| {
                cell.get_or_init(|| {
                    let _unfinished = Counted(&drops);
                    panic_on_purpose()
                });
            });
            assert!(cell.get().is_none());
        }
        thread::scope(|scope| {
            scope.spawn(|| {
                expect_panic(|| {
                    cell.get_or_init(|| panic_on_purpose());
                })
            });
        });
        assert_eq!(drops.load(Relaxed), 2);
        assert!(cell.set(Counted(&drops)).is_ok());
        drop(cell);
        assert_eq!(drops.load(Relaxed), 3);
    });
}

#[test]
fn a_lazy_value_whose_function_panics_is_tried_again() {
    rehearse(|| {
        let tries = AtomicU32::new(0);
        let lazy = LazyLock::new(|| match tries.fetch_add(1, Relaxed) {
            0 | 1 => panic_on_purpose(),
            number => number,
        });
        for _ in 0..2 {
            expect_panic(|| {
                LazyLock::force(&lazy);
            });
        }
        assert_eq!((*lazy, *lazy), (2, 2));
    });
}

/// Everybody but the last panics, and each of them while the rest waits: one by one they have to be woken to try.
#[test]
fn waiters_try_one_after_the_other_if_initialisers_panic() {
    rehearse(|| {
        for _ in 0..100 {
            let (cell, tries) = (OnceLock::new(), AtomicU32::new(0));
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        expect_panic(|| {
                            cell.get_or_init(|| match tries.fetch_add(1, Relaxed) + 1 {
                                last if last == THREADS as u32 => last,
                                _ => panic_on_purpose(),
                            });
                            // The one who has made it has no reason to panic but that it is expected of all.
                            panic_on_purpose();
                        });
                    });
                }
            });
            assert_eq!(cell.into_inner(), Some(THREADS as u32));
        }
    });
}

/// The one who has failed waits for the one who tries next, and must not be taken for the one who tries.
#[test]
fn a_thread_whose_attempt_panicked_may_wait_for_the_next() {
    rehearse(|| {
        let cell = OnceLock::new();
        let (begin, begun) = mpsc::channel();
        expect_panic(|| {
            cell.get_or_init(|| panic_on_purpose());
        });
        thread::scope(|scope| {
            let cell = &cell;
            scope.spawn(move || {
                cell.get_or_init(|| {
                    begin.send(()).expect("somebody waits for it");
                    thread::yield_now();
                    42
                });
            });
            begun.recv().expect("the initialiser begins");
            assert_eq!(*cell.get_or_init(|| 0), 42);
        });
    });
}

#[test]
fn an_initialiser_that_asks_for_its_own_cell_panics() {
    rehearse(|| {
        let cell = OnceLock::new();
        expect_reentry(|| cell.get_or_init(|| *cell.get_or_init(|| 1)));
        expect_reentry(|| cell.get_or_init(|| cell.set(1).map_or(2, |()| 3)));
        assert_eq!(cell.get(), None);
        assert_eq!(*cell.get_or_init(|| 42), 42, "the next caller tries");
    });
}

#[test]
fn a_lazy_value_that_uses_itself_panics() {
    static LAZY: LazyLock<u32> = LazyLock::new(|| *LAZY + 1);
    rehearse(|| {
        for _ in 0..2 {
            expect_reentry(|| *LAZY);
        }
    });
}

/// It asks for its cell by way of another, and it has panicked before.
#[test]
fn reentry_is_told_through_another_cell_and_after_a_panic() {
    rehearse(|| {
        let (outer, inner) = (OnceLock::new(), OnceLock::new());
        expect_panic(|| {
            outer.get_or_init(|| panic_on_purpose());
        });
        expect_reentry(|| outer.get_or_init(|| *inner.get_or_init(|| *outer.get_or_init(|| 1))));
        assert_eq!((outer.get(), inner.get()), (None, None));
    });
}

#[test]
fn an_initialiser_may_catch_the_panic_and_go_on() {
    rehearse(|| {
        let cell = OnceLock::new();
        let content = cell.get_or_init(|| {
            expect_reentry(|| cell.set(1));
            42
        });
        assert_eq!(*content, 42);
    });
}

#[test]
fn a_destructor_may_fill_a_cell_while_a_panic_unwinds() {
    struct FillOnDrop<'cell>(&'cell OnceLock<u32>);
    impl Drop for FillOnDrop<'_> {
        fn drop(&mut self) {
            assert!(thread::panicking());
            assert_eq!(self.0.set(42), Ok(()));
        }
    }

    let cell = OnceLock::new();
    expect_panic(|| {
        let _fill = FillOnDrop(&cell);
        panic_on_purpose();
    });
    assert_eq!(cell.into_inner(), Some(42));
}

#[cfg(target_os = "linux")]
#[test]
fn sleepers_take_no_processor_time() {
    rehearse(|| {
        let (cell, roll) = (OnceLock::new(), rehearsal::Roll::new());
        thread::scope(|scope| {
            cell.get_or_init(|| {
                for thread in 0..THREADS {
                    let (cell, roll) = (&cell, &roll);
                    scope.spawn(move || {
                        roll.sign();
                        if thread % 2 == 0 {
                            assert_eq!(*cell.get_or_init(|| 0), 42);
                        } else {
                            assert_eq!(cell.set(0), Err(0));
                        }
                    });
                }
                roll.wait_until_asleep(THREADS);
                roll.assert_idle();
                42
            });
        });
    });
}

/// They sleep for certain when the initialiser panics: one of them makes the content, and the others must not sleep on.
#[cfg(target_os = "linux")]
#[test]
fn a_panic_wakes_those_who_sleep() {
    rehearse(|| {
        let (cell, made) = (OnceLock::new(), AtomicU32::new(0));
        let roll = rehearsal::Roll::new();
        thread::scope(|scope| {
            expect_panic(|| {
                cell.get_or_init(|| {
                    for _ in 0..THREADS {
                        scope.spawn(|| {
                            roll.sign();
                            assert_eq!(*cell.get_or_init(|| made.fetch_add(1, Relaxed) + 42), 42);
                        });
                    }
                    roll.wait_until_asleep(THREADS);
                    panic_on_purpose()
                });
            });
        });
        assert_eq!(made.into_inner(), 1);
    });
}
