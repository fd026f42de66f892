//! Redis' protocol, RESP2.
//!
//! A value begins with a letter that says what it is, and its first line says how far it goes:
//!
//! ```text
//! +OK\r\n                          a simple string: a line
//! -ERR no such command\r\n         an error: a line
//! :42\r\n                          an integer: a line
//! $5\r\nhello\r\n                  a bulk string: its length, then any bytes
//! *2\r\n$3\r\nGET\r\n$1\r\nk\r\n   an array: so many values follow
//! $-1\r\n    *-1\r\n               no string, no array
//! ```
//!
//! So one protocol has both: delimiters around short things, and a length before long ones. And its values nest, so that
//! the end of an array is where the last of its values ends. Where a value ends is for the framing to find ([`Values`]
//! for a client, [`Requests`] for a server); what it says is read from the frame afterwards.
//!
//! A request is an array of bulk strings. For people with a terminal there is also the *inline* request, a line of words.
//!
//! # Strictness
//!
//! Lines end with `\r\n`; an inline request may end with `\n` alone, as Redis has it. A length has digits only, or is
//! -1. A value longer than the limit, or one nested too deep, is refused as soon as that is clear: at the line that
//! announces it.
//!
//! # Example
//!
//! ```
//! use framing::resp::{self, Requests, Value, Values};
//! use framing::{FrameReader, FrameWriter};
//!
//! let mut wire = Vec::new();
//! let request = Value::Array(vec![Value::Bulk(b"GET"), Value::Bulk(b"answer")]);
//! FrameWriter::new(&mut wire, Requests::new(1024)).write_frame(&request.encode()?)?;
//!
//! let mut server = FrameReader::new(&wire[..], Requests::new(1024));
//! let frame = server.read_frame()?.expect("a request");
//! assert_eq!(resp::arguments(frame)?, [&b"GET"[..], b"answer"]);
//!
//! let reply = Value::Integer(42).encode()?;
//! let values = Values::new(1024);
//! let mut client = FrameReader::new(&reply[..], values);
//! let frame = client.read_frame()?.expect("a reply");
//! assert_eq!(values.parse(frame)?, Value::Integer(42));
//! # Ok::<(), framing::FrameError>(())
//! ```

mod inline;

use std::borrow::Cow;

use crate::{Envelope, Fault, Found, Framing};

/// The least that a value takes: a letter and an end of line.
const LEAST: usize = 3;

/// More than any number takes, with its letter.
const NUMBER: usize = 32;

/// How deep arrays may nest unless [`Values::depth`] says otherwise.
const DEPTH: usize = 16;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'frame> {
    /// A line of text.
    Simple(&'frame [u8]),
    /// A line that tells what went wrong. Its first word, in capitals, is the kind of error.
    Error(&'frame [u8]),
    /// A number.
    Integer(i64),
    /// Any bytes.
    Bulk(&'frame [u8]),
    /// No bulk string: what `GET` answers for a key that is not there.
    Null,
    /// Values.
    Array(Vec<Value<'frame>>),
    /// No array.
    NullArray,
}

impl Value<'_> {
    /// The value as it is on the wire.
    ///
    /// # Errors
    ///
    /// [`Fault::Delimiter`] if a simple string or an error has a carriage return or a line feed in it.
    pub fn encode(&self) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        self.encode_to(&mut bytes)?;
        Ok(bytes)
    }

    /// Appends the value as it is on the wire.
    ///
    /// # Errors
    ///
    /// As [`encode`](Value::encode). A part of the value may have been appended.
    pub fn encode_to(&self, bytes: &mut Vec<u8>) -> Result<(), Fault> {
        match self {
            Value::Simple(text) => encode_line(b'+', text, bytes)?,
            Value::Error(text) => encode_line(b'-', text, bytes)?,
            Value::Integer(number) => encode_line(b':', number.to_string().as_bytes(), bytes)?,
            Value::Bulk(content) => {
                encode_line(b'$', content.len().to_string().as_bytes(), bytes)?;
                bytes.extend_from_slice(content);
                bytes.extend_from_slice(b"\r\n");
            }
            Value::Null => encode_line(b'$', b"-1", bytes)?,
            Value::Array(values) => {
                encode_line(b'*', values.len().to_string().as_bytes(), bytes)?;
                values.iter().try_for_each(|value| value.encode_to(bytes))?;
            }
            Value::NullArray => encode_line(b'*', b"-1", bytes)?,
        }
        Ok(())
    }
}

fn encode_line(letter: u8, text: &[u8], bytes: &mut Vec<u8>) -> Result<(), Fault> {
    if let Some(at) = memchr::memchr2(b'\r', b'\n', text) {
        return Err(Fault::Delimiter { at });
    }
    bytes.push(letter);
    bytes.extend_from_slice(text);
    bytes.extend_from_slice(b"\r\n");
    Ok(())
}

/// The framing of whatever values, as a client reads them. A frame is a whole value, as it is on the wire.
#[derive(Clone, Copy, Debug)]
pub struct Values {
    limit: usize,
    depth: usize,
}

impl Values {
    /// Values of at most `limit` bytes on the wire, all that they contain included.
    ///
    /// Once parsed, an array of the smallest values takes some ten times as much.
    pub const fn new(limit: usize) -> Values {
        Values { limit, depth: DEPTH }
    }

    /// So many arrays may be within one another; 16 if this is not called. Parsing takes stack for each.
    pub const fn depth(self, depth: usize) -> Values {
        Values { depth, ..self }
    }

    /// What a frame says.
    ///
    /// # Errors
    ///
    /// If it is not exactly one value within the limits. A frame that was read with this framing is.
    pub fn parse<'frame>(&self, frame: &'frame [u8]) -> Result<Value<'frame>, Fault> {
        let mut at = 0;
        let value = parse(frame, &mut at, self.depth)?;
        expect_end(frame, at)?;
        Ok(value)
    }
}

