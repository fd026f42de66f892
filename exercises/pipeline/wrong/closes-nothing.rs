//! Wrong: nothing is lost, since nothing is closed. Whoever takes from the output waits for more, and nobody is left to put it.

use queue::WorkQueue;

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
    }
}
