//! What the queue promises, with two or three threads: with real ones, and through the schedules of the model.

use build_queue::WorkQueue;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

/// For programs in which nobody is woken but by a call: chance would make good what a call has missed.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

#[test]
fn what_was_put_first_comes_out_first() {
    model::check(|| {
        let queue = WorkQueue::bounded(3);
        for item in ["rye", "wheat", "spelt"] {
            assert_eq!(queue.put(item), Ok(()));
        }
        assert_eq!([queue.get(), queue.get(), queue.get()], [Some("rye"), Some("wheat"), Some("spelt")]);
    });
}

#[test]
fn who_puts_waits_for_room() {
    CALLS_ONLY.run(|| {
        let queue = WorkQueue::bounded(1);
        let put = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("putter", || {
                for item in [7, 8] {
                    assert_eq!(queue.put(item), Ok(()));
                    put.fetch_add(1, Relaxed);
                }
            });
            assert!(put.load(Relaxed) <= 1, "the capacity is 1, and nobody has taken anything out");
            assert_eq!([queue.get(), queue.get()], [Some(7), Some(8)]);
        });
    });
}

#[test]
fn two_workers_share_two_items() {
    CALLS_ONLY.run(|| {
        let queue = WorkQueue::bounded(2);
        let sum = thread::scope(|scope| {
            let workers = ["worker 1", "worker 2"].map(|name| scope.spawn(name, || queue.get()));
            assert_eq!([queue.put(7), queue.put(8)], [Ok(()), Ok(())]);
            workers.map(|worker| worker.join()).into_iter().flatten().sum::<u32>()
        });
        assert_eq!(sum, 15, "each item is taken once");
    });
}

#[test]
fn where_nothing_was_put_there_is_nothing_to_join() {
    model::check(|| {
        let queue = WorkQueue::bounded(1);
        queue.join();
        assert_eq!(queue.put(7), Ok(()), "who joins shuts nothing down");
    });
}

/// A worker who does what is put, counts it, and goes home when the queue is shut down.
fn work(queue: &WorkQueue<u32>, done: &AtomicU32) {
    while queue.get().is_some() {
        done.fetch_add(1, Relaxed);
        queue.task_done();
    }
}

#[test]
fn join_returns_when_all_is_done() {
    CALLS_ONLY.run(|| {
        let queue = WorkQueue::bounded(1);
        let done = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("worker", || work(&queue, &done));
            assert_eq!([queue.put(7), queue.put(8)], [Ok(()), Ok(())]);
            queue.join();
            assert_eq!(done.load(Relaxed), 2, "join returns before all is done");
            queue.shutdown();
        });
    });
}

#[test]
fn all_who_join_are_released() {
    CALLS_ONLY.run(|| {
        let queue = WorkQueue::bounded(1);
        assert_eq!(queue.put(7), Ok(()));
        thread::scope(|scope| {
            scope.spawn("joiner 1", || queue.join());
            scope.spawn("joiner 2", || queue.join());
            assert_eq!(queue.get(), Some(7));
            queue.task_done();
        });
    });
}

#[test]
fn what_is_queued_at_the_shutdown_can_be_taken() {
    model::check(|| {
        let queue = WorkQueue::bounded(2);
        assert_eq!(queue.put(7), Ok(()));
        queue.shutdown();
        assert_eq!(queue.put(8), Err(8), "a queue that is shut down takes nothing");
        assert_eq!(queue.get(), Some(7));
        assert_eq!(queue.get(), None);
    });
}

#[test]
fn what_is_queued_at_the_shutdown_is_joined() {
    CALLS_ONLY.run(|| {
        let queue = WorkQueue::bounded(2);
        let done = AtomicU32::new(0);
        assert_eq!([queue.put(7), queue.put(8)], [Ok(()), Ok(())]);
        queue.shutdown();
        thread::scope(|scope| {
            scope.spawn("worker", || work(&queue, &done));
            queue.join();
            assert_eq!(done.load(Relaxed), 2, "a shutdown is not the end of the work");
        });
    });
}

#[test]
fn a_shutdown_sends_all_workers_home() {
    CALLS_ONLY.run(|| {
        let queue = WorkQueue::<u32>::bounded(1);
        thread::scope(|scope| {
            scope.spawn("worker 1", || assert_eq!(queue.get(), None));
            scope.spawn("worker 2", || assert_eq!(queue.get(), None));
            queue.shutdown();
        });
    });
}

#[test]
fn a_shutdown_gives_back_what_waits_for_room() {
    CALLS_ONLY.run(|| {
        let queue = WorkQueue::bounded(1);
        assert_eq!(queue.put(7), Ok(()));
        thread::scope(|scope| {
            scope.spawn("putter", || assert_eq!(queue.put(8), Err(8)));
            queue.shutdown();
        });
    });
}

#[test]
fn a_wake_up_for_no_reason_is_not_a_call() {
    model::Check::new().preemptions(2).run(|| {
        let queue = WorkQueue::bounded(1);
        let done = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("worker", || work(&queue, &done));
            assert_eq!(queue.put(7), Ok(()));
            queue.join();
            assert_eq!(done.load(Relaxed), 1, "join returns before all is done");
            queue.shutdown();
        });
    });
}

#[test]
fn a_wake_up_for_no_reason_makes_no_room() {
    model::Check::new().preemptions(2).run(|| {
        let queue = WorkQueue::bounded(1);
        let taking = AtomicU32::new(0);
        assert_eq!(queue.put(7), Ok(()));
        thread::scope(|scope| {
            scope.spawn("putter", || {
                assert_eq!(queue.put(8), Ok(()));
                assert_eq!(taking.load(Relaxed), 1, "the capacity is 1, and nobody has taken anything out");
            });
            taking.store(1, Relaxed);
            assert_eq!([queue.get(), queue.get()], [Some(7), Some(8)]);
        });
    });
}

#[test]
#[cfg(loom)]
fn join_waits_for_what_nobody_has_taken() {
    asleep::assert_asleep(|| {
        let queue = WorkQueue::bounded(1);
        assert_eq!(queue.put(7), Ok(()));
        queue.join();
    });
}

#[test]
#[cfg(loom)]
fn join_waits_for_what_was_taken_and_is_not_done() {
    asleep::assert_asleep(|| {
        let queue = WorkQueue::bounded(1);
        assert_eq!(queue.put(7), Ok(()));
        assert_eq!(queue.get(), Some(7));
        queue.join();
    });
}

#[test]
#[cfg(loom)]
fn workers_are_asleep_until_there_is_an_item() {
    asleep::assert_asleep(|| {
        let queue = WorkQueue::<u32>::bounded(1);
        thread::scope(|scope| {
            scope.spawn("another", || queue.get());
            queue.get();
        });
    });
}

#[test]
#[cfg(loom)]
fn who_puts_is_asleep_until_there_is_room() {
    asleep::assert_asleep(|| {
        let queue = WorkQueue::bounded(1);
        for item in [7, 8] {
            assert_eq!(queue.put(item), Ok(()));
        }
    });
}

#[test]
#[cfg(loom)]
fn a_worker_woken_for_no_reason_sleeps_again() {
    asleep::assert_sleeps_again(
        || WorkQueue::bounded(1),
        |queue| assert_eq!(queue.get(), Some(7)),
        |queue| assert_eq!(queue.put(7), Ok(())),
    );
}
