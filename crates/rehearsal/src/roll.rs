//! Threads that sign a roll, and what the kernel says about them.

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// For how long [`Roll::assert_idle`] looks whether anybody runs. One who polls less often than that goes unnoticed.
const SPAN: Duration = Duration::from_millis(50);

/// How many times it looks.
const SPANS: u32 = 3;

/// A list of the threads that are to sleep, so that a test knows when they do.
///
/// Each thread signs, as the last thing before the call that is expected to block. The test waits until the kernel says
/// of all of them that they sleep. It does not matter what for; so between signing and blocking there must be nothing
/// else to wait for.
///
/// ```
/// use std::sync::Barrier;
/// use rehearsal::Roll;
///
/// let (roll, barrier) = (Roll::new(), Barrier::new(3));
/// std::thread::scope(|scope| {
///     for _ in 0..2 {
///         scope.spawn(|| {
///             roll.sign();
///             barrier.wait();
///         });
///     }
///     roll.wait_until_asleep(2); // Now somebody surely waits at the barrier.
///     barrier.wait();
/// });
/// ```
#[derive(Debug, Default)]
pub struct Roll {
    /// The directory of each thread, below `/proc`. The lock is std's: what is tested here does not test itself.
    threads: Mutex<Vec<String>>,
}

impl Roll {
    /// A roll that nobody has signed.
    pub const fn new() -> Roll {
        Roll { threads: Mutex::new(Vec::new()) }
    }

    /// Puts the calling thread on the roll.
    ///
    /// # Panics
    ///
    /// If the kernel does not show a thread to itself.
    pub fn sign(&self) {
        let me = fs::read_link("/proc/thread-self").expect("the kernel shows a thread to itself");
        self.threads().push(format!("/proc/{}", me.display()));
    }

    /// Waits until `count` threads have signed and the kernel says of each that it sleeps.
    ///
    /// Whoever was found asleep is asleep when this returns, unless somebody has woken it meanwhile, or its time has
    /// run out.
    ///
    /// # Panics
    ///
    /// If one of the threads has ended.
    pub fn wait_until_asleep(&self, count: usize) {
        while self.threads().len() < count {
            thread::yield_now();
        }
        let threads = self.threads().clone();
        for thread in &threads {
            while !sleeps(thread) {
                thread::yield_now();
            }
        }
    }

    /// Fails if those who have signed run now and then: asleep for a while again and again, as one who polls is.
    ///
    /// # Panics
    ///
    /// If it fails, and if one of the threads has ended.
    #[track_caller]
    pub fn assert_idle(&self) {
        let threads = self.threads().clone();
        let processor_time = || threads.iter().map(|thread| processor_time(thread)).sum::<Duration>();
        // Not the first span alone: a thread that is said to sleep may still be on its way off the processor.
        let idle = (0..SPANS).any(|_| {
            let before = processor_time();
            thread::sleep(SPAN);
            processor_time() == before
        });
        assert!(idle, "those who should sleep have taken processor time in each of {SPANS} spans of {SPAN:?}");
    }

    /// The list. A thread that panicked while it signed has left it whole.
    fn threads(&self) -> MutexGuard<'_, Vec<String>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the thread with this directory sleeps until somebody wakes it.
fn sleeps(thread: &str) -> bool {
    let stat = read(thread, "stat");
    // The name stands in parentheses and may contain anything; the state is the first thing after it.
    stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('S'))
}

/// How long the thread with this directory has been on a processor.
fn processor_time(thread: &str) -> Duration {
    let nanoseconds = read(thread, "schedstat").split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.expect("the time on a processor comes first"))
}

fn read(thread: &str, file: &str) -> String {
    fs::read_to_string(format!("{thread}/{file}"))
        .unwrap_or_else(|error| panic!("a thread that should sleep has ended: {thread}/{file}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Runs `body` on a thread that has signed the roll, until `until` has looked at the roll.
    fn with_roll(body: impl Fn() + Send + Sync + 'static, until: impl FnOnce(&Roll) + Send + 'static) {
        crate::rehearse(move || {
            let (roll, done) = (Roll::new(), AtomicBool::new(false));
            thread::scope(|scope| {
                let thread = scope.spawn(|| {
                    roll.sign();
                    while !done.load(Ordering::Relaxed) {
                        body();
                    }
                });
                // A failure must not leave the thread behind, or the scope would wait for it.
                let seen = catch_unwind(AssertUnwindSafe(|| {
                    roll.wait_until_asleep(1);
                    until(&roll);
                }));
                done.store(true, Ordering::Relaxed);
                thread.thread().unpark();
                seen.unwrap_or_else(|panic| resume_unwind(panic));
            });
        });
    }

    #[test]
    fn a_thread_that_is_parked_is_idle() {
        with_roll(thread::park, Roll::assert_idle);
    }

    #[test]
    #[should_panic(expected = "have taken processor time")]
    fn a_thread_that_polls_is_not_idle() {
        with_roll(|| thread::sleep(Duration::from_millis(1)), Roll::assert_idle);
    }

    #[test]
    fn a_thread_is_waited_for_until_it_sleeps() {
        let asleep = Arc::new(AtomicBool::new(false));
        let sleeper = Arc::clone(&asleep);
        let fall_asleep = move || {
            for _ in 0..1_000 {
                thread::yield_now();
            }
            sleeper.store(true, Ordering::Relaxed);
            thread::park();
        };
        with_roll(fall_asleep, move |_| assert!(asleep.load(Ordering::Relaxed)));
    }

    #[test]
    #[should_panic(expected = "has ended")]
    fn a_thread_that_has_ended_is_not_waited_for() {
        crate::rehearse(|| {
            let roll = Roll::new();
            thread::scope(|scope| {
                scope.spawn(|| roll.sign());
            });
            roll.wait_until_asleep(1);
        });
    }
}
