//! What a thread pool promises, with one or two workers and through the public API alone.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through schedules. The queue, and the
//! mutex and the event of each job, are modelled in full, so there are too many schedules to go through all of them: each
//! check says how many preemptions it goes to. What panics is in `panics.rs`, since the model takes a panic for a failure.

use std::sync::Arc;
use std::time::Duration;

use event::Event;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use pool::{JobError, Scope, SubmitError, ThreadPool, WhenFull};

/// Short enough not to hold up the tests. No test depends on its length.
const MOMENT: Duration = Duration::from_millis(1);

/// Checks a program through the schedules with at most `preemptions`.
fn check(preemptions: u8, program: impl Fn() + Send + Sync + 'static) {
    let check = model::Check::new().preemptions(preemptions).decisions(5_000);
    check.run(program);
}

/// A pool with room for one job beside those that run.
fn narrow(when_full: WhenFull) -> ThreadPool {
    ThreadPool::builder().workers(1).capacity(1).when_full(when_full).build().expect("one more thread can be started")
}

/// Has the only worker run a job until the event is set.
fn occupy(pool: &ThreadPool) -> Arc<Event> {
    let (begun, go_on) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let (tell, signal) = (Arc::clone(&begun), Arc::clone(&go_on));
    let job = move || {
        tell.set();
        signal.wait();
    };
    pool.execute(job).expect("the pool is open");
    begun.wait();
    go_on
}

/// How often something has happened.
#[derive(Clone)]
struct Count(Arc<AtomicU32>);

impl Count {
    fn new() -> Count {
        Count(Arc::new(AtomicU32::new(0)))
    }

    fn add(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// A job that happens.
    fn job(&self) -> impl FnOnce() + Send + 'static {
        let count = self.clone();
        move || count.add()
    }

    fn get(&self) -> u32 {
        self.0.load(Relaxed)
    }
}

#[test]
fn a_handle_gets_what_the_job_returns() {
    check(2, || {
        let pool = ThreadPool::new(1);
        let handle = pool.submit(|| Box::new(7)).expect("the pool is open");
        assert_eq!(*handle.join().expect("the job returns"), 7);
    });
}

#[test]
fn a_job_comes_to_a_worker_that_sleeps_or_is_about_to() {
    check(2, || {
        let pool = ThreadPool::new(1);
        thread::yield_now(); // With no preemption, the worker sleeps now.
        let done = Arc::new(Event::new());
        let signal = Arc::clone(&done);
        pool.execute(move || signal.set()).expect("the pool is open");
        done.wait();
    });
}

#[test]
fn two_jobs_come_to_two_sleepers() {
    check(1, || {
        let pool = ThreadPool::new(2);
        let events = Arc::new([Event::new(), Event::new()]);
        for mine in [0, 1] {
            let events = Arc::clone(&events);
            // Neither can end before both have begun.
            let meet = move || {
                events[mine].set();
                events[1 - mine].wait();
            };
            pool.execute(meet).expect("the pool is open");
        }
        pool.join();
    });
}

#[test]
fn a_drop_returns_after_all_that_was_submitted_has_run() {
    check(2, || {
        let runs = Count::new();
        let pool = ThreadPool::new(1);
        pool.execute(runs.job()).expect("the pool is open");
        pool.execute(runs.job()).expect("the pool is open");
        drop(pool);
        assert_eq!(runs.get(), 2);
    });
}

#[test]
fn a_job_runs_though_its_handle_is_dropped() {
    check(2, || {
        let runs = Count::new();
        let pool = ThreadPool::new(1);
        drop(pool.submit(runs.job()).expect("the pool is open"));
        pool.join();
        assert_eq!(runs.get(), 1);
    });
}

#[test]
fn join_returns_when_nothing_is_queued_and_nothing_runs() {
    check(2, || {
        let runs = Count::new();
        let pool = ThreadPool::new(1);
        pool.join();
        pool.execute(runs.job()).expect("the pool is open");
        pool.execute(runs.job()).expect("the pool is open");
        pool.join();
        assert_eq!(runs.get(), 2);
        assert_eq!((pool.queued(), pool.active(), pool.stats().finished), (0, 0, 2));
        assert!(pool.dump()[0].running.is_none());
    });
}

