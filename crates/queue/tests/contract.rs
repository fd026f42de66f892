//! What work queues promise, with two, three or four threads and through the public API alone.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through every schedule. What a panic
//! leaves behind stands in `stress.rs`, for the model takes every panic for a failure.

use std::cmp::Reverse;
use std::sync::{Arc, Weak};
use std::time::Duration;

use model::Check;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use queue::{GetError, PutError, Shutdown, TooManyTaskDone, WorkHeap, WorkQueue, WorkStack};

/// Every schedule, unless a test says that they are too many. Where threads are real, fewer runs than usual: whoever waits
/// gives way to other threads first, and on a busy machine that may last some milliseconds each time.
const CHECK: Check = Check::new().runs(50);

/// Short enough not to hold up the tests. No test depends on its length.
const MOMENT: Duration = Duration::from_millis(1);

/// Both ways to shut down.
const BOTH: [Shutdown; 2] = [Shutdown::Drain, Shutdown::Immediate];

/// Says something of each of the three orders: the name in front stands for one type after another.
macro_rules! in_each_order {
    (|$Queue:ident| $claim:block) => {
        in_each_order!(|$Queue| $claim, WorkQueue, WorkStack, WorkHeap);
    };
    (|$Queue:ident| $claim:block, $($Type:ident),*) => {
        $({
            use queue::$Type as $Queue;
            $claim
        })*
    };
}

/// Checks a program of one thread, which does the same whenever it is run.
#[track_caller]
fn check_alone(program: impl Fn() + Send + Sync + 'static) {
    CHECK.runs(1).run(program);
}

/// Checks a program whose schedules are too many, through those with at most so many preemptions. Most bugs show with two.
#[track_caller]
fn check_bounded(preemptions: u8, program: impl Fn() + Send + Sync + 'static) {
    CHECK.preemptions(preemptions).run(program);
}

/// Checks the one schedule in which a thread that yields goes on only when the others sleep, yield or have ended.
#[track_caller]
fn check_in_turn(program: impl Fn() + Send + Sync + 'static) {
    CHECK.preemptions(0).surprises(0).run(program);
}

/// Lets the other threads go on until so many sleep. With real threads, nobody can say how far they are.
#[track_caller]
fn let_sleep(threads: usize) {
    thread::yield_now();
    assert!(model::sleepers() == threads || !model::MODELLED, "{} sleep, not {threads}", model::sleepers());
}

#[test]
fn a_queue_hands_out_first_what_was_put_first() {
    check_alone(|| {
        let queue = WorkQueue::unbounded();
        assert_eq!((queue.put(2), queue.put(1), queue.put(3)), (Ok(()), Ok(()), Ok(())));
        assert_eq!(queue.get(), Ok(2));
        assert_eq!(queue.put(0), Ok(()));
        assert_eq!([queue.get(), queue.get(), queue.get()], [Ok(1), Ok(3), Ok(0)]);
    });
}

#[test]
fn a_stack_hands_out_first_what_was_put_last() {
    check_alone(|| {
        let stack = WorkStack::unbounded();
        assert_eq!((stack.put(2), stack.put(1), stack.put(3)), (Ok(()), Ok(()), Ok(())));
        assert_eq!(stack.get(), Ok(3));
        assert_eq!(stack.put(0), Ok(()));
        assert_eq!([stack.get(), stack.get(), stack.get()], [Ok(0), Ok(1), Ok(2)]);
    });
}

#[test]
fn a_heap_hands_out_the_smallest_first() {
    check_alone(|| {
        let heap = WorkHeap::unbounded();
        assert_eq!((heap.put(2), heap.put(1), heap.put(3), heap.put(2)), (Ok(()), Ok(()), Ok(()), Ok(())));
        assert_eq!(heap.get(), Ok(1));
        assert_eq!(heap.put(0), Ok(()));
        assert_eq!([heap.get(), heap.get(), heap.get(), heap.get()], [Ok(0), Ok(2), Ok(2), Ok(3)]);
    });
}

#[test]
fn a_heap_of_reversed_items_hands_out_the_largest_first() {
    check_alone(|| {
        let heap = WorkHeap::unbounded();
        assert_eq!((heap.put(Reverse(2)), heap.put(Reverse(1)), heap.put(Reverse(3))), (Ok(()), Ok(()), Ok(())));
        assert_eq!([heap.get(), heap.get(), heap.get()], [Ok(Reverse(3)), Ok(Reverse(2)), Ok(Reverse(1))]);
    });
}

#[test]
fn a_new_queue_is_empty_open_and_has_nothing_unfinished() {
    check_alone(|| {
        in_each_order!(|Queue| {
            for (queue, capacity) in [
                (Queue::<u32>::unbounded(), None),
                (Queue::default(), None),
                (Queue::bounded(1), Some(1)),
                (Queue::bounded(usize::MAX), Some(usize::MAX)),
            ] {
                assert_eq!(queue.capacity(), capacity);
                assert_eq!((queue.len(), queue.unfinished()), (0, 0));
                assert!(queue.is_empty() && !queue.is_full() && !queue.is_shutdown());
                queue.join();
            }
        });
    });
}

