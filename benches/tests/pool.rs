//! Each contender keeps the [`Pool`] and the [`Calls`] contract, and those that promise it [`Forks`]: none is fast because
//! it leaves out a job or does not wait for it, has more workers than it was given, or mixes up what it was told to split.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use benches::pool::{
    Alone, Calls, Channel, Counted, Forks, Pool, Rayon, RustyPool, SIDE, ThreadPerJob, add, multiply, number, quicksort,
};
use benches::{Placement, Setting};
use model::within;

const LIMIT: Duration = Duration::from_secs(20);

const WORKERS: usize = 3;
const JOBS: u64 = 500;

/// Lets somebody else run now and then.
fn linger(time: u64) {
    if time.is_multiple_of(20) {
        thread::yield_now();
    }
}

fn join_waits_until_every_job_has_been_run_once<P: Pool>() {
    let (pool, run) = (P::new(WORKERS), Arc::new(AtomicU64::new(0)));
    pool.join();
    for round in 1..=10 {
        for job in 0..JOBS {
            let run = Arc::clone(&run);
            pool.execute(move || {
                linger(job);
                run.fetch_add(1, Relaxed);
            });
        }
        pool.join();
        assert_eq!(run.load(Relaxed), round * JOBS);
    }
}

fn so_many_workers_run_the_jobs_and_no_more<P: Pool>() {
    let (pool, inside) = (P::new(WORKERS), Arc::new(AtomicU64::new(0)));
    for job in 0..JOBS {
        let inside = Arc::clone(&inside);
        pool.execute(move || {
            let already = inside.fetch_add(1, Relaxed);
            linger(job);
            inside.fetch_sub(1, Relaxed);
            // It would not fail the test if it panicked in a worker.
            if already >= WORKERS as u64 {
                inside.store(u64::MAX / 2, Relaxed);
            }
        });
    }
    pool.join();
    assert_eq!(inside.load(Relaxed), 0, "more than {WORKERS} at once");
}

fn a_call_returns_what_its_job_returned<C: Calls>() {
    let pool = C::new(WORKERS);
    for argument in 0..JOBS {
        assert_eq!(pool.call(move || argument + 1), argument + 1);
    }
}

/// Runs `task` where work can be split, and returns what it returned.
fn entered<F: Forks, T: Send>(task: impl FnOnce(&F) -> T + Send) -> T {
    let setting = Setting { threads: WORKERS, placement: Placement::anywhere() };
    let (fork, mut returned) = (F::new(&setting), None);
    fork.enter(|| returned = Some(task(&fork)));
    returned.expect("the root has been run")
}

fn split_work_adds_up<F: Forks>() {
    let places = 1 << 16;
    let sum = (0..places).map(number).fold(0, u64::wrapping_add);
    assert_eq!(entered(|fork: &F| add(fork, 0, places)), sum);
}

fn what_is_sorted_in_pieces_is_sorted<F: Forks>() {
    let mut numbers: Vec<_> = (0..1 << 14).map(number).collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    entered(|fork: &F| quicksort(fork, &mut numbers));
    assert_eq!(numbers, sorted);
}

fn what_is_multiplied_in_pieces_is_the_product<F: Forks>() {
    let numbers = |from: usize| (from..from + SIDE * SIDE).map(|place| (place % 7) as f64).collect::<Vec<_>>();
    let (left, right) = (numbers(0), numbers(3));
    // Left over from before.
    let mut product = vec![1.0; SIDE * SIDE];
    entered(|fork: &F| multiply(fork, &left, &right, &mut product));
    for row in 0..SIDE {
        for column in 0..SIDE {
            let expected: f64 = (0..SIDE).map(|k| left[row * SIDE + k] * right[k * SIDE + column]).sum();
            assert_eq!(product[row * SIDE + column], expected);
        }
    }
}

macro_rules! contract {
    ($($name:ident: $pool:ty),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn join_waits_until_every_job_has_been_run_once() {
                within(LIMIT, super::join_waits_until_every_job_has_been_run_once::<$pool>);
            }

            #[test]
            fn a_call_returns_what_its_job_returned() {
                within(LIMIT, super::a_call_returns_what_its_job_returned::<$pool>);
            }
        })*
    };
}

macro_rules! contract_of_workers {
    ($($name:ident: $pool:ty),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn so_many_workers_run_the_jobs_and_no_more() {
                within(LIMIT, super::so_many_workers_run_the_jobs_and_no_more::<$pool>);
            }
        })*
    };
}

macro_rules! contract_of_forks {
    ($($name:ident: $fork:ty),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn split_work_adds_up() {
                within(LIMIT, super::split_work_adds_up::<$fork>);
            }

            #[test]
            fn what_is_sorted_in_pieces_is_sorted() {
                within(LIMIT, super::what_is_sorted_in_pieces_is_sorted::<$fork>);
            }

            #[test]
            fn what_is_multiplied_in_pieces_is_the_product() {
                within(LIMIT, super::what_is_multiplied_in_pieces_is_the_product::<$fork>);
            }
        })*
    };
}

contract! {
    locksmith: ::pool::ThreadPool,
    thread_per_job: ThreadPerJob,
    rayon: Counted<Rayon>,
    threadpool: ::threadpool::ThreadPool,
    rusty_pool: Counted<RustyPool>,
    crossbeam: Counted<Channel>,
}

contract_of_workers! {
    workers_of_locksmith: ::pool::ThreadPool,
    workers_of_rayon: Counted<Rayon>,
    workers_of_threadpool: ::threadpool::ThreadPool,
    workers_of_rusty_pool: Counted<RustyPool>,
    workers_of_crossbeam: Counted<Channel>,
}

contract_of_forks! {
    forks_of_locksmith: stealing::StealingPool,
    forks_of_the_plain_pool: ::pool::ThreadPool,
    forks_of_thread_per_job: ThreadPerJob,
    forks_of_rayon: Counted<Rayon>,
    forks_alone: Alone,
}
