//! Real threads: many of them, timed, panicking, and sleepers that surely sleep.
#![cfg(not(loom))]

use std::cmp::Ordering;
use std::error::Error;
use std::panic::catch_unwind;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use queue::{Buffer, GetError, PutError, Queue, Shutdown, Task, TooManyTaskDone, WorkHeap, WorkQueue, WorkStack};
use rehearsal::{expect_panic, panic_on_purpose, rehearse};

/// How many threads put, and how many get.
const THREADS: usize = 8;

/// How many items each of them puts or gets.
const ITEMS: usize = 1_000;

/// Longer than any test lasts.
const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn new_is_const() {
    static QUEUE: WorkQueue<u32> = WorkQueue::bounded(1);
    static STACK: WorkStack<u32> = WorkStack::unbounded();
    static HEAP: WorkHeap<u32> = WorkHeap::unbounded();
    assert_eq!((QUEUE.put(1), STACK.put(2), HEAP.put(3)), (Ok(()), Ok(()), Ok(())));
    assert_eq!((QUEUE.get(), STACK.get(), HEAP.get()), (Ok(1), Ok(2), Ok(3)));
}

#[test]
fn no_room_at_all_is_a_mistake() {
    let mistakes: [fn(); 3] = [
        || drop(WorkQueue::<u32>::bounded(0)),
        || drop(WorkStack::<u32>::bounded(0)),
        || drop(WorkHeap::<u32>::bounded(0)),
    ];
    for mistake in mistakes {
        assert!(catch_unwind(mistake).is_err());
    }
}

/// The items go from thread to thread, and are never shared. So they need not be `Sync`.
#[test]
fn queues_may_be_shared_if_items_may_be_sent() {
    fn is_send_and_sync<T: Send + Sync>() {}
    fn is_send<T: Send>() {}
    is_send_and_sync::<WorkQueue<std::cell::Cell<u32>>>();
    is_send_and_sync::<WorkStack<std::cell::Cell<u32>>>();
    is_send_and_sync::<WorkHeap<u32>>();
    is_send::<Task<'_, std::cell::Cell<u32>>>();
    is_send_and_sync::<Task<'_, u32>>();
    is_send_and_sync::<Box<PutError<u32>>>();
    is_send_and_sync::<Box<(GetError, TooManyTaskDone, Shutdown)>>();
}

#[test]
fn an_error_says_what_is_in_the_way() {
    let queue = WorkQueue::bounded(1);
    let says = |error: Box<dyn Error>| error.to_string();
    assert_eq!(
        says(queue.task_done().expect_err("nothing was put").into()),
        "`task_done` was called more often than items were put"
    );
    assert_eq!(says(queue.try_get().expect_err("it is empty").into()), "the queue is empty");
    assert_eq!(
        says(queue.get_timeout(Duration::ZERO).expect_err("it is empty").into()),
        "the queue was empty until the time ran out"
    );
    assert_eq!(queue.put(1), Ok(()));
    assert_eq!(says(queue.try_put(2).expect_err("it is full").into()), "the queue is full");
    assert_eq!(
        says(queue.put_timeout(2, Duration::ZERO).expect_err("it is full").into()),
        "the queue was full until the time ran out"
    );
    queue.shutdown(Shutdown::Immediate);
    assert_eq!(says(queue.put(2).expect_err("it is shut down").into()), "the queue is shut down");
    assert_eq!(says(queue.get().expect_err("it is shut down").into()), "the queue is shut down, and empty");
}

