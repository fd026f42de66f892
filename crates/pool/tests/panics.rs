//! What panics in a job, or should: who is told, and that nobody else notices.
#![cfg(not(loom))]

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use event::Event;
use pool::{JobError, JobHandle, SubmitError, ThreadPool, WhenFull};
use rehearsal::{expect_panic, panic_on_purpose, rehearse};

/// What `body` panics with.
#[track_caller]
fn panic_of<T>(body: impl FnOnce() -> T) -> Box<dyn Any + Send> {
    catch_unwind(AssertUnwindSafe(body)).err().expect("this should have panicked")
}

/// The same, where it is text.
#[track_caller]
fn message_of<T>(body: impl FnOnce() -> T) -> String {
    match panic_of(body).downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast_ref::<&str>().expect("a panic has a text")).to_owned(),
    }
}

/// Panics when it is dropped, if it is dropped where nothing panics already.
struct Thorny(Arc<AtomicUsize>);

impl Thorny {
    fn new(drops: &Arc<AtomicUsize>) -> Thorny {
        Thorny(Arc::clone(drops))
    }
}

impl Drop for Thorny {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
        if !thread::panicking() {
            panic_on_purpose();
        }
    }
}

#[test]
fn a_panic_goes_to_whoever_holds_the_handle() {
    rehearse(|| {
        let pool = ThreadPool::new(1);
        let handle: JobHandle<()> = pool.submit(|| panic_any(7)).expect("the pool is open");
        match handle.join() {
            Err(JobError::Panicked(payload)) => assert_eq!(payload.downcast_ref(), Some(&7)),
            outcome => panic!("{outcome:?}"),
        }
    });
}

#[test]
fn panics_kill_no_worker_and_lose_no_other_job() {
    const PANICS: usize = 20;
    rehearse(|| {
        let pool = ThreadPool::new(1);
        let first = pool.submit(|| thread::current().id()).expect("the pool is open");
        let handles: Vec<_> = (0..PANICS)
            .map(|number| {
                pool.execute(|| panic_on_purpose()).expect("the pool is open");
                drop(pool.submit(|| panic_on_purpose()).expect("the pool is open"));
                pool.submit(move || (number, thread::current().id())).expect("the pool is open")
            })
            .collect();
        let first = first.join().expect("the job returns");
        for (number, handle) in handles.into_iter().enumerate() {
            assert_eq!(handle.join().expect("the job returns"), (number, first));
        }
        pool.join();
        let stats = pool.stats();
        assert_eq!((stats.finished, stats.panicked), (1 + 3 * PANICS as u64, PANICS as u64));
        assert_eq!(pool.dump()[0].panicked, PANICS as u64);
    });
}

#[test]
fn what_is_thrown_may_panic_when_it_is_dropped() {
    rehearse(|| {
        let pool = ThreadPool::new(1);
        let drops = Arc::new(AtomicUsize::new(0));
        let (one, two) = (Thorny::new(&drops), Thorny::new(&drops));
        pool.execute(move || panic_any(one)).expect("the pool is open");
        drop(pool.submit(move || panic_any(two)).expect("the pool is open"));
        let message = message_of(|| {
            pool.scope(|scope| {
                for _ in 0..3 {
                    let thorny = Thorny::new(&drops);
                    scope.spawn(move || panic_any(thorny));
                }
                panic_any("the body's");
            });
        });
        assert_eq!(message, "the body's");
        pool.join();
        assert_eq!(drops.load(Relaxed), 5);
        assert_eq!(pool.submit(|| 7).expect("the pool is open").join().expect("the worker is there"), 7);
    });
}

