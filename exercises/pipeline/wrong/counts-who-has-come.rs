//! Wrong: it counts those who have come, and not those who will. Whoever panics before the others come is the first and the last,
//! and closes the stage on them.

use model::sync::atomic::AtomicUsize;
use model::sync::atomic::Ordering::AcqRel;
use queue::{Shutdown, WorkQueue};

/// A stage between two queues, for so many workers.
#[derive(Debug)]
pub struct Stage<'q, A, B> {
    input: &'q WorkQueue<A>,
    output: &'q WorkQueue<B>,
    /// How many workers have come and not left.
    workers: AtomicUsize,
}

impl<'q, A, B> Stage<'q, A, B> {
    /// A stage that takes from `input` and puts into `output`. So many `workers` will each call [`work`](Stage::work), once.
    pub fn new(input: &'q WorkQueue<A>, output: &'q WorkQueue<B>, workers: usize) -> Stage<'q, A, B> {
        let _ = workers;
        Stage { input, output, workers: AtomicUsize::new(0) }
    }

    /// What a worker does: takes items from the input, does `step` with each, and puts what results into the output. Returns
    /// when nothing more is to come, or when the output takes no more.
    ///
    /// When the last worker has left, whether it returned or panicked, both queues are shut down: nobody takes from the
    /// one any more, and nobody puts into the other.
    pub fn work(&self, step: impl Fn(A) -> B) {
        self.workers.fetch_add(1, AcqRel);
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
        // ORDERING: AcqRel: what the others have put is in the output before the last one shuts it down.
        if workers.fetch_sub(1, AcqRel) == 1 {
            input.shutdown(Shutdown::Immediate);
            output.shutdown(Shutdown::Drain);
        }
    }
}
