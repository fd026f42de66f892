//! A stage of a pipeline: takes items from one queue, does something with each, and puts what results into the next.
//!
//! This one is broken. A worker that finds the input closed closes the output.

use queue::{Shutdown, WorkQueue};

/// A stage between two queues, for so many workers.
#[derive(Debug)]
pub struct Stage<'q, A, B> {
    input: &'q WorkQueue<A>,
    output: &'q WorkQueue<B>,
}

impl<'q, A, B> Stage<'q, A, B> {
    /// A stage that takes from `input` and puts into `output`. So many `workers` will each call [`work`](Stage::work), once.
    pub fn new(input: &'q WorkQueue<A>, output: &'q WorkQueue<B>, workers: usize) -> Stage<'q, A, B> {
        let _ = workers;
        Stage { input, output }
    }

    /// What a worker does: takes items from the input, does `step` with each, and puts what results into the output. Returns
    /// when nothing more is to come, or when the output takes no more.
    ///
    /// When the last worker has left, whether it returned or panicked, both queues are shut down: nobody takes from the
    /// one any more, and nobody puts into the other.
    pub fn work(&self, step: impl Fn(A) -> B) {
        while let Ok(item) = self.input.get() {
            if self.output.put(step(item)).is_err() {
                break;
            }
        }
        self.output.shutdown(Shutdown::Drain);
    }
}
