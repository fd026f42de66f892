//! Streams that are cut in pieces, and what comes out of them.

#![allow(dead_code, reason = "each test program uses some of this")]

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read};

use framing::{Fault, FrameError, FrameReader, FrameWriter, Framing};

/// What one read brings.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Bytes(Vec<u8>),
    Failure(ErrorKind),
}

/// A stream that does as it is told, and then ends.
#[derive(Debug)]
pub(crate) struct Script(VecDeque<Step>);

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Script {
        Script(steps.into_iter().collect())
    }

    /// One read brings what is between two `cuts`.
    pub(crate) fn cut(bytes: &[u8], cuts: &[usize]) -> Script {
        let ends = cuts.iter().copied().chain([bytes.len()]);
        let mut begin = 0;
        Script::new(ends.map(|end| Step::Bytes(bytes[std::mem::replace(&mut begin, end)..end].to_vec())))
    }

    /// One read brings so many bytes.
    pub(crate) fn chunks(bytes: &[u8], size: usize) -> Script {
        Script::new(bytes.chunks(size).map(|chunk| Step::Bytes(chunk.to_vec())))
    }

    /// Before each byte, the stream has nothing for now, and before that it is interrupted.
    pub(crate) fn stuttering(bytes: &[u8]) -> Script {
        Script::new(bytes.iter().flat_map(|&byte| {
            [Step::Failure(ErrorKind::Interrupted), Step::Failure(ErrorKind::WouldBlock), Step::Bytes(vec![byte])]
        }))
    }
}

impl Read for Script {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.pop_front() {
                None => return Ok(0),
                // An empty read would be the end.
                Some(Step::Bytes(bytes)) if bytes.is_empty() => {}
                Some(Step::Bytes(mut bytes)) => {
                    let count = bytes.len().min(buffer.len());
                    buffer[..count].copy_from_slice(&bytes[..count]);
                    if count < bytes.len() {
                        self.0.push_front(Step::Bytes(bytes.split_off(count)));
                    }
                    return Ok(count);
                }
                Some(Step::Failure(kind)) => return Err(kind.into()),
            }
        }
    }
}

/// All frames of a stream, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) frames: Vec<Vec<u8>>,
    pub(crate) end: Result<(), Fault>,
    /// What was not handed out.
    pub(crate) left: Vec<u8>,
}

/// Reads all there is.
pub(crate) fn read_all<F: Framing>(stream: Script, framing: F) -> Outcome {
    let mut reader = FrameReader::new(stream, framing);
    let mut frames = Vec::new();
    let end = loop {
        match reader.read_frame() {
            Ok(Some(frame)) => frames.push(frame.to_vec()),
            Ok(None) => break Ok(()),
            Err(FrameError::Io(error)) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            Err(FrameError::Fault(fault)) => {
                assert_eq!(reader.read_frame().unwrap_err().fault(), Some(fault), "a fault stays");
                break Err(fault);
            }
        }
    };
    Outcome { frames, end, left: reader.buffered().to_vec() }
}

/// What comes out of `bytes`, which is the same wherever the stream is cut. (How much of a frame that is too long had
/// come when it was refused may differ, and how much is left unread behind it.)
#[track_caller]
pub(crate) fn read_cut_everywhere<F: Framing + Clone>(bytes: &[u8], framing: &F) -> Outcome {
    let outcome = read_all(Script::cut(bytes, &[]), framing.clone());
    let alike = |end: &Result<(), Fault>| match *end {
        Err(Fault::TooLong { limit, .. }) => Err(Fault::TooLong { length: None, limit }),
        end => end,
    };
    let expect = |stream: Script, how: &str| {
        let told = format!("{stream:?}");
        let other = read_all(stream, framing.clone());
        assert_eq!((&other.frames, alike(&other.end)), (&outcome.frames, alike(&outcome.end)), "{how}: {told}");
    };
    for size in 1..=3 {
        expect(Script::chunks(bytes, size), "in small reads");
    }
    expect(Script::stuttering(bytes), "with failures between");
    for first in 0..=bytes.len() {
        expect(Script::cut(bytes, &[first]), "in two reads");
        // In three reads only where that is soon done.
        for second in first..=if bytes.len() < 20 { bytes.len() } else { 0 } {
            expect(Script::cut(bytes, &[first, second]), "in three reads");
        }
    }
    outcome
}

/// The payloads as one framing after the other puts them on the wire.
#[track_caller]
pub(crate) fn written<F: Framing + Clone>(framing: &F, payloads: &[&[u8]]) -> Vec<u8> {
    let mut writer = FrameWriter::new(Vec::new(), framing.clone());
    for payload in payloads {
        writer.write_frame(payload).unwrap();
    }
    writer.into_inner()
}

/// Writes the payloads and reads them back, cut everywhere, and each beginning of the stream too: it is a clean end where
/// a frame ends, and nowhere else.
#[track_caller]
pub(crate) fn there_and_back<F: Framing + Clone>(framing: &F, payloads: &[&[u8]]) {
    let wire = written(framing, payloads);
    let outcome = read_cut_everywhere(&wire, framing);
    assert_eq!(outcome, Outcome { frames: payloads.iter().map(|it| it.to_vec()).collect(), end: Ok(()), left: vec![] });

    let ends: Vec<usize> = (0..=payloads.len()).map(|count| written(framing, &payloads[..count]).len()).collect();
    for end in 0..wire.len() {
        let outcome = read_cut_everywhere(&wire[..end], framing);
        let whole = ends.iter().rposition(|frame_end| *frame_end <= end).unwrap();
        assert_eq!(outcome.frames, payloads[..whole], "cut off at {end}");
        match outcome.end {
            Ok(()) => assert_eq!(end, ends[whole], "only there it is clean"),
            Err(Fault::Truncated { arrived, missing }) => {
                assert_eq!(arrived, end - ends[whole]);
                assert!((1..=ends[whole + 1] - end).contains(&missing), "cut off at {end}: {missing} missing");
            }
            Err(fault) => panic!("cut off at {end}: {fault}"),
        }
    }
}
