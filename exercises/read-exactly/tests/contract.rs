//! What `read_exactly` promises, however the stream is cut.

use std::io::ErrorKind;

use read_exactly::{ReadError, read_exactly};

#[path = "../../pieces.rs"]
mod pieces;

use pieces::{Pieces, every_cut, shown};

#[test]
fn a_record_that_comes_at_once_is_read() {
    let mut record = [0; 6];
    assert!(read_exactly(&mut Pieces::new(&[b"abcdef"]), &mut record).expect("nothing is wrong with it"));
    assert_eq!(record, *b"abcdef");
}

#[test]
fn pieces_are_put_together() {
    for cut in every_cut(b"abcdef") {
        let mut record = [0; 6];
        let read = read_exactly(&mut Pieces::new(&cut), &mut record);
        assert!(matches!(read, Ok(true)), "{read:?}, after the pieces {}", shown(&cut));
        let got = record.escape_ascii();
        assert_eq!(record, *b"abcdef", "the buffer holds \"{got}\", after the pieces {}", shown(&cut));
    }
}

#[test]
fn what_comes_after_is_left_in_the_stream() {
    for cut in every_cut(b"abcdefgh") {
        let mut stream = Pieces::new(&cut);
        let mut record = [0; 4];
        let read = read_exactly(&mut stream, &mut record);
        assert!(matches!(read, Ok(true)), "{read:?}, after the pieces {}", shown(&cut));
        let left = stream.left();
        let left = left.escape_ascii();
        assert_eq!(stream.left(), *b"efgh", "the second record is to come, and left is \"{left}\": {}", shown(&cut));
    }
}

#[test]
fn an_interruption_is_no_failure() {
    for cut in every_cut(b"abcdef") {
        let mut stream = Pieces::with_failures(&cut, ErrorKind::Interrupted);
        let mut record = [0; 6];
        let read = read_exactly(&mut stream, &mut record);
        assert!(matches!(read, Ok(true)), "{read:?}, interrupted before each of the pieces {}", shown(&cut));
        let got = record.escape_ascii();
        assert_eq!(record, *b"abcdef", "the buffer holds \"{got}\", interrupted before each of {}", shown(&cut));
        let read = read_exactly(&mut stream, &mut record);
        assert!(matches!(read, Ok(false)), "interrupted before the end: {read:?}");
    }
}

#[test]
fn an_end_in_the_middle_is_told_from_one_between() {
    let read = read_exactly(&mut Pieces::default(), &mut [0; 6]);
    assert!(matches!(read, Ok(false)), "the stream ends before the first byte: {read:?}");
    for arrived in 1..6 {
        for cut in every_cut(&b"abcdef"[..arrived]) {
            let read = read_exactly(&mut Pieces::new(&cut), &mut [0; 6]);
            let Err(ReadError::Ended { arrived: told }) = read else {
                panic!("the stream ends after {arrived} of 6 bytes: {read:?}");
            };
            assert_eq!(told, arrived, "so many bytes had come, in the pieces {}", shown(&cut));
        }
    }
}

#[test]
fn a_failure_is_passed_on() {
    for kind in [ErrorKind::ConnectionReset, ErrorKind::WouldBlock] {
        let mut stream = Pieces::with_failures(&[b"abc"], kind);
        for place in ["before the first byte", "after three of six"] {
            let read = read_exactly(&mut stream, &mut [0; 6]);
            let Err(ReadError::Io(error)) = read else { panic!("{kind:?} {place}: {read:?}") };
            assert_eq!(error.kind(), kind, "{place}");
        }
    }
}

/// A read for no bytes brings none, and that looks like the end.
#[test]
fn a_buffer_without_a_place_is_full() {
    let read = read_exactly(&mut Pieces::default(), &mut []);
    assert!(matches!(read, Ok(true)), "no bytes were asked for, and none are missing: {read:?}");
    let read = read_exactly(&mut Pieces::with_failures(&[], ErrorKind::ConnectionReset), &mut []);
    assert!(matches!(read, Ok(true)), "the stream need not be asked: {read:?}");
}