/// The job has to end after its handle is gone, so that the worker drops the result.
#[test]
fn a_result_that_nobody_wants_may_panic_when_it_is_dropped() {
    rehearse(|| {
        let pool = ThreadPool::new(1);
        let (drops, go_on) = (Arc::new(AtomicUsize::new(0)), Arc::new(Event::new()));
        let (thorny, signal) = (Thorny::new(&drops), Arc::clone(&go_on));
        let job = move || {
            signal.wait();
            thorny
        };
        drop(pool.submit(job).expect("the pool is open"));
        go_on.set();
        pool.join();
        assert_eq!(drops.load(Relaxed), 1);
        assert_eq!(pool.submit(|| 7).expect("the pool is open").join().expect("the worker is there"), 7);
    });
}

/// Two of them: a second panic while the first one unwinds would be the end of the program.
#[test]
fn jobs_that_are_dropped_may_panic_then() {
    rehearse(|| {
        let pool = ThreadPool::new(1);
        let barrier = Arc::new(Barrier::new(2));
        let meet = Arc::clone(&barrier);
        let busy = move || {
            meet.wait();
            meet.wait();
        };
        pool.execute(busy).expect("the pool is open");
        barrier.wait(); // The worker has a job.
        let drops = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            let (one, two) = (Thorny::new(&drops), Thorny::new(&drops));
            pool.execute(move || drop(one)).expect("the pool is open");
            drop(pool.submit(move || drop(two)).expect("the pool is open"));
        }
        let last = pool.submit(|| ()).expect("the pool is open");
        thread::scope(|scope| {
            scope.spawn(|| pool.shutdown_now());
            assert!(matches!(last.join(), Err(JobError::Dropped)));
            assert_eq!(drops.load(Relaxed), 4, "they were queued before the last one");
            barrier.wait();
        });
    });
}

#[test]
fn a_result_is_dropped_once_whoever_drops_it() {
    struct Counted(Arc<AtomicUsize>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }
    rehearse(|| {
        let pool = ThreadPool::new(2);
        let drops = Arc::new(AtomicUsize::new(0));
        for number in 0..300 {
            let result = Counted(Arc::clone(&drops));
            let handle = pool.submit(move || result).expect("the pool is open");
            match number % 3 {
                0 => drop(handle.join().expect("the job returns")),
                1 => drop(handle),
                _ => drop(handle.join_timeout(Duration::ZERO)),
            }
        }
        pool.join();
        assert_eq!(drops.load(Relaxed), 300);
    });
}

#[test]
fn a_worker_is_told_of_the_panic_of_a_job_that_it_runs_while_it_waits() {
    rehearse(|| {
        let pool = Arc::new(ThreadPool::new(1));
        let inner = Arc::clone(&pool);
        let outer = move || {
            let handle: JobHandle<()> = inner.submit(|| panic_on_purpose()).expect("the pool is open");
            matches!(handle.join(), Err(JobError::Panicked(_)))
        };
        assert!(pool.submit(outer).expect("the pool is open").join().expect("the job returns"));
    });
}

#[test]
fn a_job_that_waits_for_itself_panics() {
    rehearse(|| {
        let pool = ThreadPool::new(2);
        let (send_handle, own_handle) = channel::<JobHandle<()>>();
        let (send_message, message) = channel();
        let job = move || {
            let own = own_handle.recv().expect("the handle is sent");
            send_message.send(message_of(|| own.join())).expect("the test waits");
        };
        send_handle.send(pool.submit(job).expect("the pool is open")).expect("the job waits");
        assert_eq!(message.recv().expect("the job comes back"), "a job waits for itself: that would be for ever");
    });
}

#[test]
fn a_job_that_waits_for_its_own_pool_to_be_idle_panics() {
    rehearse(|| {
        let pool = Arc::new(ThreadPool::new(1));
        let inner = Arc::clone(&pool);
        let job = move || {
            let never = "a job waits until its own pool is idle: that would be never";
            assert_eq!(message_of(|| inner.join()), never);
            assert_eq!(message_of(|| inner.join_timeout(Duration::ZERO)), never);
        };
        pool.submit(job).expect("the pool is open").join().expect("the job returns");
        pool.join();
    });
}

