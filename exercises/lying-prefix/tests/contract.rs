//! What a reader promises that does not believe what it is told.

use std::io::{ErrorKind, Read};

use lying_prefix::Frames;

#[path = "../../memory.rs"]
mod memory;
#[path = "../../pieces.rs"]
mod pieces;

use memory::{SMALL, watched};
use pieces::{Message, Pieces, all, every_cut, shown};

/// The limit of most tests.
const LIMIT: usize = 5;

/// All messages in `stream`, and how it ends.
fn read_all(stream: impl Read, limit: usize) -> (Vec<Message>, Result<(), ErrorKind>) {
    let mut frames = Frames::new(stream, limit);
    all(|| frames.next_frame())
}

#[test]
fn messages_within_the_limit_are_read() {
    for cut in every_cut(b"\0\0\0\x02hi\0\0\0\0\0\0\0\x05hello") {
        let (got, end) = read_all(Pieces::new(&cut), LIMIT);
        assert_eq!(got, ["hi", "", "hello"], "after the pieces {}", shown(&cut));
        assert_eq!(end, Ok(()));
    }
}

#[test]
fn what_is_too_long_is_refused_as_soon_as_its_length_is_known() {
    // Of what is promised nothing comes, and whoever waits for it is disappointed.
    for cut in every_cut(b"\0\0\0\x06") {
        let stream = Pieces::new(&cut).chain(Pieces::with_failures(&[], ErrorKind::ConnectionReset));
        let (got, end) = read_all(stream, LIMIT);
        assert_eq!((got.len(), end), (0, Err(ErrorKind::InvalidData)), "6 bytes are promised, 5 are the limit");
    }
    let (got, end) = read_all(&b"\0\0\0\x06stolen"[..], LIMIT);
    assert_eq!((got.len(), end), (0, Err(ErrorKind::InvalidData)));
    // Each byte of the length counts.
    for length in [b"\0\0\x01\0", b"\0\x01\0\0", b"\x01\0\0\0", b"\xff\xff\xff\xff"] {
        let (_, end) = read_all(&length[..], LIMIT);
        assert_eq!(end, Err(ErrorKind::InvalidData), "{} is promised", length.escape_ascii());
    }
}

#[test]
fn a_promise_takes_no_memory() {
    const MEBIBYTE: usize = 1 << 20;
    let (end, largest) = watched(|| read_all(&b"\0\x10\0\0abc"[..], MEBIBYTE).1);
    assert_eq!(end, Err(ErrorKind::UnexpectedEof), "three bytes have come, and then the end");
    assert!(largest <= SMALL, "three bytes have come, and {largest} were asked for at once");
}

#[test]
fn memory_follows_what_has_arrived() {
    const PROMISED: usize = 1 << 26;
    for arrived in [100_000, 1_000_000] {
        let wire = [&b"\x04\0\0\0"[..], &vec![b'x'; arrived]].concat();
        let (end, largest) = watched(|| read_all(&wire[..], PROMISED).1);
        assert_eq!(end, Err(ErrorKind::UnexpectedEof));
        assert!(largest <= 4 * arrived + SMALL, "{arrived} bytes have come, and {largest} were asked for at once");
    }
}

#[test]
fn who_has_refused_a_message_stays_failed() {
    let mut frames = Frames::new(&b"\0\0\0\x06\0\0\0\x02hi\0\0\0\0\0\0\0\0"[..], LIMIT);
    for _ in 0..3 {
        let end = frames.next_frame().map_err(|error| error.kind());
        assert_eq!(end, Err(ErrorKind::InvalidData), "what it has refused stands in the stream, and is no message");
    }
}

#[test]
fn an_end_within_a_message_is_an_error_and_stays_one() {
    let bytes = b"\0\0\0\x02hi\0\0\0\x05hello";
    for arrived in 0..bytes.len() {
        let mut frames = Frames::new(&bytes[..arrived], LIMIT);
        let (got, end) = all(|| frames.next_frame());
        let whole = if arrived < 6 { &[][..] } else { &["hi"] };
        let expected = if arrived == 0 || arrived == 6 { Ok(()) } else { Err(ErrorKind::UnexpectedEof) };
        assert_eq!(got, whole, "the stream ends after {arrived} bytes");
        assert_eq!(end, expected, "the stream ends after {arrived} bytes");
        let (got, end) = all(|| frames.next_frame());
        assert!(got.is_empty(), "asked once more, after {arrived} bytes: {got:?}");
        assert_eq!(end, expected, "asked once more, after {arrived} bytes");
    }
}

#[test]
fn who_was_failed_by_the_stream_stays_failed() {
    let mut frames = Frames::new(Pieces::with_failures(&[b"\0\0\0\x02hi"], ErrorKind::ConnectionReset), LIMIT);
    for call in ["first", "second", "third"] {
        let end = frames.next_frame().map_err(|error| error.kind());
        assert_eq!(end, Err(ErrorKind::ConnectionReset), "the {call} call, and the connection is reset in the first");
    }
}
