//! That nobody sleeps beside a job: what [`Idlers`] promises to those who look for jobs and to those who have one.
//!
//! In an ordinary build these run with real threads; under `--cfg loom` they run through every schedule. The deque is a
//! number here, and read with the least that a deque may have: Relaxed.

use event::Event;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use stealing::idlers::Idlers;

/// For programs whose schedules are too many: those with at most two preemptions. Most bugs show in these.
const BOUNDED: model::Check = model::Check::new().preemptions(2);

/// Workers, and how many jobs lie there for them.
struct Pool {
    idlers: Idlers,
    jobs: AtomicU32,
}

impl Pool {
    fn new(workers: usize) -> Pool {
        Pool { idlers: Idlers::new(workers), jobs: AtomicU32::new(0) }
    }

    fn put(&self) {
        self.jobs.fetch_add(1, Relaxed);
        self.idlers.call_one();
    }

    /// Takes a job, if this thread sees one.
    fn take(&self) -> bool {
        let mut jobs = self.jobs.load(Relaxed);
        while jobs > 0 {
            match self.jobs.compare_exchange(jobs, jobs - 1, Relaxed, Relaxed) {
                Ok(_) => return true,
                Err(now) => jobs = now,
            }
        }
        false
    }

    /// Waits for a job, as `worker`, and takes it.
    fn get(&self, worker: usize) {
        self.wait_until(worker, || self.take(), || self.jobs.load(Relaxed) > 0);
    }

    /// Looks until it is `done`, and sleeps while there is nothing to `see`.
    fn wait_until(&self, worker: usize, done: impl Fn() -> bool, see: impl Fn() -> bool) {
        self.idlers.start_looking();
        while !done() {
            self.idlers.lie_down(worker, &see);
        }
        self.idlers.stop_looking();
    }
}

#[test]
fn nobody_is_called_where_nobody_sleeps() {
    model::check(|| {
        let pool = Pool::new(2);
        pool.put();
        pool.idlers.call(1);
        pool.get(0);
    });
}

#[test]
fn a_job_calls_a_worker() {
    model::check(|| {
        let pool = Pool::new(1);
        thread::scope(|scope| {
            scope.spawn("worker", || pool.get(0));
            pool.put();
        });
    });
}

#[test]
fn a_worker_is_called_for_job_after_job() {
    BOUNDED.run(|| {
        let pool = Pool::new(1);
        thread::scope(|scope| {
            scope.spawn("worker", || {
                pool.get(0);
                pool.get(0);
            });
            pool.put();
            pool.put();
        });
    });
}

/// Two workers take one job each, and neither goes on before the other has one.
#[test]
fn two_jobs_call_two_workers() {
    BOUNDED.surprises(0).run(|| {
        let pool = Pool::new(2);
        thread::scope(|scope| {
            scope.spawn("worker 0", || pool.get(0));
            scope.spawn("worker 1", || pool.get(1));
            pool.put();
            pool.put();
        });
    });
}

/// Main is the second looker here: the jobs of the other rely on it.
#[test]
fn who_stops_looking_passes_the_call_on() {
    BOUNDED.run(|| {
        let pool = Pool::new(2);
        thread::scope(|scope| {
            scope.spawn("worker 0", || pool.get(0));
            scope.spawn("owner", || pool.put());
            pool.idlers.start_looking();
            pool.idlers.stop_looking();
        });
    });
}

#[test]
fn of_two_jobs_one_calls_the_worker_that_is_left() {
    BOUNDED.surprises(0).run(|| {
        let pool = Pool::new(2);
        pool.idlers.start_looking();
        // Main is a worker that lies down. It has looked for the last time, and all of this happens before it sleeps.
        pool.idlers.lie_down(1, || {
            let taken = Event::new();
            thread::scope(|scope| {
                scope.spawn("worker 0", || {
                    pool.get(0);
                    taken.set();
                });
                scope.spawn("owner", || pool.put());
                // The owner may still be calling.
                taken.wait();
                pool.put();
            });
            false
        });
        pool.idlers.stop_looking();
        assert!(pool.take());
    });
}

#[test]
fn who_waits_for_something_of_its_own_is_called_for_that() {
    BOUNDED.run(|| {
        let pool = Pool::new(2);
        let ended = [AtomicU32::new(0), AtomicU32::new(0)];
        let wait = |worker: usize| {
            let over = || ended[worker].load(Relaxed) == 1;
            pool.wait_until(worker, over, over);
        };
        let first = Event::new();
        thread::scope(|scope| {
            scope.spawn("worker 0", || wait(0));
            scope.spawn("worker 1", || {
                wait(1);
                first.set();
            });
            ended[1].fetch_add(1, Relaxed);
            pool.idlers.call(1);
            // Not before the first has heard of it: the second call must not come to its help.
            first.wait();
            ended[0].fetch_add(1, Relaxed);
            pool.idlers.call(0);
        });
    });
}

#[test]
fn a_worker_without_a_job_is_asleep() {
    // Without preemptions and surprises, a thread that yields goes on only when the others sleep, yield or have ended.
    model::Check::new().preemptions(0).surprises(0).run(|| {
        let pool = Pool::new(1);
        thread::scope(|scope| {
            scope.spawn("worker", || pool.get(0));
            thread::yield_now();
            let asleep = model::sleepers();
            pool.put();
            assert!(asleep == 1 || !model::MODELLED, "the worker is awake without a job");
        });
    });
}

#[test]
fn nobody_is_called_while_somebody_looks() {
    model::Check::new().preemptions(0).surprises(0).run(|| {
        let pool = Pool::new(2);
        thread::scope(|scope| {
            scope.spawn("worker 0", || pool.get(0));
            thread::yield_now();
            pool.idlers.start_looking();
            pool.put();
            thread::yield_now();
            let asleep = model::sleepers();
            pool.idlers.stop_looking();
            assert!(asleep == 1 || !model::MODELLED, "a worker was woken for a job that a looker would find");
        });
    });
}