#[test]
fn a_scope_panics_with_what_its_job_panicked_with_after_the_others_have_ended() {
    rehearse(|| {
        for workers in [1, 3] {
            let pool = ThreadPool::new(workers);
            let mut ended = [false; 10];
            let payload = panic_of(|| {
                pool.scope(|scope| {
                    for (number, ended) in ended.iter_mut().enumerate() {
                        scope.spawn(move || {
                            thread::yield_now();
                            *ended = true;
                            if number == 2 {
                                panic_any(number);
                            }
                        });
                    }
                });
            });
            assert_eq!(payload.downcast_ref(), Some(&2_usize));
            assert_eq!(ended, [true; 10]);
        }
    });
}

#[test]
fn a_scope_whose_body_panics_ends_after_its_jobs() {
    rehearse(|| {
        let pool = ThreadPool::new(2);
        let go_on = Event::new();
        let mut ended = false;
        expect_panic(|| {
            pool.scope(|scope| {
                scope.spawn(|| {
                    go_on.wait();
                    ended = true;
                    panic!("the body has panicked before");
                });
                scope.spawn(|| go_on.set());
                panic_on_purpose();
            });
        });
        assert!(ended);
    });
}

#[test]
fn a_scope_inside_a_job_panics_and_the_worker_lives() {
    rehearse(|| {
        let pool = Arc::new(ThreadPool::new(1));
        let inner = Arc::clone(&pool);
        let job = move || {
            let mut ended = false;
            expect_panic(|| {
                inner.scope(|scope| {
                    scope.spawn(|| panic_on_purpose());
                    scope.spawn(|| ended = true);
                });
            });
            ended
        };
        assert!(pool.submit(job).expect("the pool is open").join().expect("the job returns"));
    });
}

#[test]
fn a_scope_tells_that_its_jobs_were_dropped() {
    rehearse(|| {
        let pool = ThreadPool::new(1);
        let (begun, go_on) = (Event::new(), Event::new());
        let runs = AtomicUsize::new(0);
        let message = message_of(|| {
            pool.scope(|scope| {
                scope.spawn(|| {
                    begun.set();
                    go_on.wait();
                });
                begun.wait(); // The worker has a job.
                for _ in 0..2 {
                    scope.spawn(|| _ = runs.fetch_add(1, Relaxed));
                }
                thread::scope(|threads| {
                    threads.spawn(|| pool.shutdown_now());
                    while pool.queued() > 0 {
                        thread::yield_now();
                    }
                    go_on.set();
                });
            });
        });
        assert_eq!(message, "a job of this scope was dropped before it began: the pool was shut down");
        assert_eq!(runs.load(Relaxed), 0);
    });
}

/// Looks whether the scope has ended when it is dropped, and gives it time to.
struct Watches(Arc<AtomicBool>, Sender<bool>);

impl Drop for Watches {
    fn drop(&mut self) {
        let mut ended = false;
        for _ in 0..1_000 {
            thread::yield_now();
            ended |= self.0.load(Relaxed);
        }
        self.1.send(ended).expect("the test waits");
    }
}

/// Runs a scope with one job that a shutdown drops, and tells whether the scope ended before the job was gone.
fn ends_before_its_job() -> bool {
    let pool = ThreadPool::new(1);
    let (begun, go_on) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let (tell, signal) = (Arc::clone(&begun), Arc::clone(&go_on));
    let busy = move || {
        tell.set();
        signal.wait();
    };
    pool.execute(busy).expect("the pool is open");
    begun.wait();
    let ended = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = channel();
    let watches = Watches(Arc::clone(&ended), sender);
    thread::scope(|threads| {
        threads.spawn(|| {
            panic_of(|| pool.scope(|scope| scope.spawn(move || drop(watches))));
            ended.store(true, Relaxed);
        });
        while pool.queued() == 0 {
            thread::yield_now();
        }
        threads.spawn(|| pool.shutdown_now());
        let ended = receiver.recv().expect("the job is dropped");
        go_on.set();
        ended
    })
}