#[test]
fn a_full_queue_takes_no_more_and_gives_the_item_back() {
    check_alone(|| {
        in_each_order!(|Queue| {
            let queue = Queue::bounded(2);
            assert_eq!((queue.put(1), queue.is_full(), queue.len()), (Ok(()), false, 1));
            assert_eq!((queue.try_put(1), queue.is_full(), queue.len()), (Ok(()), true, 2));
            assert_eq!(queue.try_put(7), Err(PutError::Full(7)));
            assert_eq!(queue.put_timeout(8, Duration::ZERO), Err(PutError::TimedOut(8)));
            assert_eq!(queue.put_timeout(9, MOMENT).map_err(PutError::into_inner), Err(9));
            assert_eq!((queue.len(), queue.unfinished()), (2, 2), "a put that fails changes nothing");
            assert_eq!(queue.get(), Ok(1));
            assert_eq!(queue.put_timeout(1, Duration::ZERO), Ok(()), "with no time it is a try");
            assert!(queue.is_full());
        });
    });
}

#[test]
fn from_an_empty_queue_nothing_can_be_taken() {
    check_alone(|| {
        in_each_order!(|Queue| {
            let queue = Queue::<u32>::unbounded();
            assert_eq!(queue.try_get(), Err(GetError::Empty));
            assert_eq!(queue.get_timeout(Duration::ZERO), Err(GetError::TimedOut));
            assert_eq!(queue.get_timeout(MOMENT), Err(GetError::TimedOut));
            assert_eq!(queue.try_get_task().err(), Some(GetError::Empty));
            assert_eq!(queue.get_task_timeout(Duration::ZERO).err(), Some(GetError::TimedOut));
            assert_eq!(queue.get_task_timeout(MOMENT).err(), Some(GetError::TimedOut));
            assert_eq!((queue.len(), queue.unfinished()), (0, 0), "a get that fails changes nothing");
        });
    });
}

#[test]
fn what_is_there_is_taken_in_whatever_way_one_asks() {
    check_alone(|| {
        in_each_order!(|Queue| {
            let queue = Queue::bounded(6);
            (0..6).for_each(|_| assert_eq!(queue.put(7), Ok(())));
            assert_eq!(queue.get(), Ok(7));
            assert_eq!(queue.try_get(), Ok(7));
            assert_eq!(queue.get_timeout(Duration::ZERO), Ok(7));
            assert_eq!(queue.get_task().as_deref(), Ok(&7));
            assert_eq!(queue.try_get_task().as_deref(), Ok(&7));
            assert_eq!(queue.get_task_timeout(Duration::ZERO).as_deref(), Ok(&7));
            assert_eq!((queue.len(), queue.unfinished()), (0, 3), "three were taken as tasks");
        });
    });
}

#[test]
fn an_item_is_unfinished_from_the_put_to_the_task_done() {
    check_alone(|| {
        in_each_order!(|Queue| {
            let queue = Queue::unbounded();
            assert_eq!((queue.put('a'), queue.put('b'), queue.unfinished()), (Ok(()), Ok(()), 2));
            assert_eq!((queue.get().is_ok(), queue.unfinished()), (true, 2));
            assert!(!queue.join_timeout(Duration::ZERO) && !queue.join_timeout(MOMENT));
            assert_eq!((queue.task_done(), queue.unfinished()), (Ok(()), 1));
            assert_eq!((queue.get().is_ok(), queue.is_empty()), (true, true));
            assert!(!queue.join_timeout(Duration::ZERO), "the queue is empty, and the work is not done");
            assert_eq!((queue.task_done(), queue.unfinished()), (Ok(()), 0));
            queue.join();
            assert!(queue.join_timeout(Duration::ZERO) && queue.join_timeout(MOMENT));
        });
    });
}

#[test]
fn one_task_done_too_many_is_refused_and_changes_nothing() {
    check_alone(|| {
        in_each_order!(|Queue| {
            let queue = Queue::unbounded();
            assert_eq!(queue.task_done(), Err(TooManyTaskDone));
            assert_eq!((queue.put(1), queue.unfinished()), (Ok(()), 1), "nothing was done in advance");
            assert_eq!((queue.get(), queue.task_done()), (Ok(1), Ok(())));
            assert_eq!((queue.task_done(), queue.task_done()), (Err(TooManyTaskDone), Err(TooManyTaskDone)));
            assert_eq!((queue.len(), queue.unfinished()), (0, 0));
            assert_eq!((queue.put(2), queue.unfinished(), queue.get()), (Ok(()), 1, Ok(2)));
        });
    });
}

