//! The writer: one write a frame, and a frame that has begun is finished before the next.

use std::io::{self, ErrorKind, IoSlice, Write};

use framing::{Delimited, Fault, FixedLength, FrameError, FrameWriter, LengthPrefixed, Width};

/// What a write does.
enum Step {
    Take(usize),
    Fail(ErrorKind),
}
use Step::{Fail, Take};

/// A stream that does as it is told, and then takes everything.
#[derive(Default)]
struct Script {
    steps: Vec<Step>,
    taken: Vec<u8>,
    writes: usize,
    flushes: usize,
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.writes += 1;
        let bytes = slices.iter().flat_map(|slice| slice.iter().copied());
        let before = self.taken.len();
        match (!self.steps.is_empty()).then(|| self.steps.remove(0)) {
            None => self.taken.extend(bytes),
            Some(Take(count)) => self.taken.extend(bytes.take(count)),
            Some(Fail(kind)) => return Err(kind.into()),
        }
        Ok(self.taken.len() - before)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushes += 1;
        Ok(())
    }
}

fn writer(steps: impl IntoIterator<Item = Step>) -> FrameWriter<Script, LengthPrefixed> {
    let script = Script { steps: steps.into_iter().collect(), ..Script::default() };
    FrameWriter::new(script, LengthPrefixed::new(Width::Two, 100))
}

fn failure_of(error: FrameError) -> ErrorKind {
    match error {
        FrameError::Io(error) => error.kind(),
        FrameError::Fault(fault) => panic!("no failure of the stream: {fault}"),
    }
}

#[test]
fn a_frame_is_one_write() {
    let mut lengths = writer([]);
    lengths.write_frame(b"hello").unwrap();
    assert_eq!((lengths.get_ref().writes, &lengths.get_ref().taken[..]), (1, &b"\0\x05hello"[..]));
    let mut lines = FrameWriter::new(Script::default(), Delimited::crlf(100));
    lines.write_frame(b"hello").unwrap();
    lines.write_frame(b"").unwrap();
    assert_eq!((lines.get_ref().writes, &lines.get_ref().taken[..]), (2, &b"hello\r\n\r\n"[..]));
    let mut records = FrameWriter::new(Script::default(), FixedLength::new(2));
    records.write_frame(b"ab").unwrap();
    assert_eq!((records.get_ref().writes, &records.get_ref().taken[..]), (1, &b"ab"[..]));
}

#[test]
fn wherever_a_write_ends_the_next_goes_on() {
    for count in 1..8 {
        let mut writer = writer([Take(count), Fail(ErrorKind::Interrupted), Take(1)]);
        writer.write_frame(b"hello").unwrap();
        writer.write_frame(b"world").unwrap();
        assert_eq!(writer.into_inner().taken, b"\0\x05hello\0\x05world");
    }
}

#[test]
fn a_frame_that_has_not_begun_may_be_written_again() {
    for kind in [ErrorKind::WouldBlock, ErrorKind::TimedOut] {
        let mut writer = writer([Fail(kind)]);
        assert_eq!(failure_of(writer.write_frame(b"hello").unwrap_err()), kind);
        assert_eq!(writer.unsent(), 0);
        writer.write_frame(b"hello").unwrap();
        assert_eq!(writer.into_inner().taken, b"\0\x05hello");
    }
}

#[test]
fn a_frame_that_has_begun_is_finished_first() {
    for count in 1..7 {
        let would_block = || Fail(ErrorKind::WouldBlock);
        let mut writer = writer([Take(count), would_block(), would_block(), Take(1), would_block(), would_block()]);
        writer.write_frame(b"hello").unwrap();
        assert_eq!(writer.unsent(), 7 - count);
        assert_eq!(failure_of(writer.write_frame(b"world").unwrap_err()), ErrorKind::WouldBlock);
        assert_eq!(writer.unsent(), 7 - count, "nothing of the second is kept");
        let first = writer.flush();
        assert_eq!(first.is_ok(), count == 6, "one byte is taken, and then it would block");
        if count < 6 {
            assert_eq!(writer.flush().unwrap_err().kind(), ErrorKind::WouldBlock);
            assert_eq!(writer.unsent(), 6 - count);
            assert_eq!(writer.get_ref().flushes, 0);
        }
        writer.get_mut().steps.clear();
        writer.write_frame(b"world").unwrap();
        assert_eq!(writer.unsent(), 0);
        assert_eq!(writer.into_inner().taken, b"\0\x05hello\0\x05world");
    }
}

#[test]
fn another_failure_within_a_frame_is_told_at_once() {
    let mut writer = writer([Take(3), Fail(ErrorKind::ConnectionReset)]);
    assert_eq!(failure_of(writer.write_frame(b"hello").unwrap_err()), ErrorKind::ConnectionReset);
    assert_eq!(writer.unsent(), 4);
    writer.write_frame(b"x").unwrap();
    assert_eq!(writer.into_inner().taken, b"\0\x05hello\0\x01x");
}

#[test]
fn a_stream_that_takes_nothing_is_a_failure() {
    let mut lengths = writer([Take(0)]);
    assert_eq!(failure_of(lengths.write_frame(b"hello").unwrap_err()), ErrorKind::WriteZero);
    assert_eq!(lengths.unsent(), 0);
    let mut lengths = writer([Take(2), Take(0), Take(0)]);
    assert_eq!(failure_of(lengths.write_frame(b"hello").unwrap_err()), ErrorKind::WriteZero);
    assert_eq!(lengths.flush().unwrap_err().kind(), ErrorKind::WriteZero);
}

#[test]
fn a_frame_is_not_flushed_unless_asked_for() {
    let mut writer = writer([]);
    writer.write_frame(b"hello").unwrap();
    assert_eq!(writer.get_ref().flushes, 0);
    writer.flush().unwrap();
    assert_eq!(writer.get_ref().flushes, 1);
}

#[test]
fn a_refused_payload_leaves_the_writer_as_it_was() {
    let mut writer = writer([]);
    let too_long = Fault::TooLong { length: Some(101), limit: 100 };
    assert_eq!(writer.write_frame(&[0; 101]).unwrap_err().fault(), Some(too_long));
    assert_eq!(writer.get_ref().writes, 0);
    writer.write_frame(&[0; 100]).unwrap();
}
