//! The reader: what it owes to whoever uses it, whatever the framing.

mod streams;

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};
use std::rc::Rc;

use framing::{
    Delimited, Envelope, Fault, FixedLength, Found, FrameError, FrameReader, Framing, LengthPrefixed, Width,
};
use streams::{Script, Step};

fn bytes(bytes: &[u8]) -> Step {
    Step::Bytes(bytes.to_vec())
}

fn failure_of(result: Result<Option<&[u8]>, FrameError>) -> ErrorKind {
    match result {
        Err(FrameError::Io(error)) => error.kind(),
        other => panic!("no failure of the stream: {other:?}"),
    }
}

/// Counts the reads.
struct Counted<R> {
    stream: R,
    reads: Rc<Cell<usize>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads.set(self.reads.get() + 1);
        self.stream.read(buffer)
    }
}

/// A stream of one byte, over and over, without an end.
struct Endless(u8, usize);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(self.1);
        buffer[..count].fill(self.0);
        Ok(count)
    }
}

#[test]
fn many_frames_of_one_read_need_no_other() {
    let reads = Rc::new(Cell::new(0));
    let wire = b"one\r\ntwo\r\n".repeat(100);
    let mut reader = FrameReader::new(Counted { stream: &wire[..], reads: reads.clone() }, Delimited::crlf(10));
    for _ in 0..100 {
        assert_eq!(reader.read_frame().unwrap(), Some(&b"one"[..]));
        assert_eq!(reader.read_frame().unwrap(), Some(&b"two"[..]));
    }
    assert_eq!(reads.get(), 1);
    assert_eq!(reader.read_frame().unwrap(), None);
    assert_eq!(reads.get(), 2);
}

#[test]
fn an_interrupted_read_is_tried_again() {
    let steps =
        [Step::Failure(ErrorKind::Interrupted), bytes(b"a"), Step::Failure(ErrorKind::Interrupted), bytes(b"b")];
    let mut reader = FrameReader::new(Script::new(steps), FixedLength::new(2));
    assert_eq!(reader.read_frame().unwrap(), Some(&b"ab"[..]));
}

#[test]
fn a_read_that_would_block_or_times_out_loses_nothing() {
    for kind in [ErrorKind::WouldBlock, ErrorKind::TimedOut, ErrorKind::ConnectionReset] {
        let steps = [Step::Failure(kind), bytes(b"\0\x05he"), Step::Failure(kind), bytes(b"llo")];
        let mut reader = FrameReader::new(Script::new(steps), LengthPrefixed::new(Width::Two, 10));
        assert_eq!(failure_of(reader.read_frame()), kind);
        assert_eq!(failure_of(reader.read_frame()), kind);
        assert_eq!(reader.buffered(), b"\0\x05he");
        assert_eq!(reader.read_frame().unwrap(), Some(&b"hello"[..]));
        assert_eq!(reader.read_frame().unwrap(), None);
    }
}

#[test]
fn a_failed_reader_stays_failed() {
    let steps = [bytes(b"ok\ntoo long\nok\n"), bytes(b"ok\n")];
    let mut reader = FrameReader::new(Script::new(steps), Delimited::lf(4));
    assert_eq!(reader.read_frame().unwrap(), Some(&b"ok"[..]));
    for _ in 0..3 {
        let too_long = Some(Fault::TooLong { length: Some(8), limit: 4 });
        assert_eq!(reader.read_frame().unwrap_err().fault(), too_long);
        assert_eq!(reader.try_read_frame().unwrap_err().fault(), too_long);
    }
    // Other rules do not bring back the place.
    let mut reader = reader.with_framing(FixedLength::new(1));
    assert!(reader.read_frame().is_err());
}

#[test]
fn a_stream_that_ended_within_a_frame_is_not_read_again() {
    let mut reader = FrameReader::new(Script::new([bytes(b"ab"), bytes(b""), bytes(b"")]), FixedLength::new(3));
    let truncated = Some(Fault::Truncated { arrived: 2, missing: 1 });
    assert_eq!(reader.read_frame().unwrap_err().fault(), truncated);
    *reader.get_mut() = Script::new([bytes(b"cdef")]);
    assert_eq!(reader.read_frame().unwrap_err().fault(), truncated);
}

#[test]
fn a_stream_that_ended_between_frames_may_go_on() {
    // As a file does that somebody appends to.
    let mut reader = FrameReader::new(Script::new([bytes(b"one\n")]), Delimited::lf(9));
    assert_eq!(reader.read_frame().unwrap(), Some(&b"one"[..]));
    assert_eq!(reader.read_frame().unwrap(), None);
    *reader.get_mut() = Script::new([bytes(b"two\n")]);
    assert_eq!(reader.read_frame().unwrap(), Some(&b"two"[..]));
}

#[test]
fn other_rules_begin_where_the_last_frame_has_ended() {
    let wire = b"3\nonetwo\x02hi";
    for cut in 0..wire.len() {
        let mut lines = FrameReader::new(Script::cut(wire, &[cut]), Delimited::lf(9));
        assert_eq!(lines.read_frame().unwrap(), Some(&b"3"[..]));
        let mut records = lines.with_framing(FixedLength::new(3));
        assert_eq!(records.read_frame().unwrap(), Some(&b"one"[..]));
        assert_eq!(records.read_frame().unwrap(), Some(&b"two"[..]));
        let mut rest = records.with_framing(LengthPrefixed::new(Width::One, 9));
        assert_eq!(rest.read_frame().unwrap(), Some(&b"hi"[..]));
        assert_eq!(rest.read_frame().unwrap(), None);
    }
}