/// Puts the numbers below `THREADS * ITEMS` into `queue` from many threads, and takes them out with as many.
fn hand_over<B: Buffer<Item = usize> + Send>(queue: &Queue<B>) {
    let taken: Vec<AtomicUsize> = (0..THREADS * ITEMS).map(|_| AtomicUsize::new(0)).collect();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                (thread * ITEMS..(thread + 1) * ITEMS).for_each(|item| assert_eq!(queue.put(item), Ok(())))
            });
            scope.spawn(|| {
                for _ in 0..ITEMS {
                    let item = queue.get().expect("nobody shuts the queue down");
                    taken[item].fetch_add(1, Relaxed);
                    assert!(queue.capacity().is_none_or(|capacity| queue.len() <= capacity));
                    assert_eq!(queue.task_done(), Ok(()));
                }
            });
        }
    });
    assert!(taken.iter().all(|times| times.load(Relaxed) == 1), "each was taken once");
    assert_eq!((queue.len(), queue.unfinished()), (0, 0));
    queue.join();
}

#[test]
fn each_item_is_taken_once_whatever_the_order_and_the_room() {
    rehearse(|| {
        for queue in
            [WorkQueue::unbounded(), WorkQueue::bounded(1), WorkQueue::bounded(7), WorkQueue::bounded(usize::MAX)]
        {
            hand_over(&queue);
        }
        for stack in [WorkStack::unbounded(), WorkStack::bounded(7)] {
            hand_over(&stack);
        }
        for heap in [WorkHeap::unbounded(), WorkHeap::bounded(7)] {
            hand_over(&heap);
        }
    });
}

/// One getter sees each putter's items in the order in which they were put.
#[test]
fn one_putter_s_items_come_out_in_its_order() {
    rehearse(|| {
        for queue in [WorkQueue::unbounded(), WorkQueue::bounded(1), WorkQueue::bounded(16)] {
            thread::scope(|scope| {
                for putter in 0..THREADS {
                    let queue = &queue;
                    scope.spawn(move || (0..ITEMS).for_each(|item| assert_eq!(queue.put((putter, item)), Ok(()))));
                }
                let mut next = [0; THREADS];
                for _ in 0..THREADS * ITEMS {
                    let (putter, item) = queue.get().expect("nobody shuts the queue down");
                    assert_eq!(item, next[putter]);
                    next[putter] += 1;
                }
            });
        }
    });
}

/// Also where there are several getters: each sees a part of one putter's items, and in order.
#[test]
fn each_getter_sees_one_putter_s_items_in_order() {
    rehearse(|| {
        let queue = WorkQueue::bounded(3);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let mut last = 0;
                    while let Ok(item) = queue.get() {
                        assert!(item > last, "{item} after {last}");
                        last = item;
                    }
                });
            }
            (1..=THREADS * ITEMS).for_each(|item| assert_eq!(queue.put(item), Ok(())));
            queue.shutdown(Shutdown::Drain);
        });
    });
}

/// As many are in there as were put and not yet taken. So who has put one finds one, be it another's.
#[test]
fn who_has_put_an_item_can_take_one_at_once() {
    rehearse(|| {
        let queue = WorkQueue::bounded(THREADS);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for item in 0..ITEMS {
                        assert_eq!(queue.try_put(item), Ok(()), "there is room for one each");
                        assert!(queue.try_get().is_ok());
                    }
                });
            }
        });
        assert!(queue.is_empty());
    });
}

/// With room for one and one item, a call that gets lost at any step leaves both asleep.
#[test]
fn two_queues_keep_two_threads_in_step() {
    rehearse(|| {
        let (there, back) = (WorkQueue::bounded(1), WorkStack::bounded(1));
        thread::scope(|scope| {
            scope.spawn(|| {
                (0..10 * ITEMS).for_each(|_| assert_eq!(back.put(there.get().expect("it is open") + 1), Ok(())))
            });
            for item in 0..10 * ITEMS {
                assert_eq!(there.put(item), Ok(()));
                assert_eq!(back.get(), Ok(item + 1));
            }
        });
    });
}

