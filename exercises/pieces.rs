//! A stream that comes in pieces: what the exercises about messages share.

#![allow(dead_code, reason = "each exercise uses some of this")]

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind, Read};

/// A stream that ends may be asked again by whoever was told so, a few times. More often is a loop.
const PATIENCE: u32 = 10;

/// A stream whose reads bring what they were told to bring, and that then ends.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    pieces: VecDeque<Result<Vec<u8>, ErrorKind>>,
    /// How often it was read when there was nothing left.
    ends: u32,
}

impl Pieces {
    /// Each read brings one of `pieces`, or as much of it as is asked for.
    pub(crate) fn new(pieces: &[&[u8]]) -> Pieces {
        let pieces = pieces.iter().filter(|piece| !piece.is_empty());
        Pieces { pieces: pieces.map(|piece| Ok(piece.to_vec())).collect(), ends: 0 }
    }

    /// The same, with a failure before each piece, and one before the end.
    pub(crate) fn with_failures(pieces: &[&[u8]], kind: ErrorKind) -> Pieces {
        let Pieces { pieces, ends } = Pieces::new(pieces);
        let failing = pieces.into_iter().flat_map(|piece| [Err(kind), piece]).chain([Err(kind)]);
        Pieces { pieces: failing.collect(), ends }
    }

    /// What no read has taken.
    pub(crate) fn left(&self) -> Vec<u8> {
        self.pieces.iter().flatten().flatten().copied().collect()
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.pieces.pop_front() {
            None => {
                self.ends += 1;
                assert!(self.ends < PATIENCE, "the stream has ended, and is read again and again");
                Ok(0)
            }
            Some(Err(kind)) => Err(kind.into()),
            Some(Ok(mut piece)) => {
                let count = piece.len().min(buffer.len());
                let rest = piece.split_off(count);
                buffer[..count].copy_from_slice(&piece);
                if !rest.is_empty() {
                    self.pieces.push_front(Ok(rest));
                }
                Ok(count)
            }
        }
    }
}

/// A stream on which nothing comes any more, and that does not end. A read would wait for ever; here it fails.
#[derive(Debug)]
pub(crate) struct Silent;

impl Read for Silent {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        panic!("the stream is asked for more, and waits for ever: what has arrived was not handed out")
    }
}

/// Every way to cut `bytes` into one, two or three pieces, the simple ways first, and the one into single bytes.
pub(crate) fn every_cut(bytes: &[u8]) -> Vec<Vec<&[u8]>> {
    let mut ways = vec![vec![bytes]];
    ways.extend((1..bytes.len()).map(|first| vec![&bytes[..first], &bytes[first..]]));
    for first in 1..bytes.len() {
        for second in first + 1..bytes.len() {
            ways.push(vec![&bytes[..first], &bytes[first..second], &bytes[second..]]);
        }
    }
    ways.push(bytes.chunks(1).collect());
    ways
}

/// The pieces, for people: `"GET a\r" | "\n"`.
pub(crate) fn shown(pieces: &[&[u8]]) -> String {
    let quoted = pieces.iter().map(|piece| format!("\"{}\"", piece.escape_ascii()));
    quoted.collect::<Vec<_>>().join(" | ")
}

/// What was handed out. It is shown like a text, and of a long one only the beginning.
pub(crate) struct Message(Vec<u8>);

impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get(..24) {
            None => write!(formatter, "\"{}\"", self.0.escape_ascii()),
            Some(begin) => write!(formatter, "\"{}…\", {} bytes", begin.escape_ascii(), self.0.len()),
        }
    }
}

impl PartialEq<&str> for Message {
    fn eq(&self, text: &&str) -> bool {
        self.0 == text.as_bytes()
    }
}

/// All messages that `next` hands out, and how they end: well, or with an error. Where there is nothing *for now*, it is
/// asked again.
pub(crate) fn all(mut next: impl FnMut() -> io::Result<Option<Vec<u8>>>) -> (Vec<Message>, Result<(), ErrorKind>) {
    let mut messages = Vec::new();
    loop {
        match next() {
            Ok(Some(message)) => messages.push(Message(message)),
            Ok(None) => return (messages, Ok(())),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return (messages, Err(error.kind())),
        }
        assert!(messages.len() < 100, "there is no end of messages, the last of which is {:?}", messages.last());
    }
}
