//! What a stage promises: nothing is lost on the way, no stage runs ahead of the next, and in the end nobody is asleep.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use pipeline::Stage;
use queue::{Shutdown, WorkQueue};

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

/// Nobody is woken but by a call.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

fn put_all(queue: &WorkQueue<u32>, items: &[u32]) {
    for item in items {
        queue.put(*item).expect("the first stage takes all");
    }
    queue.shutdown(Shutdown::Drain);
}

fn get_all(queue: &WorkQueue<u32>) -> Vec<u32> {
    std::iter::from_fn(|| queue.get().ok()).collect()
}

#[test]
fn a_worker_alone_hands_all_on_in_order() {
    CALLS_ONLY.run(|| {
        let (input, output) = (WorkQueue::bounded(1), WorkQueue::bounded(1));
        let stage = Stage::new(&input, &output, 1);
        thread::scope(|scope| {
            scope.spawn("worker", || stage.work(|item| item + 1));
            scope.spawn("source", || put_all(&input, &[10, 20]));
            assert_eq!(get_all(&output), [11, 21]);
        });
    });
}

#[test]
fn nothing_is_lost_between_two_workers() {
    CALLS_ONLY.run(|| {
        let (input, output) = (WorkQueue::bounded(2), WorkQueue::bounded(2));
        let stage = Stage::new(&input, &output, 2);
        put_all(&input, &[10, 20]);
        thread::scope(|scope| {
            for name in ["worker 1", "worker 2"] {
                scope.spawn(name, || stage.work(|item| item + 1));
            }
            assert_eq!(get_all(&output).iter().sum::<u32>(), 32, "something is lost on the way");
        });
    });
}

#[test]
fn two_workers_work_at_the_same_time() {
    CALLS_ONLY.preemptions(0).run(|| {
        let (input, output) = (WorkQueue::bounded(2), WorkQueue::bounded(2));
        let stage = Stage::new(&input, &output, 2);
        put_all(&input, &[10, 20]);
        let at_work = AtomicU32::new(0);
        thread::scope(|scope| {
            for name in ["worker 1", "worker 2"] {
                scope.spawn(name, || {
                    stage.work(|_| {
                        at_work.fetch_add(1, Relaxed);
                        while at_work.load(Relaxed) < 2 {
                            thread::yield_now();
                        }
                    });
                });
            }
        });
    });
}

#[test]
fn three_stages_hand_on_to_each_other() {
    CALLS_ONLY.preemptions(1).run(|| {
        let [read, shrunk, packed, written] = [(); 4].map(|()| WorkQueue::bounded(1));
        let stages = [("shrink", &read, &shrunk), ("pack", &shrunk, &packed), ("write", &packed, &written)];
        let stages = stages.map(|(name, input, output)| (name, Stage::new(input, output, 1)));
        thread::scope(|scope| {
            for (name, stage) in &stages {
                scope.spawn(name, || stage.work(|item| item + 1));
            }
            put_all(&read, &[10, 20]);
            assert_eq!(get_all(&written), [13, 23]);
        });
    });
}

#[test]
fn where_nobody_takes_any_more_nobody_puts() {
    CALLS_ONLY.decisions(400).run(|| {
        let (input, output) = (WorkQueue::bounded(1), WorkQueue::bounded(1));
        let stage = Stage::new(&input, &output, 1);
        thread::scope(|scope| {
            scope.spawn("worker", || stage.work(|item: u32| item));
            output.shutdown(Shutdown::Immediate);
            while input.put(7).is_ok() {}
        });
    });
}

#[test]
#[cfg(loom)]
fn who_waits_for_the_next_stage_is_asleep() {
    asleep::assert_asleep(|| {
        let (input, output) = (WorkQueue::bounded(1), WorkQueue::bounded(1));
        let stage = Stage::new(&input, &output, 1);
        thread::scope(|scope| {
            scope.spawn("worker", || stage.work(|item: u32| item));
            // One fits into the output, one into the worker's hands, one into the input.
            for item in 0..4 {
                let _ = input.put(item);
            }
        });
    });
}

#[test]
#[cfg(not(loom))]
fn a_panic_of_the_last_worker_closes_the_stage() {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    model::within(std::time::Duration::from_secs(5), || {
        let (input, output) = (WorkQueue::bounded(1), WorkQueue::<u32>::bounded(1));
        let stage = Stage::new(&input, &output, 1);
        thread::scope(|scope| {
            scope.spawn("worker", || {
                // A worker may also live through it. That is more than is asked.
                let _ = catch_unwind(AssertUnwindSafe(|| stage.work(|_: u32| panic!("this picture is broken"))));
            });
            while input.put(7).is_ok() {}
            assert!(output.get().is_err(), "nothing can come any more");
        });
    });
}

#[test]
#[cfg(not(loom))]
fn another_worker_goes_on_after_a_panic() {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    model::within(std::time::Duration::from_secs(5), || {
        let (input, output) = (WorkQueue::bounded(2), WorkQueue::bounded(2));
        let stage = Stage::new(&input, &output, 2);
        put_all(&input, &[10, 20]);
        for _ in 0..2 {
            let _ = catch_unwind(AssertUnwindSafe(|| {
                stage.work(|item| if item == 10 { panic!("this picture is broken") } else { item + 1 });
            }));
        }
        assert_eq!(get_all(&output), [21], "one worker had not left, and would have gone on");
    });
}