/// As in Python: what is counted is how many are done, not which.
#[test]
fn task_done_may_be_said_of_an_item_that_is_still_queued() {
    check_alone(|| {
        in_each_order!(|Queue| {
            let queue = Queue::unbounded();
            assert_eq!((queue.put(1), queue.task_done()), (Ok(()), Ok(())));
            assert_eq!((queue.len(), queue.unfinished()), (1, 0));
            queue.join();
            let task = queue.get_task().expect("it is there");
            assert_eq!((queue.put(2), queue.get()), (Ok(()), Ok(2)));
            drop(task);
            assert_eq!(queue.unfinished(), 0, "a task counts something as done if anything is left to count");
            assert_eq!((queue.put(3), queue.task_done()), (Ok(()), Ok(())));
            assert_eq!(queue.try_get_task().map(|task| task.into_inner()), Ok(3));
            assert_eq!(queue.task_done(), Err(TooManyTaskDone));
            assert_eq!((queue.put(4), queue.task_done()), (Ok(()), Ok(())));
            queue.shutdown(Shutdown::Immediate);
            assert_eq!((queue.len(), queue.unfinished()), (0, 0));
        });
    });
}

#[test]
fn a_task_is_done_when_it_is_dropped() {
    check_alone(|| {
        in_each_order!(|Queue| {
            let queue = Queue::unbounded();
            assert_eq!(queue.put(7), Ok(()));
            let mut task = queue.get_task().expect("it is there");
            assert_eq!((*task, queue.len(), queue.unfinished()), (7, 0, 1));
            *task += 1;
            assert_eq!((*task, format!("{task:?}")), (8, "8".to_owned()));
            drop(task);
            assert_eq!(queue.unfinished(), 0);
        });
    });
}

#[test]
fn a_task_s_item_can_be_taken_out_and_counts_as_done() {
    check_alone(|| {
        in_each_order!(|Queue| {
            let queue = Queue::unbounded();
            let witness = Arc::new(());
            assert_eq!(queue.put(Arc::clone(&witness)), Ok(()));
            let item = queue.get_task().expect("it is there").into_inner();
            assert_eq!((queue.unfinished(), Arc::strong_count(&item)), (0, 2), "it is done, and was not dropped");
        });
    });
}

/// Who joins must not go on between a job and the work that it makes.
#[test]
fn an_item_is_dropped_before_it_counts_as_done() {
    struct MakesWork(u32, Weak<WorkQueue<MakesWork>>);
    impl Drop for MakesWork {
        fn drop(&mut self) {
            let queue = self.1.upgrade().expect("the queue is still there");
            assert_eq!(queue.unfinished(), 1, "what is being dropped is not done");
            if self.0 > 0 {
                assert!(queue.put(MakesWork(self.0 - 1, Weak::clone(&self.1))).is_ok());
            }
        }
    }

    check_alone(|| {
        let queue = Arc::new(WorkQueue::unbounded());
        assert!(queue.put(MakesWork(2, Arc::downgrade(&queue))).is_ok());
        let jobs = std::iter::from_fn(|| queue.try_get_task().ok()).count();
        assert_eq!((jobs, queue.unfinished()), (3, 0));
    });
}

#[test]
fn a_queue_that_is_to_be_drained_takes_no_more_and_hands_out_the_rest() {
    check_alone(|| {
        in_each_order!(|Queue| {
            let queue = Queue::bounded(2);
            assert_eq!((queue.put(1), queue.put(1)), (Ok(()), Ok(())));
            queue.shutdown(Shutdown::Drain);
            assert!(queue.is_shutdown() && queue.is_full());
            assert_eq!(queue.unfinished(), 2);
            // That it is shut down is the better reason: it will never have room.
            assert_eq!(queue.put(7), Err(PutError::ShutDown(7)));
            assert_eq!(queue.try_put(8), Err(PutError::ShutDown(8)));
            assert_eq!(queue.put_timeout(9, Duration::ZERO), Err(PutError::ShutDown(9)));
            assert_eq!(queue.get(), Ok(1));
            assert_eq!(queue.try_put(7), Err(PutError::ShutDown(7)), "though there is room now");
            assert_eq!(queue.get_task().as_deref(), Ok(&1));
            assert_eq!(queue.get(), Err(GetError::ShutDown));
            assert_eq!(queue.try_get(), Err(GetError::ShutDown));
            assert_eq!(queue.get_timeout(Duration::ZERO), Err(GetError::ShutDown));
            assert_eq!(queue.get_task().err(), Some(GetError::ShutDown));
            assert_eq!(queue.try_get_task().err(), Some(GetError::ShutDown));
            assert_eq!(queue.get_task_timeout(Duration::ZERO).err(), Some(GetError::ShutDown));
            assert!(!queue.join_timeout(Duration::ZERO), "one that was taken is not done");
            assert_eq!((queue.task_done(), queue.task_done()), (Ok(()), Err(TooManyTaskDone)));
            queue.join();
        });
    });
}

