//! The contenders, each behind the [`Frames`] or the [`Sink`] trait.

use std::io::{BufRead, BufReader, Read, Write};

use ::framing::{Delimited, FrameReader, FrameWriter, LengthPrefixed, Width};
use bytes::{Bytes, BytesMut};
use tokio_util::codec::{AnyDelimiterCodec, Decoder, Encoder, LengthDelimitedCodec, LinesCodec};

use super::{Frames, LIMIT, Sink, Source};

/// What a `Source` is: one without an end.
const ENDLESS: &str = "the stream has no end";

/// What ends a line.
const fn line_end(crlf: bool) -> &'static [u8] {
    if crlf { b"\r\n" } else { b"\n" }
}

const fn prefix() -> LengthPrefixed {
    LengthPrefixed::new(Width::Four, LIMIT)
}

/// Ours, with lengths.
#[derive(Debug)]
pub struct Lengths(FrameReader<Source, LengthPrefixed>);

impl Frames for Lengths {
    const NAME: &'static str = "locksmith";
    const ENDING: &'static [u8] = b"";

    fn new(source: Source) -> Self {
        Lengths(FrameReader::new(source, prefix()))
    }

    fn with_next<T>(&mut self, work: impl FnOnce(&[u8]) -> T) -> T {
        work(self.0.read_frame().expect("whole frames").expect(ENDLESS))
    }
}

/// Ours, with lines.
#[derive(Debug)]
pub struct Lines<const CRLF: bool>(FrameReader<Source, Delimited>);

impl<const CRLF: bool> Frames for Lines<CRLF> {
    const NAME: &'static str = "locksmith";
    const ENDING: &'static [u8] = line_end(CRLF);

    fn new(source: Source) -> Self {
        Lines(FrameReader::new(source, Delimited::new(Self::ENDING, LIMIT)))
    }

    fn with_next<T>(&mut self, work: impl FnOnce(&[u8]) -> T) -> T {
        work(self.0.read_frame().expect("whole frames").expect(ENDLESS))
    }
}

/// A `BufReader` and `read_exact`, with one vector for all frames.
#[derive(Debug)]
pub struct StdLengths {
    stream: BufReader<Source>,
    frame: Vec<u8>,
}

impl Frames for StdLengths {
    const NAME: &'static str = "std";
    const ENDING: &'static [u8] = b"";

    fn new(source: Source) -> Self {
        StdLengths { stream: BufReader::new(source), frame: Vec::new() }
    }

    fn with_next<T>(&mut self, work: impl FnOnce(&[u8]) -> T) -> T {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).expect(ENDLESS);
        let length = u32::from_be_bytes(length) as usize;
        assert!(length <= LIMIT);
        self.frame.resize(length, 0);
        self.stream.read_exact(&mut self.frame).expect(ENDLESS);
        work(&self.frame)
    }
}

/// A `BufReader` and `read_until`, with one vector for all lines.
#[derive(Debug)]
pub struct StdLines<const CRLF: bool> {
    stream: BufReader<Source>,
    frame: Vec<u8>,
}

impl<const CRLF: bool> Frames for StdLines<CRLF> {
    const NAME: &'static str = "std";
    const ENDING: &'static [u8] = line_end(CRLF);

    fn new(source: Source) -> Self {
        StdLines { stream: BufReader::new(source), frame: Vec::new() }
    }

    fn with_next<T>(&mut self, work: impl FnOnce(&[u8]) -> T) -> T {
        self.frame.clear();
        // That there is no limit spares it some work.
        self.stream.read_until(b'\n', &mut self.frame).expect(ENDLESS);
        work(self.frame.strip_suffix(Self::ENDING).expect("a whole line"))
    }
}

/// A codec, and the buffer that it decodes.
#[derive(Debug)]
struct Decoding<D> {
    source: Source,
    codec: D,
    buffer: BytesMut,
}

impl<D: Decoder> Decoding<D> {
    fn new(source: Source, codec: D) -> Self {
        Decoding { source, codec, buffer: BytesMut::with_capacity(8 * 1024) }
    }

    fn next(&mut self) -> D::Item {
        loop {
            match self.codec.decode(&mut self.buffer) {
                Ok(Some(frame)) => return frame,
                Ok(None) => {
                    // As much as there is room for, as tokio-util's own reader does it.
                    self.buffer.reserve(1);
                    let room = self.buffer.capacity() - self.buffer.len();
                    self.buffer.extend_from_slice(self.source.next_piece(room));
                }
                Err(_) => panic!("whole frames within the limit"),
            }
        }
    }
}