#[test]
fn all_who_join_are_released() {
    check(1, || {
        let runs = Count::new();
        let pool = ThreadPool::new(1);
        pool.execute(runs.job()).expect("the pool is open");
        thread::scope(|scope| {
            scope.spawn("other", || {
                pool.join();
                assert_eq!(runs.get(), 1);
            });
            pool.join();
            assert_eq!(runs.get(), 1);
        });
    });
}

#[test]
fn a_timed_join_tells_whether_the_pool_is_idle() {
    check(2, || {
        let runs = Count::new();
        let pool = ThreadPool::new(1);
        assert!(pool.join_timeout(Duration::ZERO));
        pool.execute(runs.job()).expect("the pool is open");
        if pool.join_timeout(MOMENT) {
            assert_eq!(runs.get(), 1);
        }
        assert!(pool.join_timeout(Duration::MAX), "too long for the clock is no limit");
        assert_eq!(runs.get(), 1);
    });
}

#[test]
fn a_timed_join_of_a_job_gives_the_handle_back_until_it_has_ended() {
    check(2, || {
        let pool = ThreadPool::new(1);
        let go_on = Arc::new(Event::new());
        let signal = Arc::clone(&go_on);
        let handle = pool.submit(move || signal.wait()).expect("the pool is open");
        assert!(!handle.is_finished());
        let handle = handle.join_timeout(Duration::ZERO).expect_err("the job waits");
        let handle = handle.join_timeout(MOMENT).expect_err("the job waits");
        go_on.set();
        let outcome = handle.join_timeout(Duration::MAX).expect("too long for the clock is no limit");
        outcome.expect("the job returns");
    });
}

#[test]
fn a_job_that_has_finished_has_an_outcome_at_once() {
    check(2, || {
        let pool = ThreadPool::new(1);
        let handle = pool.submit(|| 7).expect("the pool is open");
        while !handle.is_finished() {
            thread::yield_now();
        }
        let outcome = handle.join_timeout(Duration::ZERO).expect("it has finished");
        assert_eq!(outcome.expect("the job returns"), 7);
    });
}

#[test]
fn a_submission_during_a_shutdown_is_run_or_refused() {
    check(2, || {
        let runs = Count::new();
        let pool = ThreadPool::new(1);
        let accepted = thread::scope(|scope| {
            let submitter = scope.spawn("submitter", || pool.execute(runs.job()));
            pool.shutdown();
            submitter.join()
        });
        match accepted {
            // The pool has ended, or ends now.
            Ok(()) => {
                pool.shutdown();
                assert_eq!(runs.get(), 1);
            }
            Err(error) => assert_eq!((error, runs.get()), (SubmitError::ShutDown, 0)),
        }
    });
}

#[test]
fn a_pool_that_is_shut_down_refuses_and_can_be_shut_down_again() {
    check(2, || {
        let runs = Count::new();
        let pool = ThreadPool::new(1);
        pool.execute(runs.job()).expect("the pool is open");
        pool.shutdown();
        assert_eq!(runs.get(), 1);
        assert_eq!(pool.execute(runs.job()), Err(SubmitError::ShutDown));
        assert_eq!(pool.submit(|| ()).err(), Some(SubmitError::ShutDown));
        pool.shutdown_now();
        pool.shutdown();
        pool.join();
        assert_eq!((runs.get(), pool.queued(), pool.active()), (1, 0, 0));
    });
}

#[test]
fn an_immediate_shutdown_runs_a_job_to_its_end_or_drops_it_and_tells() {
    check(2, || {
        let runs = Count::new();
        let pool = ThreadPool::new(1);
        let handles = [(); 2].map(|()| pool.submit(runs.job()).expect("the pool is open"));
        pool.shutdown_now();
        // Whatever was to run has run, so nobody waits here.
        let after = runs.get();
        let mut told = 0;
        for handle in handles {
            match handle.join_timeout(Duration::ZERO).expect("it has been told") {
                Ok(()) => told += 1,
                Err(JobError::Dropped) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!((told, runs.get()), (after, after));
    });
}

#[test]
fn whoever_waits_for_a_job_is_told_that_it_was_dropped() {
    check(2, || {
        let pool = ThreadPool::new(1);
        let go_on = Arc::new(Event::new());
        let signal = Arc::clone(&go_on);
        pool.execute(move || signal.wait()).expect("the pool is open");
        let dropped = Count::new();
        let witness = TellsDrop(dropped.clone());
        let handle = pool.submit(move || drop(witness)).expect("the pool is open");
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                let was_dropped = matches!(handle.join(), Err(JobError::Dropped));
                assert_eq!((was_dropped, dropped.get()), (true, 1), "it is told when nothing is left of the job");
                go_on.set();
            });
            pool.shutdown_now();
        });
    });
}