/// A job makes two more until it is small enough. Nobody but the queue knows when all is done.
#[test]
fn join_waits_for_work_that_work_has_made() {
    const DEPTH: u32 = 12;
    rehearse(|| {
        let queue = WorkStack::unbounded();
        let done = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    while let Ok(depth) = queue.get_task() {
                        (0..2).filter(|_| *depth > 0).for_each(|_| assert_eq!(queue.put(*depth - 1), Ok(())));
                        done.fetch_add(1, Relaxed);
                    }
                });
            }
            for round in 1..=10 {
                assert_eq!(queue.put(DEPTH), Ok(()));
                queue.join();
                assert_eq!(done.load(Relaxed), round * ((2 << DEPTH) - 1));
            }
            queue.shutdown(Shutdown::Drain);
        });
    });
}

/// Many who put and join their own item: each is released at the latest when nothing is unfinished, and not before its own
/// item is done.
#[test]
fn whoever_joins_is_released_and_not_before_its_own_item_is_done() {
    rehearse(|| {
        let queue = WorkQueue::bounded(2);
        thread::scope(|scope| {
            let customers: Vec<_> = (0..THREADS)
                .map(|_| {
                    scope.spawn(|| {
                        for _ in 0..ITEMS / 10 {
                            let done = Arc::new(AtomicBool::new(false));
                            assert!(queue.put(Arc::clone(&done)).is_ok());
                            queue.join();
                            assert!(done.load(Relaxed));
                        }
                    })
                })
                .collect();
            for _ in 0..2 {
                scope.spawn(|| {
                    while let Ok(done) = queue.get_task() {
                        done.store(true, Relaxed);
                    }
                });
            }
            for customer in customers {
                customer.join().expect("no assertion in there");
            }
            queue.shutdown(Shutdown::Drain);
        });
    });
}

/// Puts `item`, trying again and again for no longer than `patience`.
fn put_impatiently(queue: &WorkQueue<Box<usize>>, mut item: Box<usize>, patience: Duration) {
    while let Err(error) = queue.put_timeout(item, patience) {
        assert!(matches!(error, PutError::TimedOut(_)), "{error}");
        item = error.into_inner();
    }
}

/// Takes an item, trying again and again for no longer than `patience`.
fn get_impatiently(queue: &WorkQueue<Box<usize>>, patience: Duration) -> Box<usize> {
    loop {
        match queue.get_timeout(patience) {
            Ok(item) => return item,
            Err(error) => assert_eq!(error, GetError::TimedOut),
        }
    }
}

/// Limits about as long as a hand-over takes, so that giving up and being called collide. Those without a limit must all
/// get through, and each item that was not put is still in the hands of who wanted to.
#[test]
fn time_limits_that_run_out_lose_no_item_and_no_call() {
    rehearse(|| {
        let queue = WorkQueue::bounded(2);
        let (put, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (queue, put, taken) = (&queue, &put, &taken);
                let patience = move |turn: usize| Duration::from_micros(((turn + thread * 13) % 64) as u64);
                scope.spawn(move || {
                    for turn in 0..ITEMS {
                        match thread % 2 {
                            0 => put_impatiently(queue, Box::new(turn), patience(turn)),
                            _ => queue.put(Box::new(turn)).expect("nobody shuts the queue down"),
                        }
                        put.fetch_add(turn, Relaxed);
                    }
                });
                scope.spawn(move || {
                    for turn in 0..ITEMS {
                        let item = match thread % 2 {
                            0 => queue.get().expect("nobody shuts the queue down"),
                            _ => get_impatiently(queue, patience(turn)),
                        };
                        taken.fetch_add(*item, Relaxed);
                    }
                });
            }
        });
        assert_eq!((queue.len(), put.into_inner()), (0, taken.into_inner()));
    });
}