/// Counts the bytes that each look has to search.
#[derive(Clone)]
struct Searched {
    framing: Delimited,
    bytes: Rc<Cell<usize>>,
}

impl Framing for Searched {
    type Progress = usize;

    fn find(&self, arrived: &[u8], progress: &mut usize) -> Result<Found, Fault> {
        self.bytes.set(self.bytes.get() + arrived.len() - *progress);
        self.framing.find(arrived, progress)
    }

    fn enclose(&self, payload: &[u8]) -> Result<Envelope<'_>, Fault> {
        self.framing.enclose(payload)
    }

    fn longest(&self) -> usize {
        self.framing.longest()
    }
}

#[test]
fn no_byte_is_searched_again_on_account_of_small_reads() {
    const LENGTH: usize = 100_000;
    for delimiter in [&b"\n"[..], b"\r\n", b"\r\n.\r\n"] {
        // Mostly beginnings of the delimiter, which is the worst.
        let mut wire = b"\r".repeat(LENGTH);
        wire.extend(delimiter);
        let searched = Searched { framing: Delimited::new(delimiter, LENGTH), bytes: Rc::default() };
        let mut reader = FrameReader::new(Script::chunks(&wire, 1), searched.clone());
        assert_eq!(reader.read_frame().unwrap().unwrap().len(), LENGTH);
        // Each look begins at most with the part of a delimiter that was there already.
        let most = wire.len() * delimiter.len();
        assert!(searched.bytes.get() <= most, "{} of {most}", searched.bytes.get());
    }
}

#[test]
fn there_is_no_look_before_what_is_missing_has_come() {
    struct Looks(LengthPrefixed, Rc<Cell<usize>>);

    impl Framing for Looks {
        type Progress = ();

        fn find(&self, arrived: &[u8], (): &mut ()) -> Result<Found, Fault> {
            self.1.set(self.1.get() + 1);
            self.0.find(arrived, &mut ())
        }

        fn enclose(&self, payload: &[u8]) -> Result<Envelope<'_>, Fault> {
            self.0.enclose(payload)
        }

        fn longest(&self) -> usize {
            self.0.longest()
        }
    }

    let wire = [&10_000_u32.to_be_bytes()[..], &[7; 10_000]].concat();
    let looks = Rc::new(Cell::new(0));
    let framing = Looks(LengthPrefixed::new(Width::Four, 10_000), looks.clone());
    let mut reader = FrameReader::new(Script::chunks(&wire, 1), framing);
    assert_eq!(reader.read_frame().unwrap().unwrap().len(), 10_000);
    assert_eq!(looks.get(), 3, "at the first byte, at the header, at the frame");
}

/// A framing that never has enough.
#[derive(Clone, Copy)]
struct Insatiable;

impl Framing for Insatiable {
    type Progress = ();

    fn find(&self, _: &[u8], (): &mut ()) -> Result<Found, Fault> {
        Ok(Found::More(1))
    }

    fn enclose(&self, _: &[u8]) -> Result<Envelope<'_>, Fault> {
        Ok(Envelope::NONE)
    }

    fn longest(&self) -> usize {
        1000
    }
}

#[test]
fn the_limit_holds_even_if_the_framing_forgets_it() {
    let mut reader = FrameReader::new(Endless(b'x', 10), Insatiable);
    assert_eq!(reader.read_frame().unwrap_err().fault(), Some(Fault::TooLong { length: Some(1001), limit: 1000 }));
    assert_eq!(reader.buffered().len(), 1000);
}

#[test]
fn a_line_without_an_end_is_refused_at_the_limit() {
    let mut reader = FrameReader::new(Endless(b'x', 1), Delimited::crlf(5000));
    assert_eq!(reader.read_frame().unwrap_err().fault(), Some(Fault::TooLong { length: None, limit: 5000 }));
    assert!(reader.buffered().len() <= 5002);
}

#[test]
fn frames_larger_than_the_buffer_come_whole() {
    let long: Vec<u8> = (0..100_000_u32).map(|number| number as u8).collect();
    for size in [1000, 8 * 1024, 8 * 1024 + 1, 64 * 1024, usize::MAX] {
        let wire = streams::written(&LengthPrefixed::new(Width::Four, 100_000), &[b"short", &long, &long[1..], b""]);
        let outcome = streams::read_all(Script::chunks(&wire, size), LengthPrefixed::new(Width::Four, 100_000));
        assert_eq!(outcome.end, Ok(()));
        assert!(outcome.frames == [b"short", &long[..], &long[1..], b""]);
    }
}

#[test]
fn errors_tell_what_is_wrong_and_become_those_of_std() {
    let error = FrameError::from(Fault::Truncated { arrived: 7, missing: 2 });
    assert_eq!(error.to_string(), "the stream ended inside a frame: 7 bytes had come, at least 2 are missing");
    assert_eq!(io::Error::from(error).kind(), ErrorKind::UnexpectedEof);
    let error = FrameError::from(Fault::TooLong { length: Some(6), limit: 5 });
    assert_eq!(error.to_string(), "6 is too long: the limit is 5");
    assert_eq!(io::Error::from(error).kind(), ErrorKind::InvalidData);
    assert_eq!(io::Error::from(FrameError::Io(ErrorKind::TimedOut.into())).kind(), ErrorKind::TimedOut);
}
