//! Real threads: many of them, under load, in deep nests, seen to sleep, and refused by the system.
#![cfg(not(loom))]

#[cfg(target_os = "linux")]
use std::{env, fs, process::Command};

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use pool::{JobError, JobHandle, Stats, SubmitError, ThreadPool, WhenFull};
use rehearsal::{panic_on_purpose, rehearse};

const THREADS: usize = 8;

#[test]
fn pools_may_be_shared_and_handles_sent() {
    fn is_send_and_sync<T: Send + Sync>() {}
    fn is_send<T: Send>() {}
    is_send_and_sync::<ThreadPool>();
    is_send::<JobHandle<Box<u8>>>();
    is_send::<JobError>();
}

#[test]
fn debug_shows_a_pool_and_a_handle_and_never_blocks() {
    rehearse(|| {
        let pool = ThreadPool::new(2);
        assert!(format!("{pool:?}").starts_with("ThreadPool { workers: 2, jobs: "));
        let handle = pool.submit(|| ()).expect("the pool is open");
        pool.join();
        assert_eq!(format!("{handle:?}"), "JobHandle { finished: true, .. }");
    });
}

/// Keeps all workers busy, and looks at the pool meanwhile.
#[test]
fn a_dump_says_which_thread_runs_the_job_from_where() {
    rehearse(|| {
        let pool = ThreadPool::builder().workers(3).name("cook").build().expect("three threads can be started");
        let barrier = Barrier::new(4);
        let mut line = 0;
        pool.scope(|scope| {
            for _ in 0..3 {
                let cook = || {
                    let name = thread::current().name().map(str::to_owned);
                    barrier.wait();
                    barrier.wait();
                    assert!(name.is_some_and(|name| ["cook-0", "cook-1", "cook-2"].contains(&name.as_str())));
                };
                (line, _) = (line!(), scope.spawn(cook));
            }
            barrier.wait(); // All three run.
            let dump = pool.dump();
            let busy = Stats { workers: 3, queued: 0, active: 3, finished: 0, panicked: 0 };
            assert_eq!((pool.stats(), pool.active(), pool.queued()), (busy, 3, 0));
            barrier.wait();
            for (number, worker) in dump.iter().enumerate() {
                let place = worker.running.expect("it runs a job");
                assert_eq!((place.file(), place.line()), (file!(), line));
                assert_eq!((worker.name.clone(), worker.finished), (format!("cook-{number}"), 0));
            }
        });
        pool.join();
        assert!(pool.dump().iter().all(|worker| worker.running.is_none()));
        assert_eq!(pool.stats(), Stats { workers: 3, queued: 0, active: 0, finished: 3, panicked: 0 });
    });
}

#[test]
fn each_way_in_is_told_by_its_place() {
    rehearse(|| {
        let pool = ThreadPool::new(1);
        let places = std::sync::Mutex::new(Vec::new());
        let look = || places.lock().expect("nobody panics").push(pool.dump()[0].running.expect("it runs this").line());
        let first = line!() + 2;
        pool.scope(|scope| scope.spawn(look));
        pool.map(&[()], |()| look());
        pool.for_each(&mut [()], |()| look());
        assert_eq!(*places.lock().expect("nobody panics"), [first - 1, first, first + 1]);

        let place = |pool: &ThreadPool| pool.dump()[0].running.expect("it runs this").line();
        let pool = Arc::new(pool);
        let inner = Arc::clone(&pool);
        let line = pool.submit(move || place(&inner)).expect("the pool is open").join().expect("the job returns");
        assert_eq!(line, line!() - 1);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn idle_workers_use_no_processor_time() {
    rehearse(|| {
        let roll = rehearsal::Roll::new();
        let pool = ThreadPool::new(THREADS);
        let barrier = Barrier::new(THREADS);
        pool.scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    roll.sign();
                    barrier.wait();
                });
            }
        });
        pool.join();
        roll.wait_until_asleep(THREADS);
        roll.assert_idle();
        assert_eq!(pool.submit(|| 7).expect("the pool is open").join().expect("somebody wakes up"), 7);
    });
}