impl Framing for Values {
    type Progress = Scan;

    fn find(&self, arrived: &[u8], scan: &mut Scan) -> Result<Found, Fault> {
        scan.go_on(arrived, self.limit, |head, open| match head {
            Head::Array(Some(1..)) if open >= self.depth => Err("a value that is nested less deeply"),
            _ => Ok(()),
        })
    }

    fn enclose(&self, payload: &[u8]) -> Result<Envelope<'_>, Fault> {
        bare_frame(self, payload)
    }

    fn longest(&self) -> usize {
        self.limit
    }
}

/// The framing of requests, as a server reads them. A frame is a whole request, as it is on the wire; see [`arguments`].
#[derive(Clone, Copy, Debug)]
pub struct Requests {
    limit: usize,
}

impl Requests {
    /// Requests of at most `limit` bytes on the wire.
    pub const fn new(limit: usize) -> Requests {
        Requests { limit }
    }
}

impl Framing for Requests {
    type Progress = Scan;

    fn find(&self, arrived: &[u8], scan: &mut Scan) -> Result<Found, Fault> {
        if arrived[0] != b'*' {
            return inline::find(arrived, &mut scan.searched, self.limit);
        }
        scan.go_on(arrived, self.limit, |head, open| match (head, open) {
            (Head::Array(_), 0) | (Head::Bulk(Some(_)), 1) => Ok(()),
            _ => Err("`$` and a length: a request is an array of bulk strings"),
        })
    }

    fn enclose(&self, payload: &[u8]) -> Result<Envelope<'_>, Fault> {
        bare_frame(self, payload)
    }

    fn longest(&self) -> usize {
        self.limit
    }
}

/// What a request says: the command's name and its arguments. There are none in an empty line, which a server ignores.
///
/// Only quoted words of an inline request are copied.
///
/// # Errors
///
/// If `frame` is not exactly one request; and if an inline request has a quote that is not closed, or something right
/// behind a closing quote.
pub fn arguments(frame: &[u8]) -> Result<Vec<Cow<'_, [u8]>>, Fault> {
    if frame.first() != Some(&b'*') {
        return inline::words(frame);
    }
    let (mut at, mut words) = (0, Vec::new());
    if let Head::Array(Some(count)) = whole_head(frame, &mut at)? {
        for _ in 0..count {
            let begin = at;
            let Head::Bulk(Some(length)) = whole_head(frame, &mut at)? else {
                return Err(Fault::Malformed { at: begin, expected: "an array of bulk strings alone" });
            };
            words.push(Cow::Borrowed(content(frame, &mut at, length)?));
        }
    }
    expect_end(frame, at)?;
    Ok(words)
}

/// The envelope of a frame that brings its own: none, if it is exactly one.
fn bare_frame(framing: &impl Framing<Progress = Scan>, payload: &[u8]) -> Result<Envelope<'static>, Fault> {
    let missing = |missing| Err(Fault::WrongLength { length: payload.len(), expected: payload.len() + missing });
    if payload.is_empty() {
        return missing(LEAST);
    }
    match framing.find(payload, &mut Scan::default())? {
        Found::Frame { next, .. } if next == payload.len() => Ok(Envelope::NONE),
        Found::Frame { next, .. } => Err(Fault::WrongLength { length: payload.len(), expected: next }),
        Found::More(more) => missing(more),
    }
}

