//! A pool of threads in twenty lines, and where it stands still.

use std::fmt;
use std::sync::Arc;

use event::Event;
use model::thread;
use pool::{JobError, ThreadPool};
use queue::{Shutdown, WorkQueue};

/// A cook is hired for the evening, and not for each dish. Returns what was served.
///
/// # Errors
///
/// If a dish burns.
// ANCHOR: dinner
pub fn dinner() -> Result<Vec<String>, JobError> {
    let kitchen = ThreadPool::new(2);
    let soup = kitchen.submit(|| "soup".to_uppercase()).expect("the kitchen is open");
    let mut served = vec![soup.join()?];
    served.extend(kitchen.map(&["fish", "cake"], |dish| dish.to_uppercase()));
    Ok(served)
}
// ANCHOR_END: dinner

/// A job panics. Returns what its handle says, and what comes of the next job, in the same worker.
// ANCHOR: burned
pub fn burned() -> (String, Result<u32, JobError>) {
    let kitchen = ThreadPool::new(1);
    let burned = kitchen.submit(|| panic!("it burned")).expect("the kitchen is open");
    let next = kitchen.submit(|| 1).expect("the kitchen is open");
    let said = burned.join().map_or_else(|error| error.to_string(), |()| "well done".to_owned());
    (said, next.join())
}
// ANCHOR_END: burned

/// A queue of jobs. Wrong: a worker that waits for another job sleeps, and may be the one that is needed.
// ANCHOR: pool
pub struct Simple {
    jobs: WorkQueue<Job>,
}

type Job = Box<dyn FnOnce(&Simple) + Send>;

impl Simple {
    /// Puts `job` into the queue. Once it is done, the event is set.
    pub fn submit(&self, job: impl FnOnce(&Simple) + Send + 'static) -> Arc<Event> {
        let done = Arc::new(Event::new());
        let told = Arc::clone(&done);
        let job = move |pool: &Simple| {
            job(pool);
            told.set();
        };
        assert!(self.jobs.put(Box::new(job)).is_ok(), "the pool is shut down");
        done
    }

    /// What each of the threads does.
    pub fn work(&self) {
        while let Ok(job) = self.jobs.get() {
            job(self);
        }
    }

    /// Lets the threads go home when all jobs are done.
    pub fn shutdown(&self) {
        self.jobs.shutdown(Shutdown::Drain);
    }
}
// ANCHOR_END: pool

/// The soup is a job, and so is the stock that it needs.
// ANCHOR: soup
pub fn soup(pool: &Simple, cooks: &[&str]) {
    thread::scope(|scope| {
        for name in cooks {
            scope.spawn(name, || pool.work());
        }
        let soup = pool.submit(|pool| {
            let stock = pool.submit(|_| ());
            stock.wait();
        });
        soup.wait();
        pool.shutdown();
    });
}
// ANCHOR_END: soup

/// The same on a pool whose workers help out.
///
/// # Errors
///
/// If a job panics, or is dropped.
// ANCHOR: helped
pub fn soup_with_help(kitchen: &Arc<ThreadPool>) -> Result<u32, JobError> {
    let inner = Arc::clone(kitchen);
    let soup = kitchen.submit(move || {
        let stock = inner.submit(|| 1).expect("the kitchen is open");
        stock.join().expect("stock does not burn") + 1
    });
    soup.expect("the kitchen is open").join()
}
// ANCHOR_END: helped

impl Simple {
    model::const_fn! {
        /// A pool without jobs, and without threads as yet.
        pub const fn new() -> Simple {
            Simple { jobs: WorkQueue::unbounded() }
        }
    }
}

impl Default for Simple {
    fn default() -> Simple {
        Simple::new()
    }
}

impl fmt::Debug for Simple {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Simple").field("jobs", &self.jobs).finish()
    }
}