#[test]
fn an_immediate_shutdown_drops_what_is_queued_and_counts_it_done() {
    check_alone(|| {
        in_each_order!(|Queue| {
            let queue = Queue::bounded(3);
            let witness = Arc::new(());
            (0..3).for_each(|_| assert_eq!(queue.put(Arc::clone(&witness)), Ok(())));
            let taken = queue.get().expect("three are there");
            queue.shutdown(Shutdown::Immediate);
            assert!(queue.is_shutdown() && queue.is_empty());
            assert_eq!((Arc::strong_count(&witness), queue.unfinished()), (2, 1), "what was taken is not done");
            assert_eq!(queue.try_get(), Err(GetError::ShutDown));
            assert_eq!(queue.put(Arc::clone(&witness)), Err(PutError::ShutDown(taken)));
            assert!(!queue.join_timeout(Duration::ZERO));
            assert_eq!((queue.task_done(), queue.task_done()), (Ok(()), Err(TooManyTaskDone)));
            queue.join();
        });
    });
}

#[test]
fn a_second_shutdown_may_only_tighten_the_first() {
    check_alone(|| {
        in_each_order!(|Queue| {
            for first in BOTH {
                for second in BOTH {
                    let queue = Queue::unbounded();
                    assert_eq!((queue.put(1), queue.put(1)), (Ok(()), Ok(())));
                    queue.shutdown(first);
                    queue.shutdown(second);
                    assert!(queue.is_shutdown());
                    assert_eq!(queue.put(2), Err(PutError::ShutDown(2)));
                    let left = if (first, second) == (Shutdown::Drain, Shutdown::Drain) { 2 } else { 0 };
                    assert_eq!((queue.len(), queue.unfinished()), (left, left));
                }
            }
        });
    });
}

/// What they do when they are dropped is up to them: here they ask the queue how it is.
#[test]
fn items_may_use_the_queue_while_an_immediate_shutdown_drops_them() {
    struct Asks(Weak<WorkQueue<Asks>>);
    impl Drop for Asks {
        fn drop(&mut self) {
            let queue = self.0.upgrade().expect("the queue is still there");
            assert!(queue.is_shutdown() && queue.is_empty());
            assert_eq!(queue.task_done(), Err(TooManyTaskDone), "all of them are done already");
        }
    }

    check_alone(|| {
        let queue = Arc::new(WorkQueue::unbounded());
        for _ in 0..2 {
            assert!(queue.put(Asks(Arc::downgrade(&queue))).is_ok());
        }
        queue.shutdown(Shutdown::Immediate);
    });
}

#[test]
fn a_queue_that_is_dropped_drops_its_items_once() {
    check_alone(|| {
        in_each_order!(|Queue| {
            let queue = Queue::unbounded();
            let witness = Arc::new(());
            (0..5).for_each(|_| assert_eq!(queue.put(Arc::clone(&witness)), Ok(())));
            drop((queue.get(), queue.get_task()));
            assert_eq!((Arc::strong_count(&witness), queue.len()), (4, 3));
            drop(queue);
            assert_eq!(Arc::strong_count(&witness), 1);
        });
    });
}

#[test]
fn items_may_be_of_any_size() {
    check_alone(|| {
        in_each_order!(|Queue| {
            let nothing = Queue::bounded(2);
            assert_eq!((nothing.put(()), nothing.put(())), (Ok(()), Ok(())));
            assert_eq!((nothing.try_put(()), nothing.len()), (Err(PutError::Full(())), 2));
            assert_eq!((nothing.get(), nothing.get(), nothing.try_get()), (Ok(()), Ok(()), Err(GetError::Empty)));
            let pages = Queue::bounded(usize::MAX);
            (0..3).for_each(|_| assert_eq!(pages.put([7_u8; 1_024]), Ok(())));
            (0..3).for_each(|_| assert_eq!(pages.get(), Ok([7; 1_024])));
        });
    });
}

#[test]
fn debug_says_what_is_in_the_queue_and_does_not_ask_the_items() {
    struct Silent;

    check_alone(|| {
        let queue = WorkQueue::bounded(3);
        assert!(queue.put(Silent).is_ok());
        let open = format!("{queue:?}");
        assert!(["len: 1", "unfinished: 1", "capacity: Some(3)"].iter().all(|part| open.contains(part)), "{open}");
        queue.shutdown(Shutdown::Drain);
        assert_ne!(format!("{queue:?}"), open);
        assert_eq!(format!("{:?}", queue.try_put(Silent)), "Err(ShutDown(..))");
    });
}

#[test]
fn a_put_releases_one_who_waits_for_an_item() {
    CHECK.run(|| {
        let queue = WorkQueue::unbounded();
        thread::scope(|scope| {
            scope.spawn("getter", || assert_eq!(queue.get(), Ok(7)));
            assert_eq!(queue.put(7), Ok(()));
        });
        assert_eq!((queue.len(), queue.unfinished()), (0, 1));
    });
}