/// Counts when it is dropped.
struct TellsDrop(Count);

impl Drop for TellsDrop {
    fn drop(&mut self) {
        self.0.add();
    }
}

#[test]
fn two_threads_may_shut_down_at_once_and_both_wait() {
    check(2, || {
        let runs = Count::new();
        let pool = ThreadPool::new(1);
        pool.execute(runs.job()).expect("the pool is open");
        thread::scope(|scope| {
            scope.spawn("other", || {
                pool.shutdown();
                assert_eq!(runs.get(), 1);
            });
            pool.shutdown();
            assert_eq!(runs.get(), 1);
        });
    });
}

#[test]
fn an_immediate_shutdown_tightens_one_that_waits() {
    check(1, || {
        let pool = ThreadPool::new(1);
        let go_on = Arc::new(Event::new());
        let signal = Arc::clone(&go_on);
        pool.execute(move || signal.wait()).expect("the pool is open");
        let handle = pool.submit(|| ()).expect("the pool is open");
        thread::scope(|scope| {
            scope.spawn("patient", || pool.shutdown());
            scope.spawn("impatient", || pool.shutdown_now());
            // The job before it cannot end, so nobody has begun it.
            assert!(matches!(handle.join(), Err(JobError::Dropped)));
            go_on.set();
        });
    });
}

#[test]
fn a_job_may_submit_a_job() {
    check(2, || {
        let runs = Count::new();
        let pool = Arc::new(ThreadPool::new(1));
        let (inner, again) = (Arc::clone(&pool), runs.clone());
        let outer = move || inner.execute(again.job()).expect("the pool is open");
        pool.submit(outer).expect("the pool is open").join().expect("the job returns");
        pool.join();
        assert_eq!(runs.get(), 1);
    });
}

/// Its last owner is a job.
#[test]
fn a_pool_may_be_dropped_by_its_own_worker() {
    check(2, || {
        let runs = Count::new();
        let pool = Arc::new(ThreadPool::new(1));
        let (owner, go_on) = (Arc::clone(&pool), Arc::new(Event::new()));
        let (signal, last) = (Arc::clone(&go_on), runs.clone());
        let job = move || {
            signal.wait();
            owner.execute(last.job()).expect("the pool is open");
            drop(owner);
        };
        let handle = pool.submit(job).expect("the pool is open");
        drop(pool);
        go_on.set();
        handle.join().expect("the job returns");
        // What was queued is run all the same, by a thread that nobody waits for.
        while runs.get() == 0 {
            thread::yield_now();
        }
    });
}

#[test]
fn a_job_may_shut_down_its_own_pool() {
    check(2, || {
        let runs = Count::new();
        let pool = Arc::new(ThreadPool::new(1));
        let inner = Arc::clone(&pool);
        let job = move || {
            inner.shutdown();
            inner.execute(|| ())
        };
        let handle = pool.submit(job).expect("the pool is open");
        // If it comes before the shutdown it is run.
        let accepted = pool.execute(runs.job()).is_ok();
        assert_eq!(handle.join().expect("the job returns"), Err(SubmitError::ShutDown));
        pool.shutdown();
        assert_eq!(runs.get(), u32::from(accepted));
    });
}

#[test]
fn the_only_worker_runs_the_job_that_it_waits_for() {
    check(2, || {
        let pool = Arc::new(ThreadPool::new(1));
        let inner = Arc::clone(&pool);
        let outer = move || {
            let handle = inner.submit(|| 7).expect("the pool is open");
            handle.join().expect("the job returns")
        };
        let handle = pool.submit(outer).expect("the pool is open");
        assert_eq!(handle.join().expect("the job returns"), 7);
    });
}

/// The worker may have come across it or not, and the handle is still there.
#[test]
fn nothing_is_left_of_a_finished_job_but_its_outcome() {
    check(2, || {
        let dropped = Count::new();
        let pool = ThreadPool::new(1);
        let witness = TellsDrop(dropped.clone());
        let handle = pool.submit(move || drop(witness)).expect("the pool is open");
        while !handle.is_finished() {
            thread::yield_now();
        }
        assert_eq!(dropped.get(), 1);
        handle.join().expect("the job returns");
    });
}

