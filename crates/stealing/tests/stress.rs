//! Real threads: work that splits, is stolen, panics, and ends.
#![cfg(not(loom))]

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Barrier};
use std::thread;

use event::Event;
use rehearsal::{expect_panic, panic_on_purpose, rehearse};
use stealing::StealingPool;

/// Splits down to so many leaves, and counts them.
fn leaves(pool: &StealingPool, number: usize) -> usize {
    if number <= 1 {
        return number;
    }
    let (left, right) = pool.join(|| leaves(pool, number / 2), || leaves(pool, number.div_ceil(2)));
    left + right
}

/// Runs `job` in each worker of the pool, at the same time: none ends before all have begun.
fn in_all(pool: &StealingPool, job: &(impl Fn() + Sync)) {
    let all = Barrier::new(pool.workers());
    pool.for_each(&mut vec![(); pool.workers()], |()| {
        job();
        all.wait();
    });
}

/// What `body` panics with.
#[track_caller]
fn panic_of<T>(body: impl FnOnce() -> T) -> Box<dyn Any + Send> {
    catch_unwind(AssertUnwindSafe(body)).err().expect("this should have panicked")
}

#[test]
fn a_join_returns_what_both_return() {
    rehearse(|| {
        let pool = StealingPool::new(2);
        let text = "abc".to_owned();
        assert_eq!(pool.join(|| text.len(), || text.to_uppercase()), (3, "ABC".to_owned()));
        assert_eq!(pool.install(|| pool.join(|| 1, || 2)), (1, 2));
    });
}

#[test]
fn one_worker_does_everything_in_order() {
    rehearse(|| {
        let pool = StealingPool::new(1);
        let order = AtomicUsize::new(0);
        let turn = || order.fetch_add(1, Relaxed);
        let turns = pool.join(|| pool.join(turn, turn), || (turn(), pool.install(turn)));
        assert_eq!(turns, ((0, 1), (2, 3)));
        assert_eq!(leaves(&pool, 1 << 15), 1 << 15);
    });
}

#[test]
fn a_tree_of_jobs_is_done_by_any_number_of_workers() {
    rehearse(|| {
        for workers in [1, 2, 3, 8, 32] {
            let pool = StealingPool::new(workers);
            for _ in 0..4 {
                assert_eq!(leaves(&pool, 1 << 15), 1 << 15);
            }
        }
    });
}

/// Each join waits for the next one: the whole depth lies on the stack.
#[test]
fn a_chain_of_joins_is_as_deep_as_the_stack_allows() {
    fn chain(pool: &StealingPool, depth: usize) -> usize {
        if depth == 0 {
            return 0;
        }
        let (rest, one) = pool.join(|| chain(pool, depth - 1), || 1);
        rest + one
    }
    rehearse(|| {
        let pool = StealingPool::new(4);
        assert_eq!(chain(&pool, 1_000), 1_000);
    });
}

#[test]
fn b_is_run_by_another_worker_while_a_runs() {
    rehearse(|| {
        let pool = StealingPool::new(2);
        let begun = Event::new();
        for _ in 0..2_000 {
            // Only a thief can run what `a` waits for. It may sleep, and has to be called then.
            pool.join(|| begun.wait(), || begun.set());
            begun.clear();
        }
    });
}

#[test]
fn all_workers_are_called_when_there_is_enough_to_do() {
    rehearse(|| {
        let pool = StealingPool::new(8);
        for _ in 0..200 {
            in_all(&pool, &|| {});
        }
    });
}

#[test]
fn who_waits_for_a_stolen_job_helps() {
    rehearse(|| {
        let pool = StealingPool::new(2);
        for _ in 0..500 {
            let (stolen, helped) = (Event::new(), Event::new());
            // The thief of `b` waits for one who runs what it put down: only the owner of `b` has nothing to do.
            pool.join(
                || stolen.wait(),
                || {
                    stolen.set();
                    pool.join(|| helped.wait(), || helped.set());
                },
            );
        }
    });
}

#[test]
fn thieves_take_the_oldest_job() {
    rehearse(|| {
        let pool = StealingPool::new(2);
        let (first, order) = (Event::new(), AtomicUsize::new(0));
        let turn = || order.fetch_add(1, Relaxed);
        // Only when the last of three was put down does anybody find a thief: the other worker is kept busy until then.
        let (busy, go) = (Event::new(), Event::new());
        let older = || {
            let turn = turn();
            first.set();
            turn
        };
        let owner = || {
            busy.wait();
            let newer = || {
                go.set();
                first.wait();
            };
            pool.join(|| pool.join(newer, turn), older)
        };
        let thief = || {
            busy.set();
            go.wait();
        };
        let ((((), newest), oldest), ()) = pool.join(owner, thief);
        assert_eq!((oldest, newest), (0, 1));
    });
}