#[test]
fn a_get_releases_one_who_waits_for_room() {
    CHECK.run(|| {
        let queue = WorkQueue::bounded(1);
        assert_eq!(queue.put(1), Ok(()));
        thread::scope(|scope| {
            scope.spawn("putter", || assert_eq!(queue.put(2), Ok(())));
            assert_eq!(queue.get(), Ok(1));
        });
        assert_eq!((queue.get(), queue.unfinished()), (Ok(2), 2));
    });
}

/// Whether they wait for it with a limit or without, as an item or as a task.
#[test]
fn those_who_wait_are_asleep() {
    let waits: [fn(&WorkQueue<u32>); 7] = [
        |queue| assert_eq!(queue.get(), Ok(7)),
        |queue| assert_eq!(queue.get_task().as_deref(), Ok(&7)),
        |queue| assert_eq!(queue.get_timeout(Duration::MAX), Ok(7)),
        |queue| assert_eq!(queue.get_task_timeout(Duration::MAX).as_deref(), Ok(&7)),
        |queue| assert_eq!((queue.put(0), queue.put(8)), (Ok(()), Ok(()))),
        |queue| assert_eq!((queue.put(0), queue.put_timeout(8, Duration::MAX)), (Ok(()), Ok(()))),
        |queue| assert_eq!((queue.put(0), queue.join_timeout(Duration::MAX)), (Ok(()), true)),
    ];
    for (number, wait) in waits.into_iter().enumerate() {
        check_in_turn(move || {
            let queue = WorkQueue::bounded(1);
            thread::scope(|scope| {
                scope.spawn("waiter", || wait(&queue));
                let_sleep(1);
                match number {
                    0..4 => assert_eq!(queue.put(7), Ok(())),
                    4..6 => assert_eq!(queue.get(), Ok(0)),
                    _ => drop(queue.get_task()),
                }
            });
        });
    }
}

#[test]
fn two_puts_release_two_who_wait_for_items() {
    check_bounded(3, || {
        let queue = WorkQueue::unbounded();
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || assert!(queue.get().is_ok()));
            }
            assert_eq!((queue.put(1), queue.put(2)), (Ok(()), Ok(())));
        });
        assert_eq!((queue.len(), queue.unfinished()), (0, 2));
    });
}

#[test]
fn two_gets_release_two_who_wait_for_room() {
    check_bounded(2, || {
        let queue = WorkQueue::bounded(2);
        assert_eq!((queue.put(1), queue.put(2)), (Ok(()), Ok(())));
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || assert_eq!(queue.put(3), Ok(())));
            }
            assert_eq!((queue.get(), queue.get()), (Ok(1), Ok(2)));
        });
        assert_eq!((queue.get(), queue.get()), (Ok(3), Ok(3)));
    });
}

/// All three surely sleep when the items come, one right after the other.
#[test]
fn as_many_sleepers_are_released_as_items_come() {
    for items in 1..=3 {
        check_in_turn(move || {
            let queue = WorkQueue::unbounded();
            thread::scope(|scope| {
                for name in ["Alice", "Bob", "Carol"] {
                    scope.spawn(name, || assert!(queue.get().is_ok()));
                }
                let_sleep(3);
                (0..items).for_each(|item| assert_eq!(queue.put(item), Ok(())));
                let_sleep(3 - items);
                (items..3).for_each(|item| assert_eq!(queue.put(item), Ok(())));
            });
            assert!(queue.is_empty());
        });
    }
}

#[test]
fn each_item_goes_to_one_getter() {
    check_bounded(3, || {
        let queue = WorkQueue::unbounded();
        thread::scope(|scope| {
            let other = scope.spawn("other", || queue.try_get());
            assert_eq!(queue.put(7), Ok(()));
            let mine = queue.try_get();
            assert!((mine == Ok(7)) != (other.join() == Ok(7)), "one of them has it, and one has not");
        });
        assert!(queue.is_empty());
    });
}

#[test]
fn two_who_put_at_once_both_get_in() {
    check_bounded(3, || {
        let queue = WorkQueue::unbounded();
        thread::scope(|scope| {
            scope.spawn("other", || assert_eq!(queue.put(1), Ok(())));
            scope.spawn("getter", || assert!(queue.get().is_ok_and(|item| item == 1 || item == 2)));
            assert_eq!(queue.put(2), Ok(()));
        });
        assert_eq!((queue.len(), queue.unfinished()), (1, 2));
    });
}

#[test]
fn with_room_for_one_putters_and_getters_take_turns() {
    check_bounded(2, || {
        let queue = WorkQueue::bounded(1);
        thread::scope(|scope| {
            scope.spawn("putter", || (1..=3).for_each(|item| assert_eq!(queue.put(item), Ok(()))));
            (1..=3).for_each(|item| assert_eq!(queue.get(), Ok(item)));
        });
    });
}

