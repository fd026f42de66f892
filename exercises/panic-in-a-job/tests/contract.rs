//! What the pool promises. The model takes every panic for a failure, so what panics is tested with real threads alone.

use std::sync::Arc;

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use panic_in_a_job::Pool;

/// Nobody is woken but by a call: chance would make good what a call has missed.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

#[test]
fn a_handle_gets_what_its_job_returns() {
    CALLS_ONLY.run(|| {
        let pool = Pool::new(1);
        let (seven, eight) = (pool.submit(|| 7), pool.submit(|| 8));
        assert_eq!((eight.join().ok(), seven.join().ok()), (Some(8), Some(7)));
    });
}

#[test]
fn join_returns_when_all_jobs_have_been_run() {
    CALLS_ONLY.run(|| {
        let runs = Arc::new(AtomicU32::new(0));
        let pool = Pool::new(1);
        for _ in 0..2 {
            let runs = Arc::clone(&runs);
            drop(pool.submit(move || runs.fetch_add(1, Relaxed)));
        }
        pool.join();
        assert_eq!(runs.load(Relaxed), 2);
    });
}

/// A job that never ends, whose handle is joined: nobody is to be awake.
#[test]
#[cfg(loom)]
fn whoever_waits_for_a_job_is_asleep() {
    use event::Event;
    use schedule::{Failure, Style};

    let schedule = CALLS_ONLY.preemptions(1).counterexample(|| {
        let pool = Pool::new(1);
        let _ = pool.submit(|| Event::new().wait()).join();
    });
    let schedule = schedule.expect("a job that never ends is waited for without end");
    let asleep = matches!(schedule.failure, Some(Failure::Deadlock { .. }));
    assert!(asleep, "whoever waits for a job does not sleep:\n\n{}", schedule.to_text(Style::plain(80)));
}

#[cfg(not(loom))]
mod panics {
    use std::panic;
    use std::sync::Barrier;
    use std::time::Duration;

    use super::*;

    /// A lost job is waited for in vain. That is a failure, and does not hold up the tests.
    #[track_caller]
    fn within_five_seconds(body: impl FnOnce() + Send + 'static) {
        model::within(Duration::from_secs(5), body);
    }

    #[test]
    fn the_next_job_is_run() {
        within_five_seconds(|| {
            let pool = Pool::new(1);
            drop(pool.submit(|| panic!("no such address")));
            assert_eq!(pool.submit(|| 7).join().ok(), Some(7));
        });
    }

    #[test]
    fn both_workers_are_left() {
        within_five_seconds(|| {
            let pool = Pool::new(2);
            for _ in 0..8 {
                drop(pool.submit(|| panic!("no such address")));
            }
            let barrier = Arc::new(Barrier::new(2));
            let meet = [(); 2].map(|()| {
                let barrier = Arc::clone(&barrier);
                pool.submit(move || barrier.wait().is_leader())
            });
            let leaders = meet.map(|handle| handle.join().expect("nothing panics here"));
            assert_ne!(leaders[0], leaders[1]);
        });
    }

    #[test]
    fn who_waits_for_all_is_not_kept() {
        within_five_seconds(|| {
            let pool = Pool::new(1);
            drop(pool.submit(|| panic!("no such address")));
            pool.join();
            drop(pool.submit(|| panic!("no such address")));
        });
    }

    #[test]
    fn who_waits_for_the_job_is_told_what_it_panicked_with() {
        within_five_seconds(|| {
            let pool = Pool::new(1);
            let (trouble, seven) = (pool.submit(|| panic!("no such address")), pool.submit(|| panic::panic_any(7)));
            let payloads = [trouble.join(), seven.join()].map(|outcome| outcome.expect_err("it has panicked"));
            assert_eq!(
                payloads[0].downcast_ref(),
                Some(&"no such address"),
                "a handle gets what its job panicked with"
            );
            assert_eq!(payloads[1].downcast_ref(), Some(&7), "a handle gets what its job panicked with");
        });
    }
}
