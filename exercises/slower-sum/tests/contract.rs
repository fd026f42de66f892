//! What `sum` promises: the right sum, all workers at work, and no more said between them than has to be.

use pool::ThreadPool;
use slower_sum::sum;

/// Nobody is woken but by a call. A pool is made of many parts, so a schedule is long.
const CALLS_ONLY: model::Check = model::Check::new().surprises(0).decisions(20_000);

/// A worker may be given so many jobs for one sum. Several are useful where some take longer than others.
const JOBS_FOR_EACH: usize = 8;

/// Adds up, one worker after the other as they come.
fn assert_sum(workers: usize, numbers: impl Fn() -> Vec<u32> + Send + Sync + 'static) {
    CALLS_ONLY.preemptions(0).runs(1).run(move || {
        let numbers = numbers();
        let expected: u64 = numbers.iter().copied().map(u64::from).sum();
        assert_eq!(sum(&ThreadPool::new(workers), &numbers), expected, "{workers} workers add {numbers:?}");
    });
}

#[test]
fn nothing_makes_zero() {
    for workers in 1..=3 {
        assert_sum(workers, Vec::new);
    }
}

#[test]
fn every_number_counts() {
    for workers in 1..=3 {
        for length in 1..=10 {
            assert_sum(workers, move || (0..length).map(|place| 1 << place).collect());
        }
    }
}

#[test]
fn large_numbers_have_large_sums() {
    assert_sum(2, || vec![u32::MAX; 5]);
}

#[test]
fn each_worker_has_a_part() {
    CALLS_ONLY.preemptions(1).run(|| {
        let pool = ThreadPool::new(2);
        assert_eq!(sum(&pool, &[1; 10]), 10);
        pool.join();
        let jobs = pool.stats().finished;
        assert!(jobs >= 2, "there are two workers, and {jobs} jobs for them");
    });
}

#[test]
fn there_are_few_jobs() {
    let finished = CALLS_ONLY.preemptions(0).runs(1).outcomes(|| {
        let pool = ThreadPool::new(2);
        assert_eq!(sum(&pool, &[1; 80]), 80);
        pool.join();
        pool.stats().finished
    });
    let jobs = finished.results().first().expect("the program comes to its end");
    assert!(
        usize::try_from(*jobs).is_ok_and(|jobs| jobs <= 2 * JOBS_FOR_EACH),
        "{jobs} jobs for 80 numbers and two workers: to hand out a job takes longer than to add a few numbers"
    );
}

/// How many steps are taken that other threads could see.
#[cfg(loom)]
fn steps(numbers: usize) -> usize {
    let outcomes = CALLS_ONLY.preemptions(0).outcomes(move || sum(&ThreadPool::new(1), &vec![1; numbers]));
    outcomes.witness(&(numbers as u64)).expect("the program comes to its end").steps.len()
}

#[test]
#[cfg(loom)]
fn whoever_adds_leaves_the_others_alone() {
    let (few, many) = (steps(20), steps(60));
    assert!(many < few + 40, "{few} steps for 20 numbers and {many} for 60: some are taken for each");
}

#[test]
#[cfg(not(loom))]
fn a_million_numbers() {
    let numbers: Vec<u32> = (0..1_000_000).map(|number| number ^ 0xFFFF_0000).collect();
    let expected: u64 = numbers.iter().copied().map(u64::from).sum();
    for workers in [1, 2, 4, 7] {
        let pool = ThreadPool::new(workers);
        assert_eq!(sum(&pool, &numbers), expected, "{workers} workers");
    }
}
