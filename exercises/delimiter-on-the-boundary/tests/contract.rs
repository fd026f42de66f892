//! What a reader of lines promises, however the stream is cut.

use std::io::{ErrorKind, Read};

use delimiter_on_the_boundary::Lines;

#[path = "../../pieces.rs"]
mod pieces;

use pieces::{Message, Pieces, Silent, all, every_cut, shown};

/// All lines in `stream`, and how it ends.
fn read_all(stream: Pieces) -> (Vec<Message>, Result<(), ErrorKind>) {
    let mut lines = Lines::new(stream);
    all(|| lines.next_line())
}

/// That a stream of `bytes`, wherever it is cut, brings `lines` and ends well.
#[track_caller]
fn assert_brings(bytes: &[u8], lines: &[&str]) {
    for cut in every_cut(bytes) {
        let (got, end) = read_all(Pieces::new(&cut));
        assert_eq!(got, lines, "after the pieces {}", shown(&cut));
        assert_eq!(end, Ok(()), "after the pieces {}", shown(&cut));
    }
}

#[test]
fn lines_that_come_at_once_are_read() {
    let (got, end) = read_all(Pieces::new(&[b"HELO a\r\nQUIT\r\n"]));
    assert_eq!(got, ["HELO a", "QUIT"]);
    assert_eq!(end, Ok(()));
}

#[test]
fn a_delimiter_may_come_in_two_reads() {
    assert_brings(b"HELO a\r\nQUIT\r\n", &["HELO a", "QUIT"]);
}

#[test]
fn the_last_of_two_carriage_returns_begins_the_delimiter() {
    assert_brings(b"a\r\r\nb\r\r\r\n", &["a\r", "b\r\r"]);
}

#[test]
fn half_a_delimiter_belongs_to_the_line() {
    assert_brings(b"a\rb\nc\n\rd\r\n", &["a\rb\nc\n\rd"]);
}

#[test]
fn a_line_may_be_empty() {
    assert_brings(b"\r\n\r\na\r\n\r\n", &["", "", "a", ""]);
}

/// `\xe9` is an é in Latin-1, which is older than UTF-8.
#[test]
fn a_line_may_hold_any_bytes() {
    for cut in every_cut(b"caf\xe9\r\n\0\xff\r\n") {
        let mut lines = Lines::new(Pieces::new(&cut));
        for line in [&b"caf\xe9"[..], b"\0\xff"] {
            let got = lines.next_line().map_err(|error| error.kind());
            assert_eq!(got, Ok(Some(line.to_vec())), "\"{}\" has come, in {}", line.escape_ascii(), shown(&cut));
        }
    }
}

#[test]
fn a_line_may_be_longer_than_a_read() {
    let line = "x".repeat(2000);
    for length in [511, 512, 513, 1023, 2000] {
        let bytes = format!("{}\r\n{line}\r\n", &line[..length]);
        let (got, end) = read_all(Pieces::new(&[bytes.as_bytes()]));
        assert!(got == [&line[..length], &line], "a line of {length} bytes and one of 2000: {} have come", got.len());
        assert_eq!(end, Ok(()));
    }
}

/// Who has sent two waits for two answers.
#[test]
fn what_has_arrived_is_handed_out_before_more_is_read() {
    let mut lines = Lines::new(Pieces::new(&[b"HELO a\r\nQUIT\r\n"]).chain(Silent));
    for line in [&b"HELO a"[..], b"QUIT"] {
        let got = lines.next_line().expect("it has come");
        assert_eq!(got.as_deref(), Some(line));
    }
}

#[test]
fn a_failure_is_passed_on() {
    for kind in [ErrorKind::WouldBlock, ErrorKind::ConnectionReset] {
        let mut lines = Lines::new(Pieces::with_failures(&[b"HELO a\r\nQUIT\r\n"], kind));
        assert_eq!(lines.next_line().map_err(|error| error.kind()), Err(kind), "the stream has failed");
    }
}

#[test]
fn a_time_out_in_the_middle_loses_nothing() {
    for cut in every_cut(b"a\r\n\rb\r\n") {
        let (got, end) = read_all(Pieces::with_failures(&cut, ErrorKind::WouldBlock));
        assert_eq!(got, ["a", "\rb"], "with a time-out before each of the pieces {}", shown(&cut));
        assert_eq!(end, Ok(()));
    }
}

#[test]
fn an_end_within_a_line_is_an_error() {
    let bytes = b"a\r\n\rb\r\n";
    for arrived in 0..bytes.len() {
        for cut in every_cut(&bytes[..arrived]) {
            let (got, end) = read_all(Pieces::new(&cut));
            let whole = if arrived < 3 { &[][..] } else { &["a"] };
            let expected = if arrived == 0 || arrived == 3 { Ok(()) } else { Err(ErrorKind::UnexpectedEof) };
            assert_eq!(got, whole, "the stream ends after the pieces {}", shown(&cut));
            assert_eq!(end, expected, "the stream ends after the pieces {}", shown(&cut));
        }
    }
}
