//! What the counters promise: nothing that is counted is lost, and no two threads write to the same piece of memory.

use false_sharing::Counters;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

/// Of so many bytes that lie side by side a processor may fetch all when it is asked for one.
#[cfg(not(loom))]
const AT_ONCE: usize = 128;

#[test]
fn each_thread_has_a_counter_of_its_own() {
    model::check(|| {
        let counters = Counters::new(3);
        for (thread, times) in [1, 10, 100].into_iter().enumerate() {
            counters.of(thread).fetch_add(times, Relaxed);
        }
        let counted = [0, 1, 2].map(|thread| counters.of(thread).load(Relaxed));
        assert_eq!(counted, [1, 10, 100], "three threads have counted so far");
        assert_eq!(counters.total(), 111);
    });
}

#[test]
fn what_two_threads_count_is_in_the_total() {
    model::check(|| {
        let counters = Counters::new(2);
        thread::scope(|scope| {
            scope.spawn("helper", || counters.of(1).fetch_add(10, Relaxed));
            counters.of(0).fetch_add(1, Relaxed);
            assert!([1, 11].contains(&counters.total()), "what this thread has counted is there");
        });
        assert_eq!(counters.total(), 11);
    });
}

#[test]
fn nobody_has_counted_at_the_beginning() {
    model::check(|| {
        for threads in 0..3 {
            assert_eq!(Counters::new(threads).total(), 0, "of {threads} threads");
        }
    });
}

/// Where things lie under the model says nothing: its atomics are larger, for it writes down what is done to them.
#[test]
#[cfg(not(loom))]
fn no_two_counters_are_fetched_at_once() {
    let counters = Counters::new(64);
    let mut places: Vec<_> = (0..64).map(|thread| (std::ptr::from_ref(counters.of(thread)).addr(), thread)).collect();
    places.sort_unstable();
    for neighbours in places.windows(2) {
        let [(low, left), (high, right)] = neighbours else { unreachable!("windows of two") };
        let distance = high - low;
        assert!(
            distance >= AT_ONCE,
            "the counters of threads {left} and {right} are {distance} bytes apart, and a processor may fetch {AT_ONCE} at once"
        );
    }
}
