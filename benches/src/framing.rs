//! Framing.
//!
//! # Peers
//!
//! Std has no framing, so its contender is what one writes with its parts: a `BufReader`, `read_exact` twice for a length
//! and what follows it, `read_until` for a line. tokio-util's codecs are made for tasks, and here each is driven by a loop:
//! what a read brings is appended to its buffer, and it decodes until it needs more. Of its codecs for lines, `LinesCodec`
//! also checks that they are UTF-8, and `AnyDelimiterCodec` looks for any of several bytes.
//!
//! Nobody reads from a socket: the bytes come from memory, piece by piece, so that the frames are all that is measured.
//! What the scenarios ask of a contender are the [`Frames`] contract and, for writing, the [`Sink`] contract.
//!
//! # Scenarios
//!
//! One operation is one frame, whose payload has 16 bytes (`small`) or 16 KiB (`large`).
//!
//! - `lengths_*`: it begins with its length in four bytes. `lines_*`: it ends with a line feed. `crlf_*`: with a carriage
//!   return before that.
//! - `*_many`: a read brings many frames, or one and a half if they are large. `*_split`: a frame takes several reads, of
//!   11 bytes or, if they are large, of 1448, which is what a packet holds.
//! - `write_*`: it is written, with its length, to memory.

use std::hint::black_box;
use std::io::{self, Read};

use crate::timing::timed;
use crate::{Concept, Contender, Repeat, Run, Scenario, Setting};

pub use peers::{
    Lengths, LengthsOut, Lines, StdLengths, StdLengthsOut, StdLines, TokioAnyDelimiter, TokioLengths, TokioLengthsOut,
    TokioLines,
};

mod peers;

/// No payload is longer.
const LIMIT: usize = 64 * 1024;

/// So many bytes, more or less, are read or written before the row begins anew: they stay in the cache.
const ROW: usize = 256 * 1024;

/// Frames that come in from a [`Source`].
pub trait Frames {
    /// The contender's name.
    const NAME: &'static str;

    /// What ends each frame; nothing, if each begins with its length.
    const ENDING: &'static [u8];

    /// Those that come from `source`.
    fn new(source: Source) -> Self;

    /// Reads the next one, and does `work` with its payload.
    fn with_next<T>(&mut self, work: impl FnOnce(&[u8]) -> T) -> T;
}

/// Frames that go out, with a length of four bytes.
pub trait Sink {
    /// The contender's name.
    const NAME: &'static str;

    /// What it is given for a payload.
    type Payload;

    /// Nothing has been written yet.
    fn empty() -> Self;

    /// What it likes to be given.
    fn payload(bytes: Vec<u8>) -> Self::Payload;

    /// Writes a frame.
    fn write(&mut self, payload: &Self::Payload);

    /// What has been written.
    fn written(&self) -> &[u8];

    /// Forgets it.
    fn clear(&mut self);
}

/// A stream without an end, of which a read brings so many bytes at most. It is a row of frames, over and over.
#[derive(Debug)]
pub struct Source {
    wire: Vec<u8>,
    at: usize,
    piece: usize,
    /// What a reader with a small buffer has left of a piece.
    rest: usize,
}

impl Source {
    /// Frames with `payload`, each with its length before it if `ending` is empty, or else the ending after it. A read
    /// brings so many bytes.
    pub fn new(payload: &[u8], ending: &[u8], piece: usize) -> Source {
        let length = (payload.len() as u32).to_be_bytes();
        let head = if ending.is_empty() { &length[..] } else { &[] };
        let frame = [head, payload, ending].concat();
        let wire = frame.repeat(ROW.div_ceil(frame.len()));
        Source { wire, at: 0, piece, rest: 0 }
    }

    /// What one read brings, if there is room for so much.
    pub fn next_piece(&mut self, room: usize) -> &[u8] {
        if self.rest == 0 {
            self.rest = self.piece;
        }
        if self.at == self.wire.len() {
            self.at = 0;
        }
        let count = self.rest.min(room).min(self.wire.len() - self.at);
        self.rest -= count;
        self.at += count;
        &self.wire[self.at - count..self.at]
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.next_piece(buffer.len());
        buffer[..piece.len()].copy_from_slice(piece);
        Ok(piece.len())
    }
}

const CONCEPT: Concept = Concept("framing");

const SMALL: usize = 16;
const LARGE: usize = 16 * 1024;