/// In whatever way they put and get: what was put is taken once or dropped once, and what was not put comes back.
#[test]
fn a_shutdown_under_load_loses_no_item() {
    rehearse(|| {
        for round in 0..60 {
            let how = [Shutdown::Drain, Shutdown::Immediate][round % 2];
            let queue = if round % 3 == 0 { WorkQueue::unbounded() } else { WorkQueue::bounded(1 + round % 5) };
            let witness = Arc::new(());
            let (put, refused, taken) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
            thread::scope(|scope| {
                for thread in 0..4 {
                    let (queue, witness, put, refused, taken) = (&queue, &witness, &put, &refused, &taken);
                    scope.spawn(move || {
                        loop {
                            let item = Arc::clone(witness);
                            let result = match thread {
                                0 => queue.try_put(item),
                                1 => queue.put_timeout(item, Duration::from_micros(20)),
                                _ => queue.put(item),
                            };
                            match result {
                                Ok(()) => put.fetch_add(1, Relaxed),
                                Err(PutError::ShutDown(_back)) => break refused.fetch_add(1, Relaxed),
                                Err(PutError::Full(_back) | PutError::TimedOut(_back)) => 0,
                            };
                        }
                    });
                    scope.spawn(move || {
                        loop {
                            let result = match thread {
                                0 => queue.try_get_task(),
                                1 => queue.get_task_timeout(Duration::from_micros(20)),
                                _ => queue.get_task(),
                            };
                            match result {
                                Ok(_item) => taken.fetch_add(1, Relaxed),
                                Err(GetError::ShutDown) => break,
                                Err(GetError::Empty | GetError::TimedOut) => 0,
                            };
                        }
                    });
                }
                scope.spawn(|| {
                    while taken.load(Relaxed) < 20 {
                        thread::yield_now();
                    }
                    queue.shutdown(how);
                });
            });
            assert!(queue.is_empty() && refused.into_inner() == 4);
            // The rest was dropped by the shutdown, and counts as done: else this would not return.
            queue.join();
            let (put, taken) = (put.into_inner(), taken.into_inner());
            assert!(taken == put || (taken < put && how == Shutdown::Immediate), "{taken} of {put} were taken");
            assert_eq!(Arc::strong_count(&witness), 1, "nothing is left, and nothing was dropped twice");
        }
    });
}

/// Three stages in a row, with little room in between; each stage shuts the next one down when it is through.
#[test]
fn a_pipeline_runs_empty_and_shuts_down_stage_by_stage() {
    rehearse(|| {
        let (first, second, third) = (WorkQueue::bounded(1), WorkQueue::bounded(2), WorkHeap::unbounded());
        thread::scope(|scope| {
            scope.spawn(|| {
                (0..ITEMS).for_each(|item| assert_eq!(first.put(item), Ok(())));
                first.shutdown(Shutdown::Drain);
            });
            scope.spawn(|| {
                while let Ok(item) = first.get() {
                    assert_eq!(second.put(item * 2), Ok(()));
                }
                second.shutdown(Shutdown::Drain);
            });
            scope.spawn(|| {
                while let Ok(item) = second.get() {
                    assert_eq!(third.put(ITEMS * 2 - item), Ok(()));
                }
                third.shutdown(Shutdown::Drain);
            });
        });
        assert!((1..=ITEMS).all(|item| third.get() == Ok(item * 2)));
        assert_eq!(third.get(), Err(GetError::ShutDown));
    });
}

/// Each queue comes to the getter through the one before it.
#[test]
fn queues_may_be_sent_through_queues() {
    struct Link(Arc<WorkQueue<Link>>);

    rehearse(|| {
        let first = Arc::new(WorkQueue::bounded(1));
        let mut tail = Arc::clone(&first);
        thread::scope(|scope| {
            scope.spawn(move || {
                let mut head = first;
                while let Ok(Link(next)) = head.get() {
                    head = next;
                }
            });
            for _ in 0..ITEMS {
                let next = Arc::new(WorkQueue::bounded(1));
                assert!(tail.put(Link(Arc::clone(&next))).is_ok());
                tail = next;
            }
            tail.shutdown(Shutdown::Drain);
        });
    });
}