/// How far a value has been followed that has not arrived completely.
#[derive(Debug, Default)]
pub struct Scan {
    /// Where the part begins that comes next.
    at: usize,
    /// Its line does not end before this place.
    searched: usize,
    /// How many values are missing in the innermost array that is open; 0 if none is.
    missing: u64,
    /// The same for each array around it. A request has none there, so that nothing is allocated for it.
    around: Vec<u64>,
}

impl Scan {
    /// Follows the value as far as it has arrived. `check` is shown the first line of each part, and how many arrays are
    /// open there; it may object by saying what it expected.
    fn go_on(
        &mut self,
        arrived: &[u8],
        limit: usize,
        check: impl Fn(&Head<'_>, usize) -> Result<(), &'static str>,
    ) -> Result<Found, Fault> {
        let too_long = |length| Err(Fault::TooLong { length: Some(length), limit });
        loop {
            let Some((head, after)) = head(arrived, self.at, &mut self.searched)? else {
                return Ok(Found::More(match arrived[self.at..] {
                    [] => LEAST,
                    [.., b'\r'] => 1,
                    _ => 2,
                }));
            };
            let open = self.around.len() + usize::from(self.missing > 0);
            check(&head, open).map_err(|expected| Fault::Malformed { at: self.at, expected })?;
            // Where the part ends, or at least all that is announced.
            let end = match head {
                Head::Bulk(Some(length)) => length.saturating_add(after as u64 + 2),
                Head::Array(Some(count)) => count.saturating_mul(LEAST as u64).saturating_add(after as u64),
                _ => after as u64,
            };
            let end = match usize::try_from(end) {
                Ok(end) if end <= limit => end,
                _ => return too_long(end),
            };
            match head {
                Head::Array(Some(count @ 1..)) => {
                    if self.missing > 0 {
                        self.around.push(self.missing);
                    }
                    self.missing = count;
                    (self.at, self.searched) = (after, after);
                    continue;
                }
                Head::Bulk(Some(_)) => match arrived.get(end - 2..end) {
                    None => return Ok(Found::More(end - arrived.len())),
                    Some(line_end) => expect_line_end(line_end, end - 2)?,
                },
                _ => {}
            }
            (self.at, self.searched) = (end, end);
            // That was a whole value. It may be the last of its array, which may be the last of another.
            self.missing = self.missing.saturating_sub(1);
            while self.missing == 0 {
                match self.around.pop() {
                    Some(missing) => self.missing = missing - 1,
                    None => return Ok(Found::Frame { payload: 0..end, next: end }),
                }
            }
        }
    }
}

/// What the first line of a value says.
enum Head<'line> {
    Simple(&'line [u8]),
    Error(&'line [u8]),
    Integer(i64),
    Bulk(Option<u64>),
    Array(Option<u64>),
}

/// Reads the line that begins at `at` and does not end before `searched`, and says where the next begins. `None`: it has
/// not arrived completely.
fn head<'line>(arrived: &'line [u8], at: usize, searched: &mut usize) -> Result<Option<(Head<'line>, usize)>, Fault> {
    let Some(&letter) = arrived.get(at) else {
        return Ok(None);
    };
    if !b"+-:$*".contains(&letter) {
        return Err(Fault::Malformed { at, expected: "one of + - : $ *" });
    }
    let place = memchr::memchr2(b'\r', b'\n', &arrived[*searched..]);
    let end = place.map_or(arrived.len(), |place| *searched + place);
    *searched = end;
    if b":$*".contains(&letter) && end - at > NUMBER {
        return Err(Fault::Malformed { at: at + 1, expected: "a number, and the end of the line" });
    }
    let line_end = &arrived[end..arrived.len().min(end + 2)];
    expect_line_end(line_end, end)?;
    if line_end.len() < 2 {
        return Ok(None);
    }
    let line = &arrived[at + 1..end];
    let head = match letter {
        b'+' => Head::Simple(line),
        b'-' => Head::Error(line),
        b':' => Head::Integer(integer(line, at + 1)?),
        b'$' => Head::Bulk(length(line, at + 1)?),
        _ => Head::Array(length(line, at + 1)?),
    };
    Ok(Some((head, end + 2)))
}

/// That `bytes`, at the place `at`, are the end of a line, or the first half of it.
fn expect_line_end(bytes: &[u8], at: usize) -> Result<(), Fault> {
    match bytes {
        [] | [b'\r'] | [b'\r', b'\n'] => Ok(()),
        _ => Err(Fault::Malformed { at, expected: "a carriage return and a line feed" }),
    }
}

fn integer(digits: &[u8], at: usize) -> Result<i64, Fault> {
    let number = str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    number.ok_or(Fault::Malformed { at, expected: "a number of 64 bits" })
}

/// `None` is -1.
fn length(digits: &[u8], at: usize) -> Result<Option<u64>, Fault> {
    if digits == b"-1" {
        return Ok(None);
    }
    let number = digits.iter().try_fold(0_u64, |number, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(digit.into())
    });
    match number {
        Some(_) if !digits.is_empty() => Ok(number),
        _ => Err(Fault::Malformed { at, expected: "a length, or -1" }),
    }
}