/// Each job that was accepted runs or is told to be dropped; and what was refused does neither.
#[test]
fn no_job_is_lost_under_load_with_a_shutdown() {
    rehearse(|| {
        for round in 0..60 {
            let when_full = [WhenFull::Block, WhenFull::Refuse, WhenFull::RunInCaller][round % 3];
            let pool = ThreadPool::builder().workers(3).capacity(8).when_full(when_full);
            let pool = pool.build().expect("three threads can be started");
            let [ran, returned, dropped, refused] = [const { AtomicUsize::new(0) }; 4].map(Arc::new);
            let barrier = Barrier::new(THREADS + 1);
            let count = |counter: &AtomicUsize| _ = counter.fetch_add(1, Relaxed);
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        barrier.wait();
                        let submit = |_| {
                            let ran = Arc::clone(&ran);
                            pool.submit(move || _ = ran.fetch_add(1, Relaxed)).map_err(|_| count(&refused)).ok()
                        };
                        for handle in (0..50).flat_map(submit).collect::<Vec<_>>() {
                            match handle.join() {
                                Ok(()) => count(&returned),
                                Err(JobError::Dropped) => count(&dropped),
                                Err(error) => panic!("{error}"),
                            }
                        }
                    });
                }
                barrier.wait();
                if round % 2 == 0 { pool.shutdown() } else { pool.shutdown_now() }
            });
            let [ran, returned, dropped, refused] = [ran, returned, dropped, refused].map(|count| count.load(Relaxed));
            assert_eq!((ran, returned + dropped + refused), (returned, THREADS * 50));
            assert!(round % 2 == 1 || dropped == 0, "a patient shutdown drops nothing");
            assert_eq!(pool.execute(|| ()), Err(SubmitError::ShutDown));
        }
    });
}

#[test]
fn thousands_of_submitters_are_served() {
    const SUBMITTERS: usize = 2_000;
    rehearse(|| {
        let pool = ThreadPool::builder().workers(4).capacity(16).build().expect("four threads can be started");
        let sum = Arc::new(AtomicUsize::new(0));
        thread::scope(|scope| {
            for number in 0..SUBMITTERS {
                let (pool, sum) = (&pool, Arc::clone(&sum));
                scope.spawn(move || {
                    let again = Arc::clone(&sum);
                    pool.execute(move || _ = again.fetch_add(number, Relaxed)).expect("the pool is open");
                    pool.execute(|| panic_on_purpose()).expect("the pool is open");
                    let handle = pool.submit(move || sum.fetch_add(number, Relaxed)).expect("the pool is open");
                    handle.join().expect("the job returns");
                });
            }
        });
        pool.join();
        assert_eq!(sum.load(Relaxed), SUBMITTERS * (SUBMITTERS - 1));
        let stats = pool.stats();
        assert_eq!((stats.finished, stats.panicked), (3 * SUBMITTERS as u64, SUBMITTERS as u64));
    });
}

#[test]
fn a_hundred_thousand_jobs_run_once_each() {
    const JOBS: usize = 100_000;
    rehearse(|| {
        let pool = ThreadPool::new(THREADS);
        let runs = Arc::new(AtomicUsize::new(0));
        for _ in 0..JOBS {
            let runs = Arc::clone(&runs);
            pool.execute(move || _ = runs.fetch_add(1, Relaxed)).expect("the pool is open");
        }
        pool.join();
        assert_eq!((runs.load(Relaxed), pool.stats().finished), (JOBS, JOBS as u64));
        drop(pool);
        assert_eq!(Arc::strong_count(&runs), 1, "nothing is left of the jobs");
    });
}

/// Whoever joins finds all that they have submitted done, whatever the others do.
#[test]
fn joins_among_submitters_cover_what_came_before() {
    rehearse(|| {
        let pool = ThreadPool::new(3);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let runs = Arc::new(AtomicUsize::new(0));
                    for round in 1..=200 {
                        let again = Arc::clone(&runs);
                        pool.execute(move || _ = again.fetch_add(1, Relaxed)).expect("the pool is open");
                        if round % 2 == 0 {
                            pool.join();
                        } else {
                            while !pool.join_timeout(Duration::from_micros(50)) {}
                        }
                        assert_eq!(runs.load(Relaxed), round);
                    }
                });
            }
        });
    });
}

/// Each job joins the next, on the same stack.
fn nest(pool: &Arc<ThreadPool>, depth: usize) -> usize {
    if depth == 0 {
        return 0;
    }
    let inner = Arc::clone(pool);
    let handle = pool.submit(move || nest(&inner, depth - 1)).expect("the pool is open");
    handle.join().expect("the job returns") + 1
}

#[test]
fn one_worker_comes_through_deep_nests() {
    const DEPTH: usize = 300;
    rehearse(|| {
        let pool = Arc::new(ThreadPool::new(1));
        assert_eq!(nest(&pool, DEPTH), DEPTH);

        fn nest_scopes(pool: &ThreadPool, depth: usize, runs: &AtomicUsize) {
            runs.fetch_add(1, Relaxed);
            if depth > 0 {
                pool.scope(|scope| scope.spawn(|| nest_scopes(pool, depth - 1, runs)));
            }
        }
        let runs = AtomicUsize::new(0);
        nest_scopes(&pool, DEPTH, &runs);
        assert_eq!(runs.load(Relaxed), DEPTH + 1);
        pool.join();
    });
}

/// Forks and joins, with more jobs that wait than there are workers.
fn fibonacci(pool: &Arc<ThreadPool>, n: u64) -> u64 {
    if n < 2 {
        return n;
    }
    let inner = Arc::clone(pool);
    let one = pool.submit(move || fibonacci(&inner, n - 1)).expect("the pool is open");
    let two = fibonacci(pool, n - 2);
    one.join().expect("the job returns") + two
}