#[test]
fn a_task_counts_as_done_if_the_work_panics() {
    let queue = WorkQueue::unbounded();
    let witness = Arc::new(());
    assert_eq!(queue.put(Arc::clone(&witness)), Ok(()));
    expect_panic(|| {
        let _task = queue.get_task();
        panic_on_purpose();
    });
    assert_eq!((queue.unfinished(), Arc::strong_count(&witness)), (0, 1));
}

#[test]
fn workers_that_panic_leave_nobody_who_joins_behind() {
    rehearse(|| {
        let queue = WorkQueue::bounded(4);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    while !queue.is_shutdown() || !queue.is_empty() {
                        expect_panic(|| {
                            let _task = queue.get_task();
                            panic_on_purpose();
                        });
                    }
                });
            }
            (0..ITEMS).for_each(|item| assert_eq!(queue.put(item), Ok(())));
            queue.join();
            queue.shutdown(Shutdown::Drain);
        });
        assert_eq!((queue.len(), queue.unfinished()), (0, 0));
    });
}

/// A destructor that runs because of a panic may wait for an item, and for room, like any other code.
#[test]
fn a_destructor_may_get_and_put_while_a_panic_unwinds() {
    struct PassOn<'q>(&'q WorkQueue<u32>, &'q WorkQueue<u32>);
    impl Drop for PassOn<'_> {
        fn drop(&mut self) {
            assert!(thread::panicking());
            let item = self.0.get_task().expect("the queue is open");
            assert_eq!(self.1.put(*item), Ok(()));
        }
    }

    rehearse(|| {
        let (from, to) = (WorkQueue::bounded(1), WorkQueue::bounded(1));
        assert_eq!(to.put(1), Ok(()));
        thread::scope(|scope| {
            scope.spawn(|| {
                expect_panic(|| {
                    let _pass_on = PassOn(&from, &to);
                    panic_on_purpose();
                });
            });
            assert_eq!(from.put(2), Ok(()));
            assert_eq!((to.get(), to.get()), (Ok(1), Ok(2)));
            from.join();
        });
    });
}

/// Counts how often it is dropped, and panics the first time that anything is.
struct Explosive<'a>(&'a AtomicUsize);

impl Drop for Explosive<'_> {
    fn drop(&mut self) {
        if self.0.fetch_add(1, Relaxed) == 0 {
            panic_on_purpose();
        }
    }
}

#[test]
fn an_item_that_panics_when_it_is_dropped_keeps_no_other_from_it() {
    rehearse(|| {
        let drops = AtomicUsize::new(0);
        let fill = |queue: &WorkQueue<_>| (0..5).for_each(|_| assert!(queue.put(Explosive(&drops)).is_ok()));

        let queue = WorkQueue::unbounded();
        fill(&queue);
        expect_panic(|| drop(queue));
        assert_eq!(drops.swap(0, Relaxed), 5, "a queue that is dropped drops all");

        let queue = WorkQueue::unbounded();
        fill(&queue);
        expect_panic(|| queue.shutdown(Shutdown::Immediate));
        assert_eq!(drops.swap(0, Relaxed), 5, "an immediate shutdown drops all");
        assert_eq!((queue.len(), queue.unfinished(), queue.is_shutdown()), (0, 0, true));
        queue.join();

        let queue = WorkQueue::unbounded();
        fill(&queue);
        expect_panic(|| drop(queue.get_task()));
        assert_eq!((drops.load(Relaxed), queue.len(), queue.unfinished()), (1, 4, 4), "a task counts as done");
    });
}