#[test]
fn two_bounded_putters_and_one_getter_lose_nothing() {
    check_bounded(2, || {
        let queue = WorkQueue::bounded(1);
        thread::scope(|scope| {
            for (name, item) in [("Alice", 1), ("Bob", 2)] {
                let queue = &queue;
                scope.spawn(name, move || assert_eq!(queue.put(item), Ok(())));
            }
            let items = [queue.get(), queue.get()];
            assert!(items == [Ok(1), Ok(2)] || items == [Ok(2), Ok(1)]);
        });
    });
}

#[test]
fn two_bounded_putters_and_two_getters_leave_nobody_asleep() {
    check_bounded(1, || {
        let queue = WorkQueue::bounded(1);
        thread::scope(|scope| {
            scope.spawn("putter", || assert_eq!((queue.put(1), queue.put(2)), (Ok(()), Ok(()))));
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || assert!(queue.get().is_ok()));
            }
            assert_eq!(queue.put(3), Ok(()));
            assert!(queue.get().is_ok());
        });
        assert_eq!((queue.len(), queue.unfinished()), (0, 3));
    });
}

/// Somebody is called for an item, and another is quicker and takes it. That call must not stand for the next item.
#[test]
fn one_whose_item_was_taken_by_another_is_called_again() {
    check_bounded(3, || {
        let queue = WorkQueue::unbounded();
        thread::scope(|scope| {
            scope.spawn("patient", || assert!(queue.get().is_ok()));
            scope.spawn("quick", || queue.try_get().is_ok());
            assert_eq!((queue.put(1), queue.put(2)), (Ok(()), Ok(())));
        });
        assert!(queue.len() <= 1);
    });
}

/// The same of room.
#[test]
fn one_whose_room_was_taken_by_another_is_called_again() {
    check_bounded(2, || {
        let queue = WorkQueue::bounded(1);
        assert_eq!(queue.put(1), Ok(()));
        thread::scope(|scope| {
            scope.spawn("patient", || {
                assert_eq!(queue.put(2), Ok(()));
                assert!(queue.len() <= 1, "there is room for one");
            });
            scope.spawn("quick", || queue.try_put(3).is_ok());
            assert!(queue.get().is_ok() && queue.get().is_ok());
        });
        assert!(queue.len() <= 1);
    });
}

#[test]
fn an_item_that_comes_as_the_time_runs_out_is_taken_or_left_there() {
    CHECK.preemptions(4).surprises(2).run(|| {
        let queue = WorkQueue::unbounded();
        thread::scope(|scope| {
            let timed = scope.spawn("timed", || queue.get_timeout(MOMENT));
            assert_eq!(queue.put(7), Ok(()));
            let taken = timed.join();
            assert!([Ok(7), Err(GetError::TimedOut)].contains(&taken));
            assert_eq!(queue.len(), usize::from(taken.is_err()));
        });
    });
}

#[test]
fn room_that_comes_as_the_time_runs_out_is_taken_or_left_there() {
    CHECK.preemptions(4).surprises(2).run(|| {
        let queue = WorkQueue::bounded(1);
        assert_eq!(queue.put(1), Ok(()));
        thread::scope(|scope| {
            let timed = scope.spawn("timed", || queue.put_timeout(2, MOMENT));
            assert_eq!(queue.get(), Ok(1));
            let put = timed.join();
            assert!([Ok(()), Err(PutError::TimedOut(2))].contains(&put));
            assert_eq!((queue.len(), queue.unfinished()), if put.is_ok() { (1, 2) } else { (0, 1) });
        });
    });
}

#[test]
fn a_timed_wait_without_a_limit_lasts_until_it_has_what_it_wants() {
    check_bounded(3, || {
        let queue = WorkQueue::bounded(1);
        thread::scope(|scope| {
            // They may wake up for no reason, but their time cannot run out.
            scope.spawn("getter", || assert_eq!(queue.get_timeout(Duration::MAX), Ok(1)));
            assert_eq!((queue.put(1), queue.put_timeout(2, Duration::MAX)), (Ok(()), Ok(())));
        });
        assert_eq!(queue.get(), Ok(2));
    });
}

/// Impatient may be called and run out of time in the same moment: either it takes the item, or the call is Patient's.
#[test]
fn a_getter_whose_time_ran_out_takes_no_call_with_it() {
    check_bounded(2, || {
        let queue = WorkQueue::unbounded();
        thread::scope(|scope| {
            let impatient = scope.spawn("impatient", || queue.get_timeout(MOMENT).is_ok());
            scope.spawn("patient", || assert!(queue.get().is_ok()));
            assert_eq!(queue.put(1), Ok(()));
            if impatient.join() {
                assert_eq!(queue.put(2), Ok(()));
            }
        });
        assert!(queue.is_empty());
    });
}

/// A call that goes out after the time of the only one in line has run out, and before that one is back, reaches nobody.
#[test]
fn a_call_that_reached_nobody_is_not_relied_on() {
    check_bounded(2, || {
        let queue = WorkQueue::unbounded();
        thread::scope(|scope| {
            let impatient = scope.spawn("impatient", || queue.get_timeout(MOMENT).is_ok());
            // It is in line, so that the patient one comes behind it.
            thread::yield_now();
            scope.spawn("patient", || assert!(queue.get().is_ok()));
            assert_eq!(queue.put(1), Ok(()));
            let taken = queue.try_get().is_ok();
            assert_eq!(queue.put(2), Ok(()));
            if taken && impatient.join() {
                assert_eq!(queue.put(3), Ok(()));
            }
        });
    });
}

