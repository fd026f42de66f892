//! What a worker promises: it can be cancelled at any time, wherever it is, and nobody is left waiting for it.

use cancellation::Worker;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

/// Nobody is woken but by a call.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

#[test]
fn a_worker_that_sleeps_is_woken() {
    CALLS_ONLY.run(|| {
        let worker = Worker::<u32>::new(1);
        thread::scope(|scope| {
            scope.spawn("worker", || worker.run(|_| panic!("there is no job")));
            worker.cancel();
        });
    });
}

#[test]
fn it_is_cancelled_from_then_on() {
    model::check(|| {
        let worker = Worker::new(1);
        assert!(!worker.is_cancelled());
        worker.cancel();
        assert!(worker.is_cancelled());
        assert_eq!(worker.submit(7), Err(7), "who is cancelled takes no more jobs");
        worker.run(|_| panic!("who is cancelled begins no job"));
    });
}

#[test]
fn jobs_are_done_in_order() {
    CALLS_ONLY.run(|| {
        let worker = Worker::new(1);
        let last = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("worker", || {
                worker.run(|job| {
                    assert_eq!(last.swap(job, Relaxed), job - 1, "a job is out of its order");
                    if job == 3 {
                        worker.cancel();
                    }
                });
            });
            for job in 1..=3 {
                assert_eq!(worker.submit(job), Ok(()));
            }
        });
        assert_eq!(last.load(Relaxed), 3);
    });
}

#[test]
fn jobs_that_wait_are_not_begun() {
    CALLS_ONLY.run(|| {
        let worker = Worker::new(2);
        assert_eq!([worker.submit(7), worker.submit(8)], [Ok(()), Ok(())]);
        worker.run(|job| {
            assert_eq!(job, 7, "a job was begun after the cancel");
            worker.cancel();
        });
    });
}

#[test]
fn to_cancel_waits_for_nobody() {
    CALLS_ONLY.run(|| {
        let worker = Worker::new(1);
        assert_eq!(worker.submit(7), Ok(()));
        worker.cancel();
        worker.cancel();
    });
}

#[test]
fn who_waits_for_room_gets_the_job_back() {
    CALLS_ONLY.run(|| {
        let worker = Worker::new(1);
        assert_eq!(worker.submit(7), Ok(()));
        thread::scope(|scope| {
            scope.spawn("customer", || assert_eq!(worker.submit(8), Err(8)));
            worker.cancel();
        });
    });
}

#[test]
#[cfg(loom)]
fn the_worker_is_asleep_while_there_is_no_job() {
    asleep::assert_asleep(|| Worker::<u32>::new(1).run(|_| ()));
}