/// `LengthDelimitedCodec`.
#[derive(Debug)]
pub struct TokioLengths(Decoding<LengthDelimitedCodec>);

impl Frames for TokioLengths {
    const NAME: &'static str = "tokio-util";
    const ENDING: &'static [u8] = b"";

    fn new(source: Source) -> Self {
        TokioLengths(Decoding::new(source, codec()))
    }

    fn with_next<T>(&mut self, work: impl FnOnce(&[u8]) -> T) -> T {
        work(&self.0.next())
    }
}

fn codec() -> LengthDelimitedCodec {
    LengthDelimitedCodec::builder().max_frame_length(LIMIT).new_codec()
}

/// `LinesCodec`.
#[derive(Debug)]
pub struct TokioLines<const CRLF: bool>(Decoding<LinesCodec>);

impl<const CRLF: bool> Frames for TokioLines<CRLF> {
    const NAME: &'static str = "tokio-util";
    const ENDING: &'static [u8] = line_end(CRLF);

    fn new(source: Source) -> Self {
        TokioLines(Decoding::new(source, LinesCodec::new_with_max_length(LIMIT)))
    }

    fn with_next<T>(&mut self, work: impl FnOnce(&[u8]) -> T) -> T {
        work(self.0.next().as_bytes())
    }
}

/// `AnyDelimiterCodec`.
#[derive(Debug)]
pub struct TokioAnyDelimiter<const CRLF: bool>(Decoding<AnyDelimiterCodec>);

impl<const CRLF: bool> Frames for TokioAnyDelimiter<CRLF> {
    const NAME: &'static str = "tokio-util-any";
    const ENDING: &'static [u8] = line_end(CRLF);

    fn new(source: Source) -> Self {
        let codec = AnyDelimiterCodec::new_with_max_length(b"\n".to_vec(), b"\n".to_vec(), LIMIT);
        TokioAnyDelimiter(Decoding::new(source, codec))
    }

    fn with_next<T>(&mut self, work: impl FnOnce(&[u8]) -> T) -> T {
        let line = self.0.next();
        // The codec has taken away the line feed.
        let (rest, _) = Self::ENDING.split_at(Self::ENDING.len() - 1);
        work(line.strip_suffix(rest).expect("a whole line"))
    }
}

/// Our writer.
#[derive(Debug)]
pub struct LengthsOut(FrameWriter<Vec<u8>, LengthPrefixed>);

impl Sink for LengthsOut {
    const NAME: &'static str = "locksmith";
    type Payload = Vec<u8>;

    fn empty() -> Self {
        LengthsOut(FrameWriter::new(Vec::new(), prefix()))
    }

    fn payload(bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    fn write(&mut self, payload: &Vec<u8>) {
        self.0.write_frame(payload).expect("room for it");
    }

    fn written(&self) -> &[u8] {
        self.0.get_ref()
    }

    fn clear(&mut self) {
        self.0.get_mut().clear();
    }
}

/// `write_all`, twice.
#[derive(Debug)]
pub struct StdLengthsOut(Vec<u8>);

impl Sink for StdLengthsOut {
    const NAME: &'static str = "std";
    type Payload = Vec<u8>;

    fn empty() -> Self {
        StdLengthsOut(Vec::new())
    }

    fn payload(bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    fn write(&mut self, payload: &Vec<u8>) {
        let length = u32::try_from(payload.len()).expect("a short payload");
        self.0.write_all(&length.to_be_bytes()).expect("room for it");
        self.0.write_all(payload).expect("room for it");
    }

    fn written(&self) -> &[u8] {
        &self.0
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

/// `LengthDelimitedCodec`, encoding.
#[derive(Debug)]
pub struct TokioLengthsOut {
    codec: LengthDelimitedCodec,
    buffer: BytesMut,
}

impl Sink for TokioLengthsOut {
    const NAME: &'static str = "tokio-util";
    type Payload = Bytes;

    fn empty() -> Self {
        TokioLengthsOut { codec: codec(), buffer: BytesMut::new() }
    }

    fn payload(bytes: Vec<u8>) -> Bytes {
        bytes.into()
    }

    fn write(&mut self, payload: &Bytes) {
        self.codec.encode(payload.clone(), &mut self.buffer).expect("a short payload");
    }

    fn written(&self) -> &[u8] {
        &self.buffer
    }

    fn clear(&mut self) {
        self.buffer.clear();
    }
}