/// Reads the value that begins at `at`, with at most `depth` arrays within one another, and moves `at` behind it.
fn parse<'frame>(frame: &'frame [u8], at: &mut usize, depth: usize) -> Result<Value<'frame>, Fault> {
    let begin = *at;
    Ok(match whole_head(frame, at)? {
        Head::Simple(text) => Value::Simple(text),
        Head::Error(text) => Value::Error(text),
        Head::Integer(number) => Value::Integer(number),
        Head::Bulk(None) => Value::Null,
        Head::Array(None) => Value::NullArray,
        Head::Bulk(Some(length)) => Value::Bulk(content(frame, at, length)?),
        Head::Array(Some(0)) => Value::Array(Vec::new()),
        Head::Array(Some(_)) if depth == 0 => {
            return Err(Fault::Malformed { at: begin, expected: "a value that is nested less deeply" });
        }
        // The vector grows with what is there, not with what the count says.
        Head::Array(Some(count)) => {
            Value::Array((0..count).map(|_| parse(frame, at, depth - 1)).collect::<Result<_, _>>()?)
        }
    })
}

/// Reads the first line of the value that begins at `at`, and moves `at` behind it.
fn whole_head<'frame>(frame: &'frame [u8], at: &mut usize) -> Result<Head<'frame>, Fault> {
    let mut searched = *at;
    let truncated = Fault::Truncated { arrived: frame.len(), missing: 1 };
    let (head, after) = head(frame, *at, &mut searched)?.ok_or(truncated)?;
    *at = after;
    Ok(head)
}

/// Reads what a bulk string contains, which begins at `at`, and moves `at` behind the end of its line.
fn content<'frame>(frame: &'frame [u8], at: &mut usize, length: u64) -> Result<&'frame [u8], Fault> {
    let rest = &frame[*at..];
    let missing = length.saturating_add(2).saturating_sub(rest.len() as u64);
    if missing > 0 {
        let missing = usize::try_from(missing).unwrap_or(usize::MAX);
        return Err(Fault::Truncated { arrived: frame.len(), missing });
    }
    let (content, rest) = rest.split_at(length as usize);
    expect_line_end(&rest[..2], *at + content.len())?;
    *at += content.len() + 2;
    Ok(content)
}

/// That the value, which ends at `at`, is all that there is.
fn expect_end(frame: &[u8], at: usize) -> Result<(), Fault> {
    if at < frame.len() {
        return Err(Fault::Malformed { at, expected: "the end of the value" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_searched_twice_however_it_arrives() {
        let line = [&b"+"[..], &[b'x'; 1000]].concat();
        let inline = [b'x'; 1000];
        let mut scan = Scan::default();
        let mut inline_scan = Scan::default();
        for end in 1..=1000 {
            Values::new(10_000).find(&line[..end], &mut scan).unwrap();
            assert_eq!(scan.searched, end);
            Requests::new(10_000).find(&inline[..end], &mut inline_scan).unwrap();
            assert_eq!(inline_scan.searched, end);
        }
    }

    #[test]
    fn no_value_of_an_array_is_looked_at_twice() {
        let array = [&b"*1000\r\n"[..], &b":1\r\n".repeat(999)].concat();
        let mut scan = Scan::default();
        for end in 1..=array.len() {
            Values::new(10_000).find(&array[..end], &mut scan).unwrap();
            assert!(end - scan.at < 7, "at most one line is looked at again");
        }
    }
}
