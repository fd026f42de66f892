//! How to share out the work, for five programs on a computer with four processors.

mod answers;

pub use answers::*;

/// How work is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// One task after the other, on the thread that is there.
    InSequence,
    /// A thread for each task.
    ThreadForEach,
    /// A pool with as many workers as processors.
    PoolOfProcessors,
    /// A pool with 64 workers.
    PoolOfMany,
    /// Rayon: a thread for each processor, and `par_iter`.
    Rayon,
    /// As many processes as processors. What they work on is sent to them, and sent back.
    Processes,
}

/// What there would have to be more of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scarce {
    /// More processors would make it faster.
    Processors,
    /// If the server answered more questions at the same time, more could be asked, and all would be done sooner.
    Lines,
    /// More of neither makes it faster.
    Nothing,
}

/// A choice for a program, and what could be of use in greater numbers even then.
pub type Choice = Option<(Strategy, Scarce)>;