#[test]
fn many_threads_share_the_pool() {
    rehearse(|| {
        let pool = StealingPool::new(3);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for number in 0..200 {
                        assert_eq!(pool.install(|| leaves(&pool, number)), number);
                    }
                });
            }
        });
    });
}

#[test]
fn a_job_of_one_pool_may_use_another() {
    rehearse(|| {
        let (pool, other) = (StealingPool::new(2), StealingPool::new(2));
        assert_eq!(pool.install(|| leaves(&other, 100)), 100);
        // Both may wait at once. Nobody in the other pool waits for this one: that might be for ever.
        assert_eq!(pool.join(|| leaves(&other, 10), || other.install(|| leaves(&other, 20))), (10, 20));
    });
}

#[test]
fn uneven_work_is_evened_out() {
    rehearse(|| {
        let pool = StealingPool::new(4);
        let mut numbers: Vec<usize> = (0..1_000).collect();
        pool.for_each(&mut numbers, |number| *number = (0..*number).sum());
        assert!(numbers.iter().enumerate().all(|(place, &sum)| sum == place * place.saturating_sub(1) / 2));
        assert_eq!(pool.map(&numbers, |&number| number), numbers);
        assert_eq!(pool.map(&[(); 0], |()| 1), []);
    });
}

#[test]
fn a_panic_in_either_goes_on_when_both_have_ended() {
    rehearse(|| {
        let pool = StealingPool::new(2);
        for _ in 0..200 {
            let begun = Event::new();
            let b_panics = || {
                begun.set();
                panic_any(2)
            };
            let panic = panic_of(|| pool.join(|| begun.wait(), b_panics));
            assert_eq!(panic.downcast_ref(), Some(&2));
            let panic = panic_of(|| pool.join(|| panic_any(1), || panic_any(2)));
            assert_eq!(panic.downcast_ref(), Some(&1));
        }
        assert_eq!(leaves(&pool, 100), 100, "no worker was lost");
    });
}

#[test]
fn a_panic_in_a_waits_for_a_stolen_b() {
    rehearse(|| {
        let pool = StealingPool::new(2);
        for _ in 0..200 {
            let (begun, ended) = (Event::new(), AtomicUsize::new(0));
            pool.install(|| {
                let a = || {
                    begun.wait();
                    panic_on_purpose()
                };
                let b = || {
                    begun.set();
                    (0..100).for_each(|_| thread::yield_now());
                    ended.fetch_add(1, Relaxed);
                };
                expect_panic(|| _ = pool.join(a, b));
                assert_eq!(ended.load(Relaxed), 1, "`b` still runs");
            });
        }
    });
}

#[test]
fn a_panic_in_a_drops_a_b_that_nobody_has_begun() {
    rehearse(|| {
        let pool = StealingPool::new(1);
        let witness = Arc::new(());
        let clone = Arc::clone(&witness);
        expect_panic(|| _ = pool.join(|| panic_on_purpose(), move || panic!("{clone:?}")));
        assert_eq!(Arc::strong_count(&witness), 1);
    });
}

#[test]
fn a_panic_in_the_midst_of_many_joins_comes_out_at_the_top() {
    fn mine(pool: &StealingPool, leaves: usize) {
        if leaves == 1 {
            panic_on_purpose();
        }
        pool.join(|| mine(pool, leaves / 2), || mine(pool, leaves / 2));
    }
    rehearse(|| {
        let pool = StealingPool::new(4);
        for _ in 0..50 {
            expect_panic(|| mine(&pool, 64));
        }
        assert_eq!(leaves(&pool, 1_000), 1_000);
    });
}

#[test]
fn a_pool_has_a_worker_at_least() {
    assert!(catch_unwind(|| StealingPool::new(0)).is_err());
}

#[test]
fn threads_end_with_the_pool() {
    struct Last<'count>(&'count AtomicUsize);
    impl Drop for Last<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }
    static ENDED: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static LAST: Last<'static> = const { Last(&ENDED) };
    }
    rehearse(|| {
        let pool = StealingPool::new(5);
        in_all(&pool, &|| LAST.with(|_| {}));
        drop(pool);
        assert_eq!(ENDED.load(Relaxed), 5);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn idle_workers_take_no_processor_time() {
    rehearse(|| {
        let (pool, roll) = (StealingPool::new(4), rehearsal::Roll::new());
        in_all(&pool, &|| roll.sign());
        roll.wait_until_asleep(4);
        roll.assert_idle();
        assert_eq!(leaves(&pool, 1_000), 1_000);
    });
}
