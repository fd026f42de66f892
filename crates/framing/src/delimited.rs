//! Frames that end with a delimiter.

use memchr::memmem::Finder;

use crate::{Envelope, Fault, Found, Framing};

/// Frames that end with a delimiter of one or more bytes, which is not part of the payload.
///
/// The first delimiter ends the frame. So a payload may not hold one, and a [`FrameWriter`](crate::FrameWriter) refuses it
/// if it does. The end of the stream is no delimiter: a last line without its line feed is a truncated frame.
///
/// # Example
///
/// ```
/// use framing::{Delimited, FrameReader};
///
/// let mut reader = FrameReader::new(&b"one\r\ntwo\r\n\r\n"[..], Delimited::crlf(80));
/// assert_eq!(reader.read_frame()?, Some(&b"one"[..]));
/// assert_eq!(reader.read_frame()?, Some(&b"two"[..]));
/// assert_eq!(reader.read_frame()?, Some(&b""[..]));
/// assert_eq!(reader.read_frame()?, None);
/// # Ok::<(), framing::FrameError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Delimited {
    delimiter: Finder<'static>,
    limit: usize,
}

impl Delimited {
    /// Frames that end with `delimiter`, with at most `limit` bytes before it.
    ///
    /// # Panics
    ///
    /// If the delimiter is empty.
    pub fn new(delimiter: &[u8], limit: usize) -> Delimited {
        assert!(!delimiter.is_empty(), "a delimiter has at least one byte");
        Delimited { delimiter: Finder::new(delimiter).into_owned(), limit }
    }

    /// Lines that end with a carriage return and a line feed, as most protocols made of text have them.
    pub fn crlf(limit: usize) -> Delimited {
        Delimited::new(b"\r\n", limit)
    }

    /// Lines that end with a line feed, as files have them. A carriage return before it would belong to the payload.
    pub fn lf(limit: usize) -> Delimited {
        Delimited::new(b"\n", limit)
    }

    /// What ends each frame.
    pub fn delimiter(&self) -> &[u8] {
        self.delimiter.needle()
    }

    /// The first place of the delimiter in `bytes`.
    #[inline]
    fn search(&self, bytes: &[u8]) -> Option<usize> {
        match self.delimiter() {
            [byte] => memchr::memchr(*byte, bytes),
            // Short frames are common with these, and a line feed that is none of its ends is not: to look for that alone
            // is done sooner than the other search has begun.
            [first, last] => {
                let mut places = memchr::memchr_iter(*last, bytes).filter_map(|place| place.checked_sub(1));
                places.find(|&place| bytes[place] == *first)
            }
            _ => self.delimiter.find(bytes),
        }
    }

    /// How many bytes at the end of `bytes` could be the beginning of a delimiter. There is no whole one in them.
    fn begun(&self, bytes: &[u8]) -> usize {
        let delimiter = self.delimiter();
        let most = bytes.len().min(delimiter.len() - 1);
        (1..=most).rev().find(|&length| bytes.ends_with(&delimiter[..length])).unwrap_or(0)
    }
}

impl Framing for Delimited {
    /// No delimiter begins before this place.
    type Progress = usize;

    #[inline]
    fn find(&self, arrived: &[u8], searched: &mut usize) -> Result<Found, Fault> {
        let too_long = |length| Fault::TooLong { length, limit: self.limit };
        if let Some(place) = self.search(&arrived[*searched..]) {
            let end = *searched + place;
            if end > self.limit {
                return Err(too_long(Some(end as u64)));
            }
            return Ok(Found::Frame { payload: 0..end, next: end + self.delimiter().len() });
        }
        let begun = self.begun(&arrived[*searched..]);
        *searched = arrived.len() - begun;
        if *searched > self.limit {
            return Err(too_long(None));
        }
        Ok(Found::More(self.delimiter().len() - begun))
    }

    fn enclose(&self, payload: &[u8]) -> Result<Envelope<'_>, Fault> {
        if payload.len() > self.limit {
            return Err(Fault::TooLong { length: Some(payload.len() as u64), limit: self.limit });
        }
        if let Some(at) = self.search(payload) {
            return Err(Fault::Delimiter { at });
        }
        // One could also begin in the payload and end in its own delimiter: "a" and then "aa" reads as "" and then "a".
        let delimiter = self.delimiter();
        let most = payload.len().min(delimiter.len() - 1);
        for inside in (1..=most).rev() {
            let (first, last) = delimiter.split_at(inside);
            if payload.ends_with(first) && delimiter.starts_with(last) {
                return Err(Fault::Delimiter { at: payload.len() - inside });
            }
        }
        Ok(Envelope::with_tail(delimiter))
    }

    fn longest(&self) -> usize {
        self.limit.saturating_add(self.delimiter().len())
    }
}