#[test]
fn a_putter_whose_time_ran_out_takes_no_call_with_it() {
    check_bounded(2, || {
        let queue = WorkQueue::bounded(1);
        assert_eq!(queue.put(1), Ok(()));
        thread::scope(|scope| {
            let impatient = scope.spawn("impatient", || queue.put_timeout(2, MOMENT).is_ok());
            scope.spawn("patient", || assert_eq!(queue.put(3), Ok(())));
            assert!(queue.get().is_ok());
            if impatient.join() {
                assert!(queue.get().is_ok());
            }
        });
        assert_eq!(queue.len(), 1);
    });
}

#[test]
fn a_put_that_races_with_a_shutdown_is_taken_or_given_back() {
    for how in BOTH {
        CHECK.run(move || {
            let queue = WorkQueue::unbounded();
            thread::scope(|scope| {
                let putter = scope.spawn("putter", || queue.put(7));
                queue.shutdown(how);
                let put = putter.join();
                assert!([Ok(()), Err(PutError::ShutDown(7))].contains(&put));
                let left = usize::from(put.is_ok() && how == Shutdown::Drain);
                assert_eq!((queue.len(), queue.unfinished()), (left, left));
            });
        });
    }
}

#[test]
fn a_get_that_races_with_an_immediate_shutdown_takes_an_item_or_it_is_dropped() {
    CHECK.run(|| {
        let queue = WorkQueue::unbounded();
        let witness = Arc::new(());
        assert_eq!(queue.put(Arc::clone(&witness)), Ok(()));
        thread::scope(|scope| {
            let getter = scope.spawn("getter", || queue.get());
            queue.shutdown(Shutdown::Immediate);
            let taken = getter.join();
            assert_eq!(Arc::strong_count(&witness), 1 + usize::from(taken.is_ok()));
            assert_eq!(queue.unfinished(), usize::from(taken.is_ok()));
        });
    });
}

#[test]
fn a_shutdown_releases_all_who_wait_for_items() {
    for how in BOTH {
        check_bounded(2, move || {
            let queue = WorkQueue::<u32>::unbounded();
            thread::scope(|scope| {
                for name in ["Alice", "Bob"] {
                    scope.spawn(name, || assert_eq!(queue.get(), Err(GetError::ShutDown)));
                }
                queue.shutdown(how);
            });
        });
    }
}

#[test]
fn a_shutdown_releases_all_who_wait_for_room() {
    for how in BOTH {
        check_bounded(2, move || {
            let queue = WorkQueue::bounded(1);
            assert_eq!(queue.put(1), Ok(()));
            thread::scope(|scope| {
                for name in ["Alice", "Bob"] {
                    scope.spawn(name, || assert_eq!(queue.put(2), Err(PutError::ShutDown(2))));
                }
                queue.shutdown(how);
            });
            let rest = if how == Shutdown::Drain { Ok(1) } else { Err(GetError::ShutDown) };
            assert_eq!(queue.get(), rest);
        });
    }
}

/// There is an item for one of them, and nothing more will come for the other.
#[test]
fn a_shutdown_right_after_a_put_releases_all() {
    check_bounded(2, || {
        let queue = WorkQueue::unbounded();
        thread::scope(|scope| {
            let getters = ["Alice", "Bob"].map(|name| scope.spawn(name, || queue.get()));
            assert_eq!(queue.put(7), Ok(()));
            queue.shutdown(Shutdown::Drain);
            let mut items = getters.map(|getter| getter.join());
            items.sort_by_key(Result::is_err);
            assert_eq!(items, [Ok(7), Err(GetError::ShutDown)]);
        });
    });
}

#[test]
fn the_last_task_done_releases_one_who_joins() {
    check_bounded(4, || {
        let queue = WorkQueue::unbounded();
        let done = AtomicU32::new(0);
        assert_eq!(queue.put(7), Ok(()));
        thread::scope(|scope| {
            scope.spawn("worker", || {
                assert_eq!(queue.get(), Ok(7));
                done.store(1, Relaxed);
                assert_eq!(queue.task_done(), Ok(()));
            });
            queue.join();
            assert_eq!(done.load(Relaxed), 1);
        });
    });
}

#[test]
fn who_joins_waits_for_all_and_sees_what_all_have_done() {
    check_bounded(2, || {
        let queue = WorkQueue::unbounded();
        let letters = [AtomicU32::new(0), AtomicU32::new(0)];
        assert_eq!((queue.put(0), queue.put(1)), (Ok(()), Ok(())));
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || {
                    let task = queue.get_task().expect("there is one for each");
                    letters[*task].store(42, Relaxed);
                });
            }
            queue.join();
            assert!(letters.iter().all(|letter| letter.load(Relaxed) == 42));
        });
    });
}

