//! What can be in the way of a put, a get or a `task_done`.

use std::error::Error;
use std::fmt;

/// An item could not be put into the queue. Here it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PutError<T> {
    /// The queue is full.
    Full(T),
    /// The queue was full until the time ran out.
    TimedOut(T),
    /// The queue is shut down.
    ShutDown(T),
}

impl<T> PutError<T> {
    /// The item that could not be put.
    pub fn into_inner(self) -> T {
        match self {
            PutError::Full(item) | PutError::TimedOut(item) | PutError::ShutDown(item) => item,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            PutError::Full(_) => "the queue is full",
            PutError::TimedOut(_) => "the queue was full until the time ran out",
            PutError::ShutDown(_) => "the queue is shut down",
        }
    }
}

/// Without the item, which may have no `Debug` of its own.
impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            PutError::Full(_) => "Full(..)",
            PutError::TimedOut(_) => "TimedOut(..)",
            PutError::ShutDown(_) => "ShutDown(..)",
        })
    }
}

impl<T> fmt::Display for PutError<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.reason())
    }
}

impl<T> Error for PutError<T> {}

/// There is no item to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GetError {
    /// The queue is empty.
    Empty,
    /// The queue was empty until the time ran out.
    TimedOut,
    /// The queue is shut down, and empty.
    ShutDown,
}

impl fmt::Display for GetError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            GetError::Empty => "the queue is empty",
            GetError::TimedOut => "the queue was empty until the time ran out",
            GetError::ShutDown => "the queue is shut down, and empty",
        })
    }
}

impl Error for GetError {}

/// More items were said to be done than were put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyTaskDone;

impl fmt::Display for TooManyTaskDone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("`task_done` was called more often than items were put")
    }
}

impl Error for TooManyTaskDone {}