/// Where the items panic, those who wait are released before.
#[test]
fn an_immediate_shutdown_whose_items_panic_releases_all() {
    rehearse(|| {
        let drops = AtomicUsize::new(0);
        let (full, idle) = (WorkQueue::bounded(1), WorkQueue::<Explosive<'_>>::bounded(1));
        assert!(full.put(Explosive(&drops)).is_ok());
        thread::scope(|scope| {
            scope.spawn(|| full.join());
            scope.spawn(|| match full.put(Explosive(&drops)) {
                Err(PutError::ShutDown(item)) => std::mem::forget(item),
                other => panic!("it is shut down, and not {other:?}"),
            });
            scope.spawn(|| assert_eq!(idle.get().err(), Some(GetError::ShutDown)));
            expect_panic(|| full.shutdown(Shutdown::Immediate));
            idle.shutdown(Shutdown::Immediate);
        });
    });
}

/// A number that panics when it is compared while the flag is up.
struct Touchy<'a>(usize, &'a AtomicBool);

impl Ord for Touchy<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.1.load(Relaxed) {
            panic_on_purpose();
        }
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Touchy<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Touchy<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Touchy<'_> {}

/// What `body` returns, if it does not panic on purpose.
fn unless_panic<T>(body: impl FnOnce() -> T) -> Option<T> {
    let mut returned = None;
    expect_panic(|| {
        returned = Some(body());
        panic_on_purpose();
    });
    returned
}

#[test]
fn an_item_whose_comparison_panics_in_a_put_is_in_the_heap() {
    let touchy = AtomicBool::new(false);
    let heap = WorkHeap::bounded(2);
    assert!(heap.put(Touchy(1, &touchy)).is_ok());
    touchy.store(true, Relaxed);
    expect_panic(|| drop(heap.put(Touchy(0, &touchy))));
    touchy.store(false, Relaxed);
    assert_eq!((heap.len(), heap.unfinished(), heap.is_full()), (2, 2, true));
    // A comparison is missing, so who knows in which order.
    let items = [heap.get_task(), heap.get_task()].map(|task| task.expect("two are there").0);
    assert!(items == [0, 1] || items == [1, 0]);
    heap.join();
}

#[test]
fn an_item_lost_because_a_comparison_panics_in_a_get_counts_as_done() {
    for done_in_advance in 0..=3 {
        let touchy = AtomicBool::new(false);
        let heap = WorkHeap::bounded(3);
        (0..3).for_each(|item| assert!(heap.put(Touchy(item, &touchy)).is_ok()));
        (0..done_in_advance).for_each(|_| assert_eq!(heap.task_done(), Ok(())));
        touchy.store(true, Relaxed);
        expect_panic(|| drop(heap.get()));
        touchy.store(false, Relaxed);
        assert_eq!(heap.len(), 2);
        assert_eq!(heap.unfinished(), 2_usize.saturating_sub(done_in_advance));
        drop([heap.get_task(), heap.get_task()]);
        assert_eq!(heap.unfinished(), 0);
    }
}

/// The flag goes up and down while many put and get. Whatever panics, all get through, and `join` returns.
#[test]
fn comparisons_that_panic_leave_nobody_asleep() {
    rehearse(|| {
        let touchy = AtomicBool::new(false);
        let heap = WorkHeap::bounded(8);
        thread::scope(|scope| {
            let putters: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        for item in 0..ITEMS {
                            touchy.store(item % 16 == 0, Relaxed);
                            unless_panic(|| assert!(heap.put(Touchy(item, &touchy)).is_ok()));
                        }
                    })
                })
                .collect();
            for _ in 0..4 {
                scope.spawn(|| while unless_panic(|| heap.get_task().is_ok()) != Some(false) {});
            }
            for putter in putters {
                putter.join().expect("no assertion in there");
            }
            heap.join();
            heap.shutdown(Shutdown::Drain);
        });
        assert_eq!((heap.len(), heap.unfinished()), (0, 0));
    });
}

