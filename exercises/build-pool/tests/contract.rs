//! What a pool promises, with one or two workers: with real threads, and through the schedules of the model.

use std::sync::Arc;

use build_pool::{Pool, ShutDown};
use event::Event;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

/// Nobody is woken but by a call: chance would make good what a call has missed.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

/// A job that adds one to `runs`.
fn add_one(runs: &Arc<AtomicU32>) -> impl FnOnce() + Send + 'static {
    let runs = Arc::clone(runs);
    move || {
        runs.fetch_add(1, Relaxed);
    }
}

#[test]
fn without_jobs_there_is_nothing_to_wait_for_and_all_go_home() {
    CALLS_ONLY.run(|| Pool::new(1).join());
}

#[test]
fn a_job_runs_while_whoever_had_it_does_something_else() {
    CALLS_ONLY.run(|| {
        let pool = Pool::new(1);
        let go_on = Arc::new(Event::new());
        let signal = Arc::clone(&go_on);
        assert_eq!(pool.execute(move || signal.wait()), Ok(()));
        go_on.set();
        pool.join();
    });
}

#[test]
fn join_returns_when_all_jobs_have_been_run() {
    CALLS_ONLY.run(|| {
        let runs = Arc::new(AtomicU32::new(0));
        let pool = Pool::new(1);
        for round in [1, 2] {
            assert_eq!(pool.execute(add_one(&runs)), Ok(()));
            pool.join();
            assert_eq!(runs.load(Relaxed), round, "join returns before all jobs have been run");
        }
    });
}

#[test]
fn two_workers_run_two_jobs_at_the_same_time() {
    CALLS_ONLY.preemptions(1).run(|| {
        let pool = Pool::new(2);
        let here = Arc::new([Event::new(), Event::new()]);
        for me in [0, 1] {
            let here = Arc::clone(&here);
            let meet = move || {
                here[me].set();
                here[1 - me].wait();
            };
            assert_eq!(pool.execute(meet), Ok(()));
        }
        pool.join();
    });
}

#[test]
fn a_job_may_have_jobs_for_the_pool() {
    CALLS_ONLY.run(|| {
        let runs = Arc::new(AtomicU32::new(0));
        let pool = Arc::new(Pool::new(1));
        let (inner, again) = (Arc::clone(&pool), add_one(&runs));
        assert_eq!(pool.execute(move || assert_eq!(inner.execute(again), Ok(()))), Ok(()));
        pool.join();
        assert_eq!(runs.load(Relaxed), 1, "join returns while a job is left");
    });
}

#[test]
fn a_shutdown_runs_what_was_accepted_and_refuses_the_rest() {
    CALLS_ONLY.run(|| {
        let runs = Arc::new(AtomicU32::new(0));
        let pool = Pool::new(1);
        assert_eq!([pool.execute(add_one(&runs)), pool.execute(add_one(&runs))], [Ok(()), Ok(())]);
        pool.shutdown();
        assert_eq!(runs.load(Relaxed), 2, "what was accepted has to be run");
        assert_eq!(pool.execute(add_one(&runs)), Err(ShutDown));
        pool.shutdown();
    });
}

#[test]
fn whoever_shuts_down_second_waits_as_well() {
    CALLS_ONLY.preemptions(1).run(|| {
        let runs = Arc::new(AtomicU32::new(0));
        let pool = Pool::new(1);
        assert_eq!(pool.execute(add_one(&runs)), Ok(()));
        thread::scope(|scope| {
            scope.spawn("other", || pool.shutdown());
            pool.shutdown();
            assert_eq!(runs.load(Relaxed), 1, "shutdown returns before all jobs have been run");
        });
    });
}

#[test]
fn a_drop_is_a_shutdown() {
    CALLS_ONLY.run(|| {
        let runs = Arc::new(AtomicU32::new(0));
        {
            let pool = Pool::new(2);
            assert_eq!(pool.execute(add_one(&runs)), Ok(()));
        }
        assert_eq!(runs.load(Relaxed), 1, "what was accepted has to be run");
    });
}

#[test]
fn what_is_accepted_during_a_shutdown_is_run() {
    CALLS_ONLY.run(|| {
        let runs = Arc::new(AtomicU32::new(0));
        let pool = Pool::new(1);
        let accepted = thread::scope(|scope| {
            let other = scope.spawn("other", || pool.execute(add_one(&runs)));
            pool.shutdown();
            other.join()
        });
        pool.shutdown();
        assert_eq!(
            runs.load(Relaxed),
            u32::from(accepted.is_ok()),
            "what was accepted has to be run, and nothing else"
        );
    });
}

#[test]
#[cfg(loom)]
fn the_workers_have_gone_home_after_a_shutdown() {
    use schedule::{Operation, Style};

    let outcomes = CALLS_ONLY.preemptions(1).outcomes(|| Pool::new(2).shutdown());
    let schedule = outcomes.witness(&()).expect("the program comes to its end");
    let joined = schedule.steps.iter().filter(|step| matches!(step.operation, Operation::Join { .. })).count();
    assert_eq!(
        joined,
        2,
        "there are two workers, and shutdown has to wait for the end of each:\n\n{}",
        schedule.to_text(Style::plain(80))
    );
}

/// A job that never ends, and no other for two workers: nobody is to be awake.
#[test]
#[cfg(loom)]
fn whoever_has_nothing_to_do_is_asleep() {
    use schedule::{Failure, Style};

    let schedule = CALLS_ONLY.preemptions(1).counterexample(|| {
        let pool = Pool::new(2);
        assert_eq!(pool.execute(|| Event::new().wait()), Ok(()));
        pool.join();
    });
    let schedule = schedule.expect("a job that never ends is waited for without end");
    let asleep = matches!(schedule.failure, Some(Failure::Deadlock { .. }));
    assert!(asleep, "somebody who has nothing to do does not sleep:\n\n{}", schedule.to_text(Style::plain(80)));
}