#[test]
fn a_job_may_wait_for_another_pool() {
    check(1, || {
        let other = ThreadPool::new(1);
        let job = move || {
            let handle = other.submit(thread::current_id).expect("the pool is open");
            let mut scoped = 0;
            other.scope(|scope| scope.spawn(|| scoped = thread::current_id()));
            other.join();
            assert_eq!(handle.join().expect("the job returns"), scoped);
            assert_ne!(scoped, thread::current_id());
        };
        let pool = ThreadPool::new(1);
        pool.submit(job).expect("the pool is open").join().expect("the job returns");
    });
}

#[test]
fn a_job_that_two_workers_come_for_runs_once() {
    check(1, || {
        let runs = Count::new();
        let pool = Arc::new(ThreadPool::new(2));
        let (inner, again) = (Arc::clone(&pool), runs.clone());
        let outer = move || {
            let handle = inner.submit(again.job()).expect("the pool is open");
            handle.join().expect("the job returns");
            assert_eq!(again.get(), 1);
        };
        pool.submit(outer).expect("the pool is open").join().expect("the job returns");
        pool.join();
        assert_eq!(runs.get(), 1);
    });
}

#[test]
fn a_full_pool_blocks_whoever_submits() {
    check(1, || {
        let runs = Count::new();
        let pool = narrow(WhenFull::Block);
        for _ in 0..3 {
            pool.execute(runs.job()).expect("the pool is open");
        }
        pool.join();
        assert_eq!(runs.get(), 3);
    });
}

#[test]
fn a_shutdown_releases_whoever_waits_for_room() {
    check(1, || {
        let pool = narrow(WhenFull::Block);
        let go_on = Arc::new(Event::new());
        let signal = Arc::clone(&go_on);
        pool.execute(move || signal.wait()).expect("the pool is open");
        let runs = Count::new();
        thread::scope(|scope| {
            let submitter = scope.spawn("submitter", || {
                let outcomes = [(); 3].map(|()| pool.execute(runs.job()));
                go_on.set();
                outcomes
            });
            pool.shutdown();
            let outcomes = submitter.join();
            assert_eq!(outcomes[2], Err(SubmitError::ShutDown), "there was no room for it, or the pool was shut down");
            assert_eq!(runs.get() as usize, outcomes.iter().filter(|outcome| outcome.is_ok()).count());
        });
    });
}

#[test]
fn a_full_pool_may_refuse() {
    check(2, || {
        let runs = Count::new();
        let pool = narrow(WhenFull::Refuse);
        let go_on = occupy(&pool);
        pool.execute(runs.job()).expect("there is room for one");
        assert_eq!(pool.execute(runs.job()), Err(SubmitError::Full));
        assert_eq!(pool.submit(runs.job()).err(), Some(SubmitError::Full));
        go_on.set();
        pool.join();
        assert_eq!(runs.get(), 1);
    });
}

#[test]
fn a_full_pool_may_have_the_caller_run_the_job() {
    check(2, || {
        let pool = narrow(WhenFull::RunInCaller);
        let go_on = occupy(&pool);
        let first = pool.submit(thread::current_id).expect("there is room for one");
        let second = pool.submit(thread::current_id).expect("a job is never refused");
        assert!(second.is_finished() && !first.is_finished());
        assert_eq!(second.join().expect("the job returns"), thread::current_id());
        go_on.set();
        assert_ne!(first.join().expect("the job returns"), thread::current_id());
    });
}

#[test]
fn a_worker_does_not_wait_for_room() {
    check(2, || {
        let runs = Count::new();
        let pool = Arc::new(narrow(WhenFull::Block));
        let (inner, again) = (Arc::clone(&pool), runs.clone());
        let outer = move || {
            inner.execute(again.job()).expect("the pool is open");
            inner.execute(again.job()).expect("the pool is open");
        };
        pool.submit(outer).expect("the pool is open").join().expect("the job returns");
        pool.join();
        assert_eq!(runs.get(), 2);
    });
}

#[test]
fn a_scope_ends_after_its_jobs_which_may_borrow() {
    check(2, || {
        let pool = ThreadPool::new(1);
        let mut numbers = [1, 2];
        let (one, two) = numbers.split_at_mut(1);
        let returned = pool.scope(|scope| {
            scope.spawn(|| one[0] += 10);
            scope.spawn(|| two[0] += 20);
            "the body's"
        });
        assert_eq!((numbers, returned), ([11, 22], "the body's"));
    });
}

