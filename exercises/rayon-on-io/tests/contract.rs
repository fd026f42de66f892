//! What `rate_all` promises: as many wait at the same time as the server allows, and only rayon's threads compute.

use std::collections::HashSet;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuilder};
use rayon_on_io::rate_all;

/// Questions that the server answers at the same time. The processors are fewer.
const LINES: usize = 8;

const PROCESSORS: usize = 2;

/// Whoever has waited this long for others waits for ever.
const PATIENCE: Duration = Duration::from_secs(10);

/// A place where one waits until enough have come.
struct Meeting {
    expected: usize,
    came: Mutex<usize>,
    changed: Condvar,
    /// Set when somebody has lost patience: from then on nobody waits.
    in_vain: AtomicBool,
}

impl Meeting {
    fn of(expected: usize) -> Meeting {
        Meeting { expected, came: Mutex::new(0), changed: Condvar::new(), in_vain: AtomicBool::new(false) }
    }

    fn come(&self) {
        *self.came.lock().expect("nobody panics here") += 1;
        self.changed.notify_all();
    }

    fn wait(&self) {
        let came = self.came.lock().expect("nobody panics here");
        let too_few = |came: &mut usize| *came < self.expected && !self.in_vain.load(Relaxed);
        let (came, waited) = self.changed.wait_timeout_while(came, PATIENCE, too_few).expect("nobody panics here");
        if waited.timed_out() {
            self.in_vain.store(true, Relaxed);
        }
        drop(came);
        self.changed.notify_all();
    }

    fn come_and_wait(&self) {
        self.come();
        self.wait();
    }

    /// Whether enough have come before anybody lost patience.
    fn has_taken_place(self) -> bool {
        !self.in_vain.into_inner()
    }
}

/// A pool of rayon's as it is usual: a thread for each processor.
fn processors() -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(PROCESSORS).build().expect("the system starts threads")
}

fn pages(number: u32) -> Vec<u32> {
    (0..number).collect()
}

#[test]
fn each_page_is_rated_in_its_place() {
    model::within(6 * PATIENCE, || {
        for number in [0, 1, 2, 30] {
            let rated =
                rate_all(&processors(), LINES, &pages(number), |page| page.to_string(), |text| text.len() as u64);
            let expected: Vec<_> = (0..number).map(|page| page.to_string().len() as u64).collect();
            assert_eq!(rated, expected, "of {number} pages");
        }
    });
}

#[test]
fn a_page_that_takes_long_keeps_its_place() {
    model::within(6 * PATIENCE, || {
        // Whoever has rated three has handed on what came of two.
        let three = Meeting::of(3);
        let rate = |page: &u32| {
            if *page == 0 {
                three.wait()
            } else {
                three.come()
            }
            u64::from(*page)
        };
        let rated = rate_all(&processors(), LINES, &pages(24), |page| page, rate);
        assert_eq!(rated, (0..24).collect::<Vec<_>>(), "the first page took longer than others");
        assert!(three.has_taken_place(), "while one page is rated, nobody rates another");
    });
}

#[test]
fn as_many_wait_at_the_same_time_as_the_server_allows() {
    model::within(6 * PATIENCE, || {
        let lines = Meeting::of(LINES);
        let fetch = |page| {
            lines.come_and_wait();
            page
        };
        rate_all(&processors(), LINES, &pages(24), fetch, |page| u64::from(*page));
        assert!(lines.has_taken_place(), "the server has {LINES} lines, and some of them are never in use");
    });
}

#[test]
fn there_is_a_thread_for_each_line_and_no_more() {
    model::within(6 * PATIENCE, || {
        let threads = Mutex::new(HashSet::new());
        let fetch = |page| {
            threads.lock().expect("nobody panics here").insert(thread::current().id());
            page
        };
        rate_all(&processors(), LINES, &pages(24), fetch, |page| u64::from(*page));
        let threads = threads.into_inner().expect("nobody panics here").len();
        assert!(threads <= LINES, "{threads} threads have asked a server that has {LINES} lines");
    });
}

#[test]
fn only_those_compute_who_are_there_for_it() {
    model::within(6 * PATIENCE, || {
        let processors = processors();
        let outside = AtomicUsize::new(0);
        let rate = |page: &u32| {
            if processors.current_thread_index().is_none() {
                outside.fetch_add(1, Relaxed);
            }
            u64::from(*page)
        };
        rate_all(&processors, LINES, &pages(24), |page| page, rate);
        let outside = outside.load(Relaxed);
        assert_eq!(outside, 0, "so many of 24 pages were rated by others than the threads that are there for it");
    });
}