/// What a read brings at most: small frames by the hundred, a large one and a half, a part of a small one, a packet.
const MANY_SMALL: usize = 8 * 1024;
const MANY_LARGE: usize = 24 * 1024;
const SPLIT_SMALL: usize = 11;
const SPLIT_LARGE: usize = 1448;

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    let rows = [
        ("lengths_small_many", "read 16 bytes with a length, in reads of 8 KiB", lengths::<SMALL, MANY_SMALL>()),
        ("lengths_small_split", "read 16 bytes with a length, in reads of 11", lengths::<SMALL, SPLIT_SMALL>()),
        ("lengths_large_many", "read 16 KiB with a length, in reads of 24 KiB", lengths::<LARGE, MANY_LARGE>()),
        ("lengths_large_split", "read 16 KiB with a length, in reads of 1448", lengths::<LARGE, SPLIT_LARGE>()),
        ("lines_small_many", "read 16 bytes before LF, in reads of 8 KiB", lines::<false, SMALL, MANY_SMALL>()),
        ("lines_small_split", "read 16 bytes before LF, in reads of 11", lines::<false, SMALL, SPLIT_SMALL>()),
        ("lines_large_many", "read 16 KiB before LF, in reads of 24 KiB", lines::<false, LARGE, MANY_LARGE>()),
        ("lines_large_split", "read 16 KiB before LF, in reads of 1448", lines::<false, LARGE, SPLIT_LARGE>()),
        ("crlf_small_many", "read 16 bytes before CRLF, in reads of 8 KiB", lines::<true, SMALL, MANY_SMALL>()),
        ("crlf_small_split", "read 16 bytes before CRLF, in reads of 11", lines::<true, SMALL, SPLIT_SMALL>()),
        ("crlf_large_many", "read 16 KiB before CRLF, in reads of 24 KiB", lines::<true, LARGE, MANY_LARGE>()),
        ("crlf_large_split", "read 16 KiB before CRLF, in reads of 1448", lines::<true, LARGE, SPLIT_LARGE>()),
        ("write_small", "write 16 bytes with a length", written::<SMALL>()),
        ("write_large", "write 16 KiB with a length", written::<LARGE>()),
    ];
    rows.into_iter().map(|(name, about, contenders)| CONCEPT.alone(name, about, contenders)).collect()
}

fn lengths<const LENGTH: usize, const PIECE: usize>() -> Vec<Contender> {
    vec![
        reader::<Lengths, LENGTH, PIECE>(),
        reader::<StdLengths, LENGTH, PIECE>(),
        reader::<TokioLengths, LENGTH, PIECE>(),
    ]
}

fn lines<const CRLF: bool, const LENGTH: usize, const PIECE: usize>() -> Vec<Contender> {
    vec![
        reader::<Lines<CRLF>, LENGTH, PIECE>(),
        reader::<StdLines<CRLF>, LENGTH, PIECE>(),
        reader::<TokioLines<CRLF>, LENGTH, PIECE>(),
        reader::<TokioAnyDelimiter<CRLF>, LENGTH, PIECE>(),
    ]
}

fn written<const LENGTH: usize>() -> Vec<Contender> {
    vec![writer::<LengthsOut, LENGTH>(), writer::<StdLengthsOut, LENGTH>(), writer::<TokioLengthsOut, LENGTH>()]
}

fn reader<F: Frames + 'static, const LENGTH: usize, const PIECE: usize>() -> Contender {
    let set_up = |setting: &Setting| -> Repeat {
        setting.placement.place(0);
        let mut frames = F::new(Source::new(&[b'x'; LENGTH], F::ENDING, PIECE));
        Box::new(move |operations| timed(operations, || frames.with_next(|frame| _ = black_box(frame))))
    };
    Contender { name: F::NAME, run: Run::Repeat(set_up) }
}

fn writer<S: Sink + 'static, const LENGTH: usize>() -> Contender {
    let set_up = |setting: &Setting| -> Repeat {
        setting.placement.place(0);
        let (mut sink, payload) = (S::empty(), S::payload(vec![b'x'; LENGTH]));
        Box::new(move |operations| {
            timed(operations, || {
                sink.write(black_box(&payload));
                if sink.written().len() >= ROW {
                    sink.clear();
                }
            })
        })
    };
    Contender { name: S::NAME, run: Run::Repeat(set_up) }
}
