//! What the operating system knows about processors. Only Linux is asked; elsewhere the answer is a polite no.

use std::io;
use std::ops::{Add, Sub};
use std::time::Duration;

#[cfg(target_os = "linux")]
mod system {
    use std::io;
    use std::mem::MaybeUninit;
    use std::time::Duration;

    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    use rustix::time::{ClockId, clock_gettime};

    use super::Usage;

    pub(super) fn processor_time() -> Option<Duration> {
        clock_gettime(ClockId::ProcessCPUTime).try_into().ok()
    }

    pub(super) fn usage() -> Option<Usage> {
        usage_of(libc::RUSAGE_SELF)
    }

    pub(super) fn usage_of_children() -> Option<Usage> {
        usage_of(libc::RUSAGE_CHILDREN)
    }

    fn usage_of(whom: libc::c_int) -> Option<Usage> {
        let mut usage = MaybeUninit::uninit();
        // SAFETY: the second argument is where one such structure may be written.
        let failed = unsafe { libc::getrusage(whom, usage.as_mut_ptr()) } != 0;
        if failed {
            return None;
        }
        // SAFETY: the call has succeeded, and so it has written all of it.
        let usage: libc::rusage = unsafe { usage.assume_init() };
        let duration = |time: libc::timeval| Duration::new(time.tv_sec as u64, 1000 * time.tv_usec as u32);
        Some(Usage {
            processor: duration(usage.ru_utime) + duration(usage.ru_stime),
            switches: (usage.ru_nvcsw + usage.ru_nivcsw) as u64,
        })
    }

    pub(super) fn processors() -> io::Result<Vec<usize>> {
        let allowed = sched_getaffinity(None)?;
        Ok((0..CpuSet::MAX_CPU).filter(|&processor| allowed.is_set(processor)).collect())
    }

    pub(super) fn pin(processor: usize) -> io::Result<()> {
        let mut only = CpuSet::new();
        only.set(processor);
        Ok(sched_setaffinity(None, &only)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;
    use std::time::Duration;

    use super::Usage;

    pub(super) fn processor_time() -> Option<Duration> {
        None
    }

    pub(super) fn usage() -> Option<Usage> {
        None
    }

    pub(super) fn usage_of_children() -> Option<Usage> {
        None
    }

    pub(super) fn processors() -> io::Result<Vec<usize>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "threads can be pinned to processors on Linux only"))
    }

    pub(super) fn pin(_processor: usize) -> io::Result<()> {
        processors().map(|_| ())
    }
}

/// The processor time that all threads of this process have used so far, in user space and in the kernel; `None` where
/// the system is not asked for it.
pub fn processor_time() -> Option<Duration> {
    system::processor_time()
}

/// What a process has used so far, with all of its threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processor time, in user space and in the kernel.
    pub processor: Duration,
    /// How often a thread has left its processor, to wait for something or because the system took it away.
    pub switches: u64,
}

impl Add for Usage {
    type Output = Usage;

    fn add(self, other: Usage) -> Usage {
        Usage { processor: self.processor + other.processor, switches: self.switches + other.switches }
    }
}

/// What has been used since `before`.
impl Sub for Usage {
    type Output = Usage;

    fn sub(self, before: Usage) -> Usage {
        Usage {
            // The system divides a process's time into two parts anew each time, and so the sum may fall by a little.
            processor: self.processor.saturating_sub(before.processor),
            switches: self.switches.saturating_sub(before.switches),
        }
    }
}

/// What this process has used; `None` where the system is not asked for it.
pub fn usage() -> Option<Usage> {
    system::usage()
}

/// What those processes have used that this one has started, and that have ended and been waited for; `None` where the
/// system is not asked for it.
pub fn usage_of_children() -> Option<Usage> {
    system::usage_of_children()
}

/// Which processors the threads of a scenario run on.
#[derive(Clone, Debug)]
pub struct Placement {
    /// Thread number n runs on entry number n, counted round and round. No entry: wherever the system likes.
    processors: Vec<usize>,
}

impl Placement {
    /// Wherever the system likes.
    pub const fn anywhere() -> Placement {
        Placement { processors: Vec::new() }
    }

    /// All on one processor: whoever wakes another must leave before the other can run.
    ///
    /// # Errors
    ///
    /// If the system does not tell its processors.
    pub fn one() -> io::Result<Placement> {
        let mut processors = system::processors()?;
        processors.truncate(1);
        Ok(Placement { processors })
    }

    /// Thread after thread on processor after processor.
    ///
    /// # Errors
    ///
    /// If the system does not tell its processors.
    pub fn spread() -> io::Result<Placement> {
        Ok(Placement { processors: system::processors()? })
    }

    /// Moves the calling thread, number `thread` of a scenario, to its place. Threads that it starts later inherit it.
    ///
    /// # Panics
    ///
    /// If the system refuses.
    pub fn place(&self, thread: usize) {
        if self.processors.is_empty() {
            return;
        }
        let processor = self.processors[thread % self.processors.len()];
        system::pin(processor).unwrap_or_else(|error| panic!("cannot run on processor {processor}: {error}"));
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::thread::{self, available_parallelism};
    use std::time::{Duration, Instant};

    use super::*;

    /// On how many processors a thread may run that was placed as number 1.
    fn parallelism_after(placement: Placement) -> usize {
        let place = move || {
            placement.place(1);
            available_parallelism().unwrap().get()
        };
        thread::spawn(place).join().unwrap()
    }

    #[test]
    fn a_placed_thread_runs_on_one_processor() {
        assert_eq!(parallelism_after(Placement::one().unwrap()), 1);
        assert_eq!(parallelism_after(Placement::spread().unwrap()), 1);
    }

    #[test]
    fn anywhere_leaves_a_thread_where_it_is() {
        assert_eq!(parallelism_after(Placement::anywhere()), available_parallelism().unwrap().get());
    }

    #[test]
    fn usage_counts_time_and_sleeps_of_other_threads() {
        let before = usage().unwrap();
        let spin_and_sleep = || {
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(50) {}
            (0..10).for_each(|_| thread::sleep(Duration::from_micros(100)));
        };
        thread::spawn(spin_and_sleep).join().unwrap();
        let used = usage().unwrap() - before;
        assert!(used.processor > Duration::from_millis(5), "{used:?}");
        assert!(used.switches >= 10, "{used:?}");
    }

    #[test]
    fn processor_time_counts_what_other_threads_use() {
        let before = processor_time().unwrap();
        let spin = || {
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(50) {}
        };
        thread::spawn(spin).join().unwrap();
        assert!(processor_time().unwrap() - before > Duration::from_millis(5));
    }
}