#[test]
fn the_last_task_done_releases_all_who_join() {
    check_bounded(2, || {
        let queue = WorkQueue::unbounded();
        assert_eq!(queue.put(7), Ok(()));
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || queue.join());
            }
            drop(queue.get_task());
        });
    });
}

#[test]
fn of_two_who_say_done_of_one_item_one_is_told_that_it_is_too_much() {
    check_bounded(2, || {
        let queue = WorkQueue::unbounded();
        assert_eq!(queue.put(7), Ok(()));
        thread::scope(|scope| {
            let other = scope.spawn("other", || queue.task_done().is_ok());
            scope.spawn("joiner", || queue.join());
            assert_ne!(queue.task_done().is_ok(), other.join());
        });
        assert_eq!(queue.unfinished(), 0);
    });
}

#[test]
fn a_timed_join_returns_true_only_if_all_is_done() {
    CHECK.run(|| {
        let queue = WorkQueue::unbounded();
        assert_eq!(queue.put(7), Ok(()));
        thread::scope(|scope| {
            scope.spawn("joiner", || assert!(!queue.join_timeout(MOMENT) || queue.unfinished() == 0));
            assert_eq!(queue.task_done(), Ok(()));
        });
        assert!(queue.join_timeout(Duration::ZERO));
    });
}

/// The next round may begin before those who joined the last have gone.
#[test]
fn who_joined_is_released_though_others_have_put_since() {
    check_in_turn(|| {
        let queue = WorkQueue::unbounded();
        assert_eq!(queue.put(1), Ok(()));
        thread::scope(|scope| {
            let joiners = ["Alice", "Bob"].map(|name| scope.spawn(name, || queue.join()));
            let_sleep(2);
            assert_eq!((queue.task_done(), queue.put(2)), (Ok(()), Ok(())));
            if model::MODELLED {
                // With real threads they may have come too late for the first round.
                joiners.into_iter().for_each(|joiner| joiner.join());
            }
            assert_eq!(queue.task_done(), Ok(()));
        });
    });
}

#[test]
fn an_immediate_shutdown_releases_one_who_joins_if_nothing_is_taken() {
    check_bounded(3, || {
        let queue = WorkQueue::unbounded();
        assert_eq!((queue.put(1), queue.put(2)), (Ok(()), Ok(())));
        thread::scope(|scope| {
            scope.spawn("joiner", || queue.join());
            queue.shutdown(Shutdown::Immediate);
        });
    });
}

#[test]
fn after_an_immediate_shutdown_who_joins_waits_for_what_was_taken() {
    check_bounded(3, || {
        let queue = WorkQueue::unbounded();
        let done = AtomicU32::new(0);
        assert_eq!((queue.put(1), queue.put(2), queue.get()), (Ok(()), Ok(()), Ok(1)));
        thread::scope(|scope| {
            scope.spawn("joiner", || {
                queue.join();
                assert_eq!(done.load(Relaxed), 1);
            });
            queue.shutdown(Shutdown::Immediate);
            done.store(1, Relaxed);
            assert_eq!(queue.task_done(), Ok(()));
        });
    });
}

#[test]
fn a_put_publishes_to_the_get() {
    CHECK.run(|| {
        let queue = WorkQueue::unbounded();
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("putter", || {
                letter.store(42, Relaxed);
                assert_eq!(queue.put(7), Ok(()));
            });
            if queue.get_timeout(MOMENT).is_ok() {
                assert_eq!(letter.load(Relaxed), 42);
            }
        });
    });
}

/// Who gets room knows what was done before the room was made.
#[test]
fn a_get_publishes_to_the_put_that_waited_for_room() {
    CHECK.run(|| {
        let queue = WorkQueue::bounded(1);
        let letter = AtomicU32::new(0);
        assert_eq!(queue.put(1), Ok(()));
        thread::scope(|scope| {
            scope.spawn("getter", || {
                letter.store(42, Relaxed);
                assert_eq!(queue.get(), Ok(1));
            });
            assert_eq!(queue.put(2), Ok(()));
            assert_eq!(letter.load(Relaxed), 42);
        });
    });
}

/// A worker's life, as it stands in Python's documentation: get, work, say so, until the queue is shut down.
#[test]
fn workers_finish_what_was_put_and_go_home() {
    check_bounded(1, || {
        let queue = WorkQueue::bounded(1);
        let worked = AtomicU32::new(0);
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || {
                    while let Ok(task) = queue.get_task() {
                        worked.fetch_add(*task, Relaxed);
                    }
                });
            }
            assert_eq!((queue.put(1), queue.put(2)), (Ok(()), Ok(())));
            queue.join();
            assert_eq!(worked.load(Relaxed), 3);
            queue.shutdown(Shutdown::Drain);
        });
    });
}
