//! Threads that live as long as a scenario is set up, so that none is started while time is taken.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::{Contest, Setting, Standing};

/// Keeps its content on cache lines of its own. (Two of 64 bytes: processors fetch them in pairs.)
#[repr(align(128))]
pub(crate) struct Apart<T>(pub(crate) T);

/// Threads that help the measuring thread, or are measured by it.
pub(crate) struct Crew<S> {
    pub(crate) shared: Arc<S>,
    threads: Vec<JoinHandle<()>>,
    dismiss: fn(&S),
}

impl<S: Send + Sync + 'static> Crew<S> {
    /// Starts `size` threads that do `work` until `dismiss` has told them to stop. The measuring thread is number 0 of
    /// the scenario; `work` is told its own number.
    pub(crate) fn start(
        setting: &Setting,
        size: usize,
        shared: S,
        work: impl Fn(&S, usize) + Copy + Send + 'static,
        dismiss: fn(&S),
    ) -> Crew<S> {
        setting.placement.place(0);
        let shared = Arc::new(shared);
        let start = |number| {
            let shared = Arc::clone(&shared);
            let placement = setting.placement.clone();
            thread::spawn(move || {
                placement.place(number);
                work(&shared, number);
            })
        };
        let threads = (1..=size).map(start).collect();
        Crew { shared, threads, dismiss }
    }
}

impl<S> Drop for Crew<S> {
    fn drop(&mut self) {
        (self.dismiss)(&self.shared);
        for thread in self.threads.drain(..) {
            // A helper that panicked has said so already, and a second panic here would abort.
            let _ = thread.join();
        }
    }
}

/// Where threads do one thing over and over, all at once, until they are told to stop.
struct Arena<S> {
    shared: S,
    /// Everybody meets here before each bout and after it, the measuring thread too.
    gate: Barrier,
    stop: Apart<AtomicBool>,
    dismissed: AtomicBool,
    /// How many operations each thread has done in the last bout.
    done: Vec<Apart<AtomicU64>>,
}

impl<S> Arena<S> {
    fn new(size: usize, shared: S) -> Arena<S> {
        Arena {
            shared,
            gate: Barrier::new(size + 1),
            stop: Apart(AtomicBool::new(false)),
            dismissed: AtomicBool::new(false),
            done: (0..size).map(|_| Apart(AtomicU64::new(0))).collect(),
        }
    }

    /// What thread `number` does, counted from 1.
    fn compete(&self, number: usize, mut operation: impl FnMut(&S)) {
        loop {
            self.gate.wait();
            // ORDERING: Relaxed, here and below; the gate orders everything but `stop`, which publishes nothing.
            if self.dismissed.load(Ordering::Relaxed) {
                return;
            }
            // At least once, however late the system starts this thread: a contest that is too short has a result too.
            operation(&self.shared);
            let mut done = 1;
            while !self.stop.0.load(Ordering::Relaxed) {
                operation(&self.shared);
                done += 1;
            }
            self.done[number - 1].0.store(done, Ordering::Relaxed);
            self.gate.wait();
        }
    }

    /// One bout, as the measuring thread sees it: it opens the gate, and sleeps.
    fn bout(&self, time: Duration) -> Standing {
        self.stop.0.store(false, Ordering::Relaxed);
        self.gate.wait();
        let start = Instant::now();
        thread::sleep(time);
        self.stop.0.store(true, Ordering::Relaxed);
        // Taken before the others come back: each of them finishes its last operation, but begins no other.
        let elapsed = start.elapsed();
        self.gate.wait();
        let done = self.done.iter().map(|done| done.0.load(Ordering::Relaxed)).collect();
        Standing { elapsed, done }
    }

    fn dismiss(&self) {
        self.dismissed.store(true, Ordering::Relaxed);
        self.gate.wait();
    }
}

/// A contest: each thread of the scenario does `operation` as often as it gets to.
pub(crate) fn contest<S: Send + Sync + 'static>(
    setting: &Setting,
    shared: S,
    operation: impl Fn(&S) + Copy + Send + 'static,
) -> Contest {
    contest_of(setting, shared, move |_| operation)
}

/// A contest between threads that do different things: `role` is told a thread's number, counted from 1, and hands out
/// the operation that this thread does as often as it gets to.
pub(crate) fn contest_of<S: Send + Sync + 'static, O: FnMut(&S)>(
    setting: &Setting,
    shared: S,
    role: impl Fn(usize) -> O + Copy + Send + 'static,
) -> Contest {
    let arena = Arena::new(setting.threads, shared);
    let compete = move |arena: &Arena<S>, number| arena.compete(number, role(number));
    let crew = Crew::start(setting, setting.threads, arena, compete, Arena::dismiss);
    Box::new(move |time| crew.shared.bout(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Placement;

    #[test]
    fn a_contest_counts_what_each_thread_has_done() {
        let shared = Arc::new(AtomicU64::new(0));
        let setting = Setting { threads: 3, placement: Placement::anywhere() };
        let mut contest = contest(&setting, Arc::clone(&shared), |shared| {
            shared.fetch_add(1, Ordering::Relaxed);
        });
        let mut total = 0;
        for _ in 0..3 {
            let standing = contest(Duration::from_millis(5));
            assert!(standing.elapsed >= Duration::from_millis(5));
            assert_eq!(standing.done.len(), 3);
            assert!(standing.done.iter().all(|&done| done > 0));
            total += standing.operations();
            assert_eq!(total, shared.load(Ordering::Relaxed));
        }
    }
}