#[test]
fn a_scope_waits_for_jobs_that_its_jobs_spawn() {
    check(2, || {
        let pool = ThreadPool::new(1);
        let runs = Count::new();
        pool.scope(|scope| {
            scope.spawn(|| {
                scope.spawn(|| runs.add());
                runs.add();
            });
        });
        assert_eq!(runs.get(), 2);
    });
}

#[test]
fn a_scope_inside_a_job_needs_no_other_worker() {
    check(2, || {
        let pool = Arc::new(ThreadPool::new(1));
        let inner = Arc::clone(&pool);
        let outer = move || {
            let runs = Count::new();
            inner.scope(|scope| {
                scope.spawn(|| {
                    scope.spawn(|| runs.add());
                    runs.add();
                });
            });
            runs.get()
        };
        let handle = pool.submit(outer).expect("the pool is open");
        assert_eq!(handle.join().expect("the job returns"), 2);
    });
}

/// Both workers are taken: one by a scope, and the other by a job of it that waits for the next.
#[test]
fn a_worker_that_waits_for_a_scope_helps_with_jobs_that_come_late() {
    check(1, || {
        let pool = Arc::new(ThreadPool::new(2));
        let inner = Arc::clone(&pool);
        let outer = move || {
            let late = Event::new();
            inner.scope(|scope| {
                scope.spawn(|| {
                    scope.spawn(|| late.set());
                    late.wait();
                });
            });
        };
        pool.submit(outer).expect("the pool is open").join().expect("the job returns");
    });
}

#[test]
fn a_worker_helps_with_the_oldest_job_of_a_scope_first() {
    check(1, || {
        let pool = Arc::new(ThreadPool::new(1));
        let inner = Arc::clone(&pool);
        let outer = move || {
            let said = Event::new();
            inner.scope(|scope| {
                scope.spawn(|| said.set());
                scope.spawn(|| said.wait());
            });
        };
        pool.submit(outer).expect("the pool is open").join().expect("the job returns");
    });
}

/// A shutdown comes at any moment. Whether a queue takes the job or not, the scope's job runs.
#[test]
fn a_scope_runs_its_jobs_while_the_pool_is_shut_down() {
    check(1, || {
        let pool = ThreadPool::new(1);
        let mut number = 0;
        thread::scope(|threads| {
            threads.spawn("closer", || pool.shutdown());
            pool.scope(|scope| scope.spawn(|| number += 1));
        });
        assert_eq!(number, 1);
    });
}

#[test]
fn a_map_returns_results_in_the_order_of_the_items() {
    check(1, || {
        let pool = ThreadPool::new(1);
        assert_eq!(pool.map(&[3, 1, 2], |number| number * 10), [30, 10, 20]);
        assert_eq!(pool.map(&[7], |number| number + 1), [8]);
        assert!(pool.map(&[], |nothing: &u8| *nothing).is_empty());
    });
}

#[test]
fn a_for_each_comes_to_each_item_once() {
    check(1, || {
        let pool = ThreadPool::new(1);
        let mut numbers = [1, 2, 3];
        pool.for_each(&mut numbers, |number| *number += 1);
        assert_eq!(numbers, [2, 3, 4]);
        pool.for_each(&mut numbers[..0], |number| *number = 0);
        pool.for_each(&mut numbers[..1], |number| *number = 0);
        assert_eq!(numbers, [0, 3, 4]);
    });
}

#[test]
fn stats_count_no_job_twice() {
    check(2, || {
        let pool = ThreadPool::new(1);
        pool.execute(|| ()).expect("the pool is open");
        let stats = pool.stats();
        let seen = stats.queued as u64 + stats.active as u64 + stats.finished;
        assert!(seen <= 1, "{stats:?}");
    });
}

/// What a scope is generic over is inferred, also where the scope is passed on.
#[test]
fn a_scope_can_be_passed_to_a_function() {
    fn count_down<'scope>(scope: &'scope Scope<'scope, '_>, from: u32, count: &'scope Count) {
        count.add();
        if from > 0 {
            scope.spawn(move || count_down(scope, from - 1, count));
        }
    }
    check(2, || {
        let pool = ThreadPool::new(1);
        let count = Count::new();
        pool.scope(|scope| count_down(scope, 2, &count));
        assert_eq!(count.get(), 3);
    });
}
