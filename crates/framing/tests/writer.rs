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
    FrameWriter::new(script, LengthPrefixed::new(Width::Two, 5000))
}

/// Runs `test` with a payload of each kind: a small one, which is copied, and a large one.
fn with_each_size(test: impl Fn(&[u8])) {
    test(b"hello");
    test(&[b'x'; 5000]);
}

/// The frames as they are on the wire.
fn wire(payloads: &[&[u8]]) -> Vec<u8> {
    let frame = |payload: &&[u8]| [&(payload.len() as u16).to_be_bytes(), *payload].concat();
    payloads.iter().flat_map(frame).collect()
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
fn a_large_frame_is_one_write_too() {
    let mut writer = writer([]);
    writer.write_frame(&[7; 5000]).unwrap();
    assert_eq!(writer.get_ref().writes, 1);
    assert!(writer.get_ref().taken == wire(&[&[7; 5000]]));
}

#[test]
fn wherever_a_write_ends_the_next_goes_on() {
    with_each_size(|payload| {
        for count in 1..payload.len() + 2 {
            let mut writer = writer([Take(count), Fail(ErrorKind::Interrupted), Take(1)]);
            writer.write_frame(payload).unwrap();
            writer.write_frame(b"world").unwrap();
            assert!(writer.into_inner().taken == wire(&[payload, b"world"]));
        }
    });
}

#[test]
fn a_frame_that_has_not_begun_may_be_written_again() {
    with_each_size(|payload| {
        for kind in [ErrorKind::WouldBlock, ErrorKind::TimedOut, ErrorKind::ConnectionReset] {
            let mut writer = writer([Fail(kind)]);
            assert_eq!(failure_of(writer.write_frame(payload).unwrap_err()), kind);
            assert_eq!(writer.unsent(), 0);
            writer.write_frame(payload).unwrap();
            assert!(writer.into_inner().taken == wire(&[payload]));
        }
    });
}

#[test]
fn a_frame_that_has_begun_is_finished_first() {
    with_each_size(|payload| {
        let all = payload.len() + 2;
        for count in [1, 2, 3, all - 2, all - 1] {
            let would_block = || Fail(ErrorKind::WouldBlock);
            let mut writer = writer([Take(count), would_block(), would_block(), Take(1), would_block(), would_block()]);
            writer.write_frame(payload).unwrap();
            assert_eq!(writer.unsent(), all - count);
            assert_eq!(failure_of(writer.write_frame(b"world").unwrap_err()), ErrorKind::WouldBlock);
            assert_eq!(writer.unsent(), all - count, "nothing of the second is kept");
            // One byte is taken, and then it would block.
            assert_eq!(writer.flush().is_ok(), all - count == 1);
            if all - count > 1 {
                assert_eq!(writer.flush().unwrap_err().kind(), ErrorKind::WouldBlock);
                assert_eq!(writer.unsent(), all - count - 1);
                assert_eq!(writer.get_ref().flushes, 0);
            }
            writer.get_mut().steps.clear();
            writer.write_frame(b"world").unwrap();
            assert_eq!(writer.unsent(), 0);
            assert!(writer.into_inner().taken == wire(&[payload, b"world"]));
        }
    });
}

#[test]
fn another_failure_within_a_frame_is_told_at_once() {
    with_each_size(|payload| {
        let mut writer = writer([Take(3), Fail(ErrorKind::ConnectionReset)]);
        assert_eq!(failure_of(writer.write_frame(payload).unwrap_err()), ErrorKind::ConnectionReset);
        assert_eq!(writer.unsent(), payload.len() - 1);
        writer.write_frame(b"x").unwrap();
        assert!(writer.into_inner().taken == wire(&[payload, b"x"]));
    });
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
    let too_long = Fault::TooLong { length: Some(5001), limit: 5000 };
    assert_eq!(writer.write_frame(&[0; 5001]).unwrap_err().fault(), Some(too_long));
    assert_eq!(writer.get_ref().writes, 0);
    writer.write_frame(&[0; 5000]).unwrap();
}
