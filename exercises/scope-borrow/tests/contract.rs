//! What `total` promises: the sum, of what lies where it lies, by several workers at the same time.

use std::sync::Arc;

use event::Event;
use pool::ThreadPool;
use scope_borrow::total;

/// Nobody is woken but by a call. A pool is made of many parts, so a schedule is long.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(1).surprises(0).decisions(10_000);

/// What is in the recording. There is not the memory for another one.
struct Sample(u64);

impl Clone for Sample {
    fn clone(&self) -> Sample {
        panic!("a sample is copied");
    }
}

/// So many samples: 1, 2, 3 and so on.
fn recording(length: u64) -> Vec<Sample> {
    (1..=length).map(Sample).collect()
}

#[test]
fn without_samples_the_sum_is_zero() {
    CALLS_ONLY.run(|| assert_eq!(total(&ThreadPool::new(1), &recording(0), |sample| sample.0), 0));
}

#[test]
fn nothing_is_copied() {
    CALLS_ONLY.run(|| assert_eq!(total(&ThreadPool::new(1), &recording(3), |sample| sample.0), 6));
}

#[test]
fn every_sample_counts() {
    for length in [1, 2, 5] {
        CALLS_ONLY.preemptions(0).run(move || {
            let sum = total(&ThreadPool::new(2), &recording(length), |sample| sample.0);
            assert_eq!(sum, length * (length + 1) / 2, "of the first {length} numbers");
        });
    }
}

/// Each can only be measured while the other one is.
#[derive(Clone)]
struct Meeting {
    here: Arc<[Event; 2]>,
    me: usize,
}

#[test]
fn two_workers_measure_at_the_same_time() {
    CALLS_ONLY.run(|| {
        let here = Arc::new([Event::new(), Event::new()]);
        let samples = [0, 1].map(|me| Meeting { here: Arc::clone(&here), me });
        let sum = total(&ThreadPool::new(2), &samples, |sample| {
            sample.here[sample.me].set();
            sample.here[1 - sample.me].wait();
            1
        });
        assert_eq!(sum, 2);
    });
}

/// How many steps are taken that other threads could see.
#[cfg(loom)]
fn steps(length: u64) -> usize {
    let outcomes = CALLS_ONLY.preemptions(0).outcomes(move || {
        total(&ThreadPool::new(1), &recording(length), |sample| sample.0);
    });
    outcomes.witness(&()).expect("the program comes to its end").steps.len()
}

#[test]
#[cfg(loom)]
fn whoever_measures_leaves_the_others_alone() {
    let (few, many) = (steps(20), steps(60));
    assert!(many < few + 40, "{few} steps for 20 samples and {many} for 60: some are taken for each");
}

#[test]
#[cfg(not(loom))]
fn a_panic_arrives() {
    let trouble = std::panic::catch_unwind(|| {
        total(&ThreadPool::new(2), &recording(5), |sample| {
            assert_ne!(sample.0, 4, "a broken sample");
            sample.0
        })
    });
    assert!(trouble.is_err(), "the sum lacks a sample, and nobody has heard of it");
}
