//! Wrong: a lock makes of taking, working and handing on one step. Nothing is lost, nobody needs counting, and of all the workers
//! one works.

use mutex::Mutex;
use queue::{Shutdown, WorkQueue};

/// A stage between two queues, for so many workers.
#[derive(Debug)]
pub struct Stage<'q, A, B> {
    input: &'q WorkQueue<A>,
    output: &'q WorkQueue<B>,
    /// Who takes an item holds this until it is handed on.
    turn: Mutex<()>,
}

impl<'q, A, B> Stage<'q, A, B> {
    /// A stage that takes from `input` and puts into `output`. So many `workers` will each call [`work`](Stage::work), once.
    pub fn new(input: &'q WorkQueue<A>, output: &'q WorkQueue<B>, workers: usize) -> Stage<'q, A, B> {
        let _ = workers;
        Stage { input, output, turn: Mutex::new(()) }
    }

    /// What a worker does: takes items from the input, does `step` with each, and puts what results into the output. Returns
    /// when nothing more is to come, or when the output takes no more.
    ///
    /// When the last worker has left, whether it returned or panicked, both queues are shut down: nobody takes from the
    /// one any more, and nobody puts into the other.
    pub fn work(&self, step: impl Fn(A) -> B) {
        let _leave = Leave(self);
        loop {
            let _turn = self.turn.lock();
            let Ok(item) = self.input.get() else { return };
            if self.output.put(step(item)).is_err() {
                return;
            }
        }
    }
}

/// Closes both doors when it is dropped: whoever leaves has found that no more comes, or that no more is taken.
struct Leave<'s, 'q, A, B>(&'s Stage<'q, A, B>);

impl<A, B> Drop for Leave<'_, '_, A, B> {
    fn drop(&mut self) {
        self.0.input.shutdown(Shutdown::Immediate);
        self.0.output.shutdown(Shutdown::Drain);
    }
}
