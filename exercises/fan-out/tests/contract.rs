//! What `run_all` promises: all jobs are done when it returns, and they run at the same time.

use std::sync::Arc;

use fan_out::{Job, run_all};
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

/// So many jobs, each of which adds one to `count` and then does `work` with it.
fn jobs(number: usize, count: &Arc<AtomicU32>, work: fn(&AtomicU32)) -> Vec<Job> {
    let job = || -> Job {
        let count = Arc::clone(count);
        Box::new(move || {
            count.fetch_add(1, Relaxed);
            work(&count);
        })
    };
    (0..number).map(|_| job()).collect()
}

#[test]
fn without_jobs_there_is_nothing_to_wait_for() {
    model::check(|| run_all(Vec::new()));
}

#[test]
fn it_returns_when_all_jobs_are_done() {
    model::Check::new().preemptions(2).run(|| {
        let count = Arc::new(AtomicU32::new(0));
        run_all(jobs(2, &count, |_| ()));
        assert_eq!(count.load(Relaxed), 2, "it returns before all jobs are done");
    });
}

#[test]
fn the_jobs_run_at_the_same_time() {
    model::Check::new().preemptions(1).surprises(0).run(|| {
        let count = Arc::new(AtomicU32::new(0));
        run_all(jobs(2, &count, |count| {
            while count.load(Relaxed) < 2 {
                thread::yield_now();
            }
        }));
    });
}

#[test]
#[cfg(not(loom))]
fn a_job_that_panics_is_done() {
    model::within(std::time::Duration::from_secs(5), || {
        run_all(vec![Box::new(|| panic!("this file cannot be compiled"))]);
    });
}

#[test]
#[cfg(loom)]
fn who_waits_is_asleep() {
    use latch::WaitGroup;
    use schedule::{Failure, Style};

    let endless = || {
        run_all(vec![Box::new(|| {
            let never = WaitGroup::new();
            never.add(1);
            never.wait();
        })])
    };
    let schedule =
        model::Check::new().counterexample(endless).expect("a job that never ends is waited for without end");
    assert!(
        matches!(schedule.failure, Some(Failure::Deadlock { .. })),
        "who waits for the job does not sleep:\n\n{}",
        schedule.to_text(Style::plain(80))
    );
}
