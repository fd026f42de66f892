//! What Redis and its clients say to each other: RESP, as far as a small server needs it.
//!
//! This is yours to write. So far no request is understood, and each reply is `PONG`.

use std::error::Error;
use std::fmt;

/// The highest number of words in a request, and the greatest length of a word.
pub const LONGEST: usize = 1 << 20;

/// A request, and how many bytes of those that have arrived it takes.
pub type Request = (Vec<Vec<u8>>, usize);

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A line of text.
    Simple(String),
    /// A line that says what is wrong, beginning with a word in capitals.
    Error(String),
    /// A number.
    Integer(i64),
    /// Any bytes.
    Bulk(Vec<u8>),
    /// No bytes: there is no such value.
    Null,
    /// Several answers.
    Array(Vec<Reply>),
}

/// These bytes are no request, whatever may follow them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("these bytes are no request")
    }
}

impl Error for Malformed {}

/// Reads the first request in `arrived`: its words, and how many bytes it takes. `None`: it is not complete yet.
///
/// A request without a word is one too.
///
/// # Errors
///
/// If it is no array of strings; if a number is not made of digits alone, or is more than [`LONGEST`]; if a string is not
/// followed by `\r\n`. It is told at the latest when the line, or the string, is complete.
pub fn parse_request(arrived: &[u8]) -> Result<Option<Request>, Malformed> {
    let _ = arrived;
    Err(Malformed)
}

/// Appends `reply` to `wire`.
///
/// A carriage return or a line feed in a line of text becomes a space.
pub fn write_reply(reply: &Reply, wire: &mut Vec<u8>) {
    let _ = reply;
    wire.extend(b"+PONG\r\n");
}