/// A comparison is made with the heap locked. Whoever looks at the heap from in there must not wait for it.
#[test]
fn debug_never_blocks() {
    struct Looks(Weak<WorkHeap<Looks>>);
    impl Ord for Looks {
        fn cmp(&self, _: &Looks) -> Ordering {
            let heap = self.0.upgrade().expect("the heap is still there");
            assert!(format!("{heap:?}").contains("<locked>"));
            Ordering::Equal
        }
    }
    impl PartialOrd for Looks {
        fn partial_cmp(&self, other: &Looks) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl PartialEq for Looks {
        fn eq(&self, other: &Looks) -> bool {
            self.cmp(other) == Ordering::Equal
        }
    }
    impl Eq for Looks {}

    rehearse(|| {
        let heap = Arc::new(WorkHeap::unbounded());
        (0..2).for_each(|_| assert!(heap.put(Looks(Arc::downgrade(&heap))).is_ok()));
        assert!(format!("{heap:?}").contains("len: 2"));
    });
}

#[test]
fn a_timed_wait_lasts_as_long_as_it_says() {
    rehearse(|| {
        let timeout = Duration::from_millis(20);
        let waits: [fn(&WorkQueue<u32>, Duration); 4] = [
            |_, timeout| assert_eq!(WorkQueue::<u32>::unbounded().get_timeout(timeout), Err(GetError::TimedOut)),
            |_, timeout| assert!(WorkStack::<u32>::unbounded().get_task_timeout(timeout).is_err()),
            |queue, timeout| assert_eq!(queue.put_timeout(2, timeout), Err(PutError::TimedOut(2))),
            |queue, timeout| assert!(!queue.join_timeout(timeout)),
        ];
        let queue = WorkQueue::bounded(1);
        assert_eq!(queue.put(1), Ok(()));
        for wait in waits {
            let start = Instant::now();
            wait(&queue, timeout);
            assert!(start.elapsed() >= timeout);
        }
    });
}

/// Where the kernel says who sleeps.
#[cfg(target_os = "linux")]
mod asleep {
    use rehearsal::Roll;

    use super::*;

    /// For an item, for room and for the end, with a limit and without.
    #[test]
    fn sleepers_take_no_processor_time() {
        rehearse(|| {
            type Wait = fn(&WorkQueue<u32>, &WorkQueue<u32>);
            let waits: [Wait; 8] = [
                |empty, _| assert_eq!(empty.get(), Err(GetError::ShutDown)),
                |empty, _| assert_eq!(empty.get_timeout(HOUR), Err(GetError::ShutDown)),
                |empty, _| assert!(empty.get_task().is_err()),
                |empty, _| assert!(empty.get_task_timeout(HOUR).is_err()),
                |_, full| assert_eq!(full.put(2), Err(PutError::ShutDown(2))),
                |_, full| assert_eq!(full.put_timeout(2, HOUR), Err(PutError::ShutDown(2))),
                |_, full| full.join(),
                |_, full| assert!(full.join_timeout(HOUR)),
            ];
            let (empty, full, roll) = (WorkQueue::unbounded(), WorkQueue::bounded(1), Roll::new());
            assert_eq!(full.put(1), Ok(()));
            thread::scope(|scope| {
                for wait in waits {
                    let (empty, full, roll) = (&empty, &full, &roll);
                    scope.spawn(move || {
                        roll.sign();
                        wait(empty, full);
                    });
                }
                roll.wait_until_asleep(waits.len());
                roll.assert_idle();
                empty.shutdown(Shutdown::Drain);
                full.shutdown(Shutdown::Immediate);
            });
        });
    }

    #[test]
    fn a_huge_duration_is_no_limit() {
        rehearse(|| {
            let (queue, roll) = (WorkQueue::unbounded(), Roll::new());
            thread::scope(|scope| {
                let timeouts = [Duration::MAX, Duration::from_secs(u64::MAX / 2), Duration::from_secs(1 << 33)];
                for timeout in timeouts {
                    let (queue, roll) = (&queue, &roll);
                    scope.spawn(move || {
                        roll.sign();
                        assert_eq!(queue.get_timeout(timeout), Ok(7));
                    });
                }
                roll.wait_until_asleep(timeouts.len());
                timeouts.map(|_| queue.put(7)).into_iter().for_each(|put| assert_eq!(put, Ok(())));
            });
        });
    }

    #[test]
    fn as_many_sleepers_are_released_as_items_come() {
        rehearse(|| {
            for _ in 0..100 {
                let (queue, roll) = (WorkQueue::unbounded(), Roll::new());
                thread::scope(|scope| {
                    for _ in 0..THREADS {
                        scope.spawn(|| {
                            roll.sign();
                            assert!(queue.get().is_ok());
                        });
                    }
                    roll.wait_until_asleep(THREADS);
                    (0..THREADS).for_each(|item| assert_eq!(queue.put(item), Ok(())));
                });
                assert!(queue.is_empty());
            }
        });
    }

    #[test]
    fn as_many_sleepers_are_released_as_there_comes_room() {
        rehearse(|| {
            for _ in 0..100 {
                let (queue, roll) = (WorkQueue::bounded(THREADS), Roll::new());
                (0..THREADS).for_each(|item| assert_eq!(queue.put(item), Ok(())));
                thread::scope(|scope| {
                    for _ in 0..THREADS {
                        scope.spawn(|| {
                            roll.sign();
                            assert_eq!(queue.put(THREADS), Ok(()));
                        });
                    }
                    roll.wait_until_asleep(THREADS);
                    (0..THREADS).for_each(|item| assert_eq!(queue.get(), Ok(item)));
                });
                assert!(queue.is_full());
            }
        });
    }

    #[test]
    fn a_shutdown_wakes_all_who_sleep() {
        rehearse(|| {
            for how in [Shutdown::Drain, Shutdown::Immediate] {
                let (empty, full, roll) = (WorkQueue::<u32>::unbounded(), WorkQueue::bounded(1), Roll::new());
                assert_eq!(full.put(1), Ok(()));
                thread::scope(|scope| {
                    for _ in 0..THREADS {
                        scope.spawn(|| {
                            roll.sign();
                            assert_eq!(empty.get(), Err(GetError::ShutDown));
                        });
                        scope.spawn(|| {
                            roll.sign();
                            assert_eq!(full.put(2), Err(PutError::ShutDown(2)));
                        });
                    }
                    roll.wait_until_asleep(2 * THREADS);
                    empty.shutdown(how);
                    full.shutdown(how);
                });
            }
        });
    }

    /// The next round has begun when they wake up, and does not end before they have gone.
    #[test]
    fn who_joined_is_released_though_others_have_put_since() {
        rehearse(|| {
            for _ in 0..100 {
                let (queue, roll) = (WorkQueue::unbounded(), Roll::new());
                assert_eq!(queue.put(1), Ok(()));
                thread::scope(|scope| {
                    for _ in 0..THREADS {
                        scope.spawn(|| {
                            roll.sign();
                            queue.join();
                        });
                    }
                    roll.wait_until_asleep(THREADS);
                    drop(queue.get_task());
                    assert_eq!(queue.put(2), Ok(()));
                });
                assert_eq!(queue.unfinished(), 1);
            }
        });
    }

    /// The item is gone, so there is room.
    #[test]
    fn a_get_that_panics_lets_a_sleeper_put() {
        rehearse(|| {
            let touchy = AtomicBool::new(false);
            let (heap, roll) = (WorkHeap::bounded(3), Roll::new());
            (0..3).for_each(|item| assert!(heap.put(Touchy(item, &touchy)).is_ok()));
            thread::scope(|scope| {
                scope.spawn(|| {
                    roll.sign();
                    unless_panic(|| assert!(heap.put(Touchy(3, &touchy)).is_ok()));
                });
                roll.wait_until_asleep(1);
                touchy.store(true, Relaxed);
                expect_panic(|| drop(heap.get()));
                touchy.store(false, Relaxed);
            });
            assert_eq!((heap.len(), heap.unfinished()), (3, 3));
        });
    }
}
