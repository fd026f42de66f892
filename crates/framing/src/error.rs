//! What can go wrong: with the stream, or with what is in it.

use std::error::Error;
use std::fmt;
use std::io;

/// What is wrong with the bytes of a stream, or with a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A frame, or a part of one, is longer than allowed.
    TooLong {
        /// How long it is, as far as that was known when it was refused.
        length: Option<u64>,
        /// How long it may be.
        limit: usize,
    },
    /// The stream has ended inside a frame.
    Truncated {
        /// How much of the frame had arrived, with its envelope.
        arrived: usize,
        /// How many bytes are missing, at least: as many as the framing could tell from what had arrived.
        missing: usize,
    },
    /// The bytes break the rules.
    Malformed {
        /// Where, counted from where the frame begins.
        at: usize,
        /// What should have been there.
        expected: &'static str,
    },
    /// The payload cannot be written like this: with the delimiter after it, the other side would find one here.
    Delimiter {
        /// Where in the payload.
        at: usize,
    },
    /// The payload is not as long as the framing needs it, or as it says itself.
    WrongLength {
        /// How long it is.
        length: usize,
        /// How long it has to be.
        expected: usize,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::TooLong { length: Some(length), limit } => {
                write!(formatter, "{length} is too long: the limit is {limit}")
            }
            Fault::TooLong { length: None, limit } => write!(formatter, "too long: the limit is {limit}"),
            Fault::Truncated { arrived, missing } => {
                write!(
                    formatter,
                    "the stream ended inside a frame: {arrived} bytes had come, at least {missing} are missing"
                )
            }
            Fault::Malformed { at, expected } => {
                write!(formatter, "byte {at} of the frame should have been {expected}")
            }
            Fault::Delimiter { at } => {
                write!(formatter, "the payload cannot be told from its end: a delimiter would begin at byte {at}")
            }
            Fault::WrongLength { length, expected } => {
                write!(formatter, "the payload is {length} bytes long, and has to be {expected}")
            }
        }
    }
}

impl Error for Fault {}

/// Why a frame could not be read or written.
#[derive(Debug)]
pub enum FrameError {
    /// The stream failed. Nothing is lost by that on our side: a later call goes on where this one was.
    Io(io::Error),
    /// Something is wrong with the bytes or the payload.
    Fault(Fault),
}

impl FrameError {
    /// What is wrong with the bytes or the payload; `None` if it is the stream that failed.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            FrameError::Io(_) => None,
            FrameError::Fault(fault) => Some(*fault),
        }
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::Io(error) => error.fmt(formatter),
            FrameError::Fault(fault) => fault.fmt(formatter),
        }
    }
}

impl Error for FrameError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            FrameError::Io(error) => error.source(),
            FrameError::Fault(_) => None,
        }
    }
}

impl From<io::Error> for FrameError {
    fn from(error: io::Error) -> FrameError {
        FrameError::Io(error)
    }
}

impl From<Fault> for FrameError {
    fn from(fault: Fault) -> FrameError {
        FrameError::Fault(fault)
    }
}

/// For functions that speak of streams alone: a truncated frame becomes `UnexpectedEof`, another fault `InvalidData`.
impl From<FrameError> for io::Error {
    fn from(error: FrameError) -> io::Error {
        match error {
            FrameError::Io(error) => error,
            FrameError::Fault(fault @ Fault::Truncated { .. }) => io::Error::new(io::ErrorKind::UnexpectedEof, fault),
            FrameError::Fault(fault) => io::Error::new(io::ErrorKind::InvalidData, fault),
        }
    }
}