#[test]
fn a_scope_ends_after_the_jobs_that_were_dropped() {
    rehearse(|| assert!(!ends_before_its_job()));
}

#[test]
fn a_scope_of_a_pool_that_is_shut_down_runs_its_jobs_in_the_caller() {
    rehearse(|| {
        let pool = ThreadPool::new(1);
        pool.shutdown_now();
        let mut ran_in = None;
        expect_panic(|| {
            pool.scope(|scope| {
                scope.spawn(|| panic_on_purpose());
                scope.spawn(|| ran_in = Some(thread::current().id()));
            });
        });
        assert_eq!(ran_in, Some(thread::current().id()));
        assert_eq!(pool.map(&[1, 2], |number| number + 1), [2, 3]);
    });
}

#[test]
fn maps_panic_with_what_the_operation_panicked_with() {
    rehearse(|| {
        let pool = ThreadPool::new(2);
        let mut items: Vec<u32> = (0..1_000).collect();
        let thrown = panic_of(|| pool.map(&items, |item| if *item == 500 { panic_any(*item) } else { *item }));
        assert_eq!(thrown.downcast_ref(), Some(&500_u32));
        let thrown = panic_of(|| {
            pool.for_each(&mut items, |item| {
                if *item == 999 {
                    panic_any(*item);
                }
            });
        });
        assert_eq!(thrown.downcast_ref(), Some(&999_u32));
        assert_eq!(pool.map(&items, |item| u64::from(*item)).iter().sum::<u64>(), 499_500);
    });
}

#[test]
fn a_job_that_the_caller_runs_does_not_panic_the_caller() {
    rehearse(|| {
        let pool = ThreadPool::builder().workers(1).capacity(1).when_full(WhenFull::RunInCaller).build();
        let pool = pool.expect("one more thread can be started");
        let barrier = Arc::new(Barrier::new(2));
        let meet = Arc::clone(&barrier);
        let busy = move || {
            meet.wait();
            meet.wait();
        };
        pool.execute(busy).expect("there is room");
        barrier.wait(); // The worker has a job.
        pool.execute(|| ()).expect("there is room");
        pool.execute(|| panic_on_purpose()).expect("the caller runs it");
        let handle = pool.submit(|| panic_on_purpose()).expect("the caller runs it");
        assert!(matches!(handle.join(), Err(JobError::Panicked(_))));
        barrier.wait();
    });
}

#[test]
fn what_makes_no_sense_panics() {
    assert_eq!(message_of(|| ThreadPool::new(0)), "a pool needs a worker at least");
    assert_eq!(message_of(|| ThreadPool::builder().workers(0)), "a pool needs a worker at least");
    assert_eq!(message_of(|| ThreadPool::builder().capacity(0)), "a pool needs room for one job at least");
    assert_eq!(message_of(|| ThreadPool::builder().name("a\0b")), "a thread's name has no zero byte");
    assert!(message_of(|| ThreadPool::new(usize::MAX)).starts_with(&format!("cannot start {} threads: ", usize::MAX)));
}

#[test]
fn errors_say_what_was_wrong() {
    let text = |error: Box<dyn Error>| error.to_string();
    assert_eq!(text(SubmitError::Full.into()), "the pool's queue is full");
    assert_eq!(text(SubmitError::ShutDown.into()), "the pool is shut down");
    assert_eq!(text(JobError::Dropped.into()), "the job was dropped before it began");
    for payload in [Box::new("a leak") as Box<dyn Any + Send>, Box::new("a leak".to_owned())] {
        let error = JobError::Panicked(payload);
        assert_eq!(format!("{error:?}"), r#"Panicked("a leak")"#);
        assert_eq!(text(error.into()), "the job panicked: a leak");
    }
    assert_eq!(text(JobError::Panicked(Box::new(7)).into()), "the job panicked");
}
