//! What a reader of messages promises, however the stream is cut.

use std::io::{ErrorKind, Read};

use frame_in_three::Frames;

#[path = "../../pieces.rs"]
mod pieces;

use pieces::{Message, Pieces, Silent, all, every_cut, shown};

/// All messages in `stream`, and how it ends.
fn read_all(stream: Pieces) -> (Vec<Message>, Result<(), ErrorKind>) {
    let mut frames = Frames::new(stream);
    all(|| frames.next_frame())
}

/// That a stream of `bytes`, wherever it is cut, brings `messages` and ends well.
#[track_caller]
fn assert_brings(bytes: &[u8], messages: &[&str]) {
    for cut in every_cut(bytes) {
        let (got, end) = read_all(Pieces::new(&cut));
        assert_eq!(got, messages, "after the pieces {}", shown(&cut));
        assert_eq!(end, Ok(()), "after the pieces {}", shown(&cut));
    }
}

#[test]
fn a_message_that_comes_at_once_is_read() {
    let (got, end) = read_all(Pieces::new(&[b"\0\x05hello"]));
    assert_eq!(got, ["hello"]);
    assert_eq!(end, Ok(()));
}

#[test]
fn a_message_may_come_in_three_pieces() {
    assert_brings(b"\0\x05hello", &["hello"]);
}

#[test]
fn two_messages_may_come_in_one_read() {
    assert_brings(b"\0\x02hi\0\x05hello", &["hi", "hello"]);
}

#[test]
fn a_message_may_be_empty() {
    assert_brings(b"\0\0\0\x02hi\0\0", &["", "hi", ""]);
}

#[test]
fn a_message_may_be_as_long_as_a_length_can_say() {
    let text = "x".repeat(usize::from(u16::MAX));
    let message = [b"\xff\xff", text.as_bytes()].concat();
    let (got, end) = read_all(Pieces::new(&[&message[..10_000], &message[10_000..], b"\0\x02hi"]));
    assert!(got == [text.as_str(), "hi"], "{} messages of two have come, and then {end:?}", got.len());
    assert_eq!(end, Ok(()));
}

/// Who has sent two waits for two answers.
#[test]
fn what_has_arrived_is_handed_out_before_more_is_read() {
    let mut frames = Frames::new(Pieces::new(&[b"\0\x02hi\0\x05hello"]).chain(Silent));
    for message in [&b"hi"[..], b"hello"] {
        let got = frames.next_frame().expect("it has come");
        assert_eq!(got.as_deref(), Some(message));
    }
}

#[test]
fn a_failure_is_passed_on() {
    for kind in [ErrorKind::WouldBlock, ErrorKind::ConnectionReset] {
        let mut frames = Frames::new(Pieces::with_failures(&[b"\0\x02hi\0\x05hello"], kind));
        assert_eq!(frames.next_frame().map_err(|error| error.kind()), Err(kind), "the stream has failed");
    }
}

#[test]
fn a_time_out_in_the_middle_loses_nothing() {
    for cut in every_cut(b"\0\x02hi\0\x05hello") {
        let (got, end) = read_all(Pieces::with_failures(&cut, ErrorKind::WouldBlock));
        assert_eq!(got, ["hi", "hello"], "with a time-out before each of the pieces {}", shown(&cut));
        assert_eq!(end, Ok(()));
    }
}

#[test]
fn an_end_within_a_message_is_an_error() {
    let bytes = b"\0\x02hi\0\x05hello";
    for arrived in 0..bytes.len() {
        for cut in every_cut(&bytes[..arrived]) {
            let (got, end) = read_all(Pieces::new(&cut));
            let whole = if arrived < 4 { &[][..] } else { &["hi"] };
            let expected = if arrived == 0 || arrived == 4 { Ok(()) } else { Err(ErrorKind::UnexpectedEof) };
            assert_eq!(got, whole, "the stream ends after the pieces {}", shown(&cut));
            assert_eq!(end, expected, "the stream ends after the pieces {}", shown(&cut));
        }
    }
}
