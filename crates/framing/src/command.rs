//! A codec of our own: a length of four bytes, a command, a payload.
//!
//! This is how most protocols of one's own begin. With Python's `struct`, a request is
//!
//! ```python
//! struct.pack(">IB", 1 + len(payload), command) + payload
//! ```
//!
//! The length counts what follows it: the command's byte and the payload. So the *framing* is [`FRAMING`], a
//! [`LengthPrefixed`] like any other, and what is left for the *codec* is to say what the bytes of a frame mean. It does
//! that without a stream in sight, which is why it is easy to test. `tests/command.py` is the other side, in Python.
//!
//! | command | payload | the answer's payload |
//! |---|---|---|
//! | 1, echo | any bytes | the same |
//! | 2, sum | numbers, as `struct` packs `">i"` | their sum, as `">q"` |
//! | 3, bye | none | none: the connection is closed |
//!
//! An answer looks the same, with a status in place of the command: 0 is done, 1 is refused, with the reason as text.
//!
//! # Example
//!
//! ```
//! use framing::command::{FRAMING, Reply, Request};
//! use framing::{FrameReader, FrameWriter};
//!
//! let mut wire = Vec::new();
//! FrameWriter::new(&mut wire, FRAMING).write_frame(&Request::Sum(vec![1, 2, -5]).encode())?;
//! assert_eq!(wire[..5], *b"\x00\x00\x00\x0d\x02");
//!
//! let mut reader = FrameReader::new(&wire[..], FRAMING);
//! let frame = reader.read_frame()?.expect("a request");
//! let request = Request::parse(frame).expect("one that we know");
//! assert_eq!(request.answer(), Some(Reply::Done((-2_i64).to_be_bytes().to_vec())));
//! # Ok::<(), framing::FrameError>(())
//! ```

use std::error::Error;
use std::fmt;

use crate::{LengthPrefixed, Width};

/// How a message is framed: four bytes with its length, of which at most a mebibyte is believed.
pub const FRAMING: LengthPrefixed = LengthPrefixed::new(Width::Four, 1 << 20);

const ECHO: u8 = 1;
const SUM: u8 = 2;
const BYE: u8 = 3;

const DONE: u8 = 0;
const REFUSED: u8 = 1;

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request<'frame> {
    /// To have these bytes back.
    Echo(&'frame [u8]),
    /// To have these numbers added.
    Sum(Vec<i32>),
    /// To be let go.
    Bye,
}

impl<'frame> Request<'frame> {
    /// What a frame asks for.
    ///
    /// # Errors
    ///
    /// If that is nothing that we know. The stream has not lost its place by that: the frame was whole, and the next one
    /// can be read. So a server answers with [`Reply::Refused`] and goes on.
    pub fn parse(frame: &'frame [u8]) -> Result<Request<'frame>, Misunderstood> {
        match frame {
            [] => Err(Misunderstood::Empty),
            [ECHO, payload @ ..] => Ok(Request::Echo(payload)),
            [SUM, payload @ ..] => match payload.as_chunks() {
                (numbers, []) => Ok(Request::Sum(numbers.iter().map(|bytes| i32::from_be_bytes(*bytes)).collect())),
                _ => Err(Misunderstood::Payload { command: SUM }),
            },
            [BYE] => Ok(Request::Bye),
            [BYE, ..] => Err(Misunderstood::Payload { command: BYE }),
            [command, ..] => Err(Misunderstood::Command { command: *command }),
        }
    }

    /// The frame that asks for this.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Request::Echo(payload) => [&[ECHO], *payload].concat(),
            Request::Sum(numbers) => {
                let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
                [SUM].into_iter().chain(numbers).collect()
            }
            Request::Bye => vec![BYE],
        }
    }

    /// What the server does. `None`: it closes the connection.
    pub fn answer(&self) -> Option<Reply> {
        match self {
            Request::Echo(payload) => Some(Reply::Done(payload.to_vec())),
            Request::Sum(numbers) => {
                // A frame within the limit has too few numbers for 64 bits to overflow.
                let sum: i64 = numbers.iter().map(|number| i64::from(*number)).sum();
                Some(Reply::Done(sum.to_be_bytes().to_vec()))
            }
            Request::Bye => None,
        }
    }
}

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It was done, and this came out.
    Done(Vec<u8>),
    /// It was not done, for this reason.
    Refused(String),
}

impl Reply {
    /// What a frame answers.
    ///
    /// # Errors
    ///
    /// If it is no answer that we know.
    pub fn parse(frame: &[u8]) -> Result<Reply, Misunderstood> {
        match frame {
            [] => Err(Misunderstood::Empty),
            [DONE, payload @ ..] => Ok(Reply::Done(payload.to_vec())),
            [REFUSED, reason @ ..] => match str::from_utf8(reason) {
                Ok(reason) => Ok(Reply::Refused(reason.to_owned())),
                Err(_) => Err(Misunderstood::Payload { command: REFUSED }),
            },
            [status, ..] => Err(Misunderstood::Command { command: *status }),
        }
    }

    /// The frame that answers this.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Reply::Done(payload) => [&[DONE], &payload[..]].concat(),
            Reply::Refused(reason) => [&[REFUSED], reason.as_bytes()].concat(),
        }
    }
}

/// Why a frame means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misunderstood {
    /// It has not even a command.
    Empty,
    /// There is no such command, or no such status.
    Command {
        /// The byte that stands in its place.
        command: u8,
    },
    /// The payload is not what this command, or this status, takes.
    Payload {
        /// The command or the status.
        command: u8,
    },
}

impl fmt::Display for Misunderstood {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misunderstood::Empty => formatter.write_str("the frame is empty"),
            Misunderstood::Command { command } => write!(formatter, "there is no command {command}"),
            Misunderstood::Payload { command } => write!(formatter, "the payload does not suit command {command}"),
        }
    }
}

impl Error for Misunderstood {}