#[test]
fn jobs_that_wait_for_jobs_come_to_an_end_with_few_workers() {
    rehearse(|| {
        for workers in 1..=3 {
            for when_full in [WhenFull::Block, WhenFull::RunInCaller] {
                let pool = ThreadPool::builder().workers(workers).capacity(4).when_full(when_full);
                let pool = Arc::new(pool.build().expect("so many threads can be started"));
                assert_eq!(fibonacci(&pool, 15), 610);
            }
        }
    });
}

/// Scopes inside of jobs of scopes.
fn sum(pool: &ThreadPool, numbers: &[u64]) -> u64 {
    if numbers.len() <= 4 {
        return numbers.iter().sum();
    }
    let (low, high) = numbers.split_at(numbers.len() / 2);
    let (mut one, mut two) = (0, 0);
    pool.scope(|scope| {
        scope.spawn(|| one = sum(pool, low));
        scope.spawn(|| two = sum(pool, high));
    });
    one + two
}

#[test]
fn nested_scopes_of_many_threads_add_up() {
    rehearse(|| {
        let numbers: Vec<u64> = (1..=1_000).collect();
        for workers in 1..=3 {
            let pool = ThreadPool::new(workers);
            thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        for _ in 0..10 {
                            assert_eq!(sum(&pool, &numbers), 500_500);
                        }
                    });
                }
            });
        }
    });
}

#[test]
fn jobs_may_borrow_for_different_times() {
    fn longest<'text>(pool: &ThreadPool, texts: &[&'text str]) -> &'text str {
        let best = std::sync::Mutex::new("");
        pool.scope(|scope| {
            for text in texts {
                scope.spawn(|| {
                    let mut best = best.lock().expect("nobody panics");
                    if text.len() > best.len() {
                        *best = text;
                    }
                });
            }
        });
        best.into_inner().expect("nobody panics")
    }
    let text = "a pool of threads".to_owned();
    let words: Vec<&str> = text.split(' ').collect();
    assert_eq!(longest(&ThreadPool::new(2), &words), "threads");
}

#[test]
fn maps_of_any_length_keep_their_order() {
    rehearse(|| {
        let pool = ThreadPool::new(3);
        for length in (0..40).chain([1_000, 10_007]) {
            let mut items: Vec<usize> = (0..length).collect();
            assert!(pool.map(&items, |item| item + 1).into_iter().eq(1..=length));
            pool.for_each(&mut items, |item| *item += 1);
            assert!(items.into_iter().eq(1..=length));
        }
    });
}

#[test]
fn pools_come_and_go() {
    rehearse(|| {
        for round in 0..300 {
            let pool = Arc::new(ThreadPool::new(3));
            let runs = Arc::new(AtomicUsize::new(0));
            for _ in 0..3 {
                let (owner, runs) = (Arc::clone(&pool), Arc::clone(&runs));
                let job = move || {
                    runs.fetch_add(1, Relaxed);
                    drop(owner);
                };
                pool.execute(job).expect("the pool is open");
            }
            if round % 2 == 0 {
                pool.join();
                assert_eq!(runs.load(Relaxed), 3);
            }
            // In every other round the last to have it is a worker.
            drop(pool);
        }
    });
}

#[test]
fn a_pool_that_no_system_could_start_is_an_error() {
    for workers in [65_537, usize::MAX] {
        let error = ThreadPool::builder().workers(workers).build().expect_err("there are limits");
        assert_eq!(error.to_string(), "a pool has no more than 65536 workers");
    }
}

/// With stacks of 256 MiB in an address space of 2 GiB there is room for a few threads, and not for a hundred.
#[cfg(target_os = "linux")]
#[test]
fn a_pool_that_the_system_refuses_is_an_error_and_leaves_no_thread_behind() {
    const INSIDE: &str = "POOL_TEST_INSIDE";
    if env::var_os(INSIDE).is_none() {
        let script = r#"ulimit -v 2200000 && exec "$0" --exact "$1""#;
        let test = "a_pool_that_the_system_refuses_is_an_error_and_leaves_no_thread_behind";
        let mut child = Command::new("sh");
        child.args(["-c", script]).arg(env::current_exe().expect("a test is a program")).arg(test);
        // A heap for each thread would need room as well.
        child.env("RUST_MIN_STACK", "268435456").env("MALLOC_ARENA_MAX", "1").env(INSIDE, "");
        let output = child.output().expect("there is a shell");
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
        return;
    }
    let threads = || fs::read_dir("/proc/self/task").expect("the kernel shows its threads").count();
    rehearse(move || {
        let before = threads();
        for _ in 0..3 {
            ThreadPool::builder().workers(100).build().expect_err("there is no room");
            // A thread that was joined may be listed for a moment longer.
            while threads() > before {
                thread::yield_now();
            }
        }
        assert_eq!(ThreadPool::new(1).map(&[1], |number| number + 1), [2]);
    });
}
