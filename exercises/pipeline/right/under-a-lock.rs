//! A stage of a pipeline: takes items from one queue, does something with each, and puts what results into the next.
//!
//! The workers are counted under a lock, which is held until the doors are closed. Whatever a worker does when it leaves, it
//! does so alone.

use mutex::Mutex;
use queue::{Shutdown, WorkQueue};

/// A stage between two queues, for so many workers.
#[derive(Debug)]
pub struct Stage<'q, A, B> {
    input: &'q WorkQueue<A>,
    output: &'q WorkQueue<B>,
    /// How many workers have not left.
    workers: Mutex<usize>,
}

impl<'q, A, B> Stage<'q, A, B> {
    /// A stage that takes from `input` and puts into `output`. So many `workers` will each call [`work`](Stage::work), once.
    pub fn new(input: &'q WorkQueue<A>, output: &'q WorkQueue<B>, workers: usize) -> Stage<'q, A, B> {
        Stage { input, output, workers: Mutex::new(workers) }
    }

    /// What a worker does: takes items from the input, does `step` with each, and puts what results into the output. Returns
    /// when nothing more is to come, or when the output takes no more.
    ///
    /// When the last worker has left, whether it returned or panicked, both queues are shut down: nobody takes from the
    /// one any more, and nobody puts into the other.
    pub fn work(&self, step: impl Fn(A) -> B) {
        let _leave = Leave(self);
        while let Ok(item) = self.input.get() {
            if self.output.put(step(item)).is_err() {
                return;
            }
        }
    }
}

/// Counts a worker off when it is dropped.
struct Leave<'s, 'q, A, B>(&'s Stage<'q, A, B>);

impl<A, B> Drop for Leave<'_, '_, A, B> {
    fn drop(&mut self) {
        let Stage { input, output, workers } = self.0;
        let mut workers = workers.lock();
        *workers -= 1;
        if *workers == 0 {
            input.shutdown(Shutdown::Immediate);
            output.shutdown(Shutdown::Drain);
        }
    }
}
