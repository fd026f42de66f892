//! The entry of a fuzzer: takes any bytes, and panics if something is wrong with this crate.
//!
//! The first byte chooses a framing, the second says how the rest, which is the stream, is cut into reads. A fuzzer needs
//! no more than `fuzz_target!(|data: &[u8]| examine(data))`.

use std::fmt::Debug;

use framing::command::{Reply, Request};
use framing::dns::Message;
use framing::proxy::{Header, Version1};
use framing::resp::{self, Requests, Values};
use framing::{Delimited, Fault, FixedLength, Framing, LengthPrefixed, Width, command, dns};

use crate::streams::{Script, Step, read_all};

/// Reads the stream in one piece and in several: no panic, the same frames, none above its limit, and nothing lost or
/// made up. What the codecs understand in it, they say in the same way.
pub(crate) fn examine(data: &[u8]) {
    let [choice, seed, wire @ ..] = data else { return };
    let limit = usize::from(seed >> 3);
    match choice % 16 {
        0 => stream(FixedLength::new(limit + 1), wire, *seed, |_| {}),
        1 => stream(LengthPrefixed::new(Width::One, limit), wire, *seed, |_| {}),
        2 => stream(LengthPrefixed::new(Width::Two, limit).little_endian(), wire, *seed, |_| {}),
        3 => stream(LengthPrefixed::new(Width::Eight, limit), wire, *seed, |_| {}),
        4 => stream(LengthPrefixed::new(Width::Two, limit).adjustment(-2), wire, *seed, |_| {}),
        5 => stream(LengthPrefixed::new(Width::One, limit).offset(2).adjustment(1), wire, *seed, |_| {}),
        6 => stream(Delimited::lf(limit), wire, *seed, |_| {}),
        7 => stream(Delimited::crlf(limit), wire, *seed, |_| {}),
        8 => stream(Delimited::new(b"\r\n\r\r\n", limit), wire, *seed, |_| {}),
        9 => {
            let values = Values::new(8 * limit).depth(3);
            stream(values, wire, *seed, |frame| {
                let value = values.parse(frame).expect("a frame that was read is a value");
                let again = value.encode().expect("what was a line is one again");
                assert_eq!(values.parse(&again), Ok(value));
            });
        }
        10 => stream(Requests::new(8 * limit), wire, *seed, |frame| match resp::arguments(frame) {
            Ok(_) => {}
            Err(fault) => assert!(frame[0] != b'*' && matches!(fault, Fault::Malformed { .. }), "{fault}"),
        }),
        11 => stream(dns::FRAMING, wire, *seed, understand_dns),
        12 => {
            if let Ok(header) = Header::parse(wire) {
                assert_eq!(Header::parse(header.to_string().as_bytes()), Ok(header));
                stream(Version1::new(), format!("{header}\r\n").repeat(2).as_bytes(), *seed, |_| {});
            }
            _ = read_all(Script::cut(wire, &[]), Version1::new());
        }
        13 => stream(command::FRAMING, wire, *seed, |frame| {
            if let Ok(request) = Request::parse(frame) {
                assert_eq!(request.encode(), frame);
                request.answer();
            }
            if let Ok(reply) = Reply::parse(frame) {
                assert_eq!(reply.encode(), frame);
            }
        }),
        // A message without a stream around it, since those are rarely whole.
        14 => understand_dns(wire),
        _ => _ = Values::new(wire.len()).parse(wire),
    }
}

fn understand_dns(message: &[u8]) {
    if let Ok(message) = Message::parse(message) {
        message.questions.iter().for_each(|question| _ = question.name.to_string());
        // Its names may have been pointers, and then it can become too long.
        if let Ok(again) = message.encode() {
            assert_eq!(Message::parse(&again), Ok(message));
        }
    }
}

fn stream<F: Framing + Clone + Debug>(framing: F, wire: &[u8], seed: u8, understand: impl Fn(&[u8])) {
    let whole = read_all(Script::cut(wire, &[]), framing.clone());

    // Pieces whose lengths look like chance, with failures between.
    let mut steps = Vec::new();
    let (mut rest, mut length) = (wire, seed);
    while !rest.is_empty() {
        length = length.wrapping_mul(37).wrapping_add(11);
        let (piece, after) = rest.split_at(rest.len().min(usize::from(length >> 4) + 1));
        steps.push(Step::Bytes(piece.to_vec()));
        if length & 1 == 0 {
            steps.push(Step::Failure(std::io::ErrorKind::WouldBlock));
        }
        rest = after;
    }
    let cut = read_all(Script::new(steps), framing.clone());
    assert_eq!(cut.frames, whole.frames, "{framing:?}");
    match (cut.end, whole.end) {
        // What is too long may also be malformed. What is seen first, and how much has come by then, depends on the cuts.
        (Err(Fault::TooLong { .. }), Err(_)) | (Err(_), Err(Fault::TooLong { .. })) => {}
        (cut, whole) => assert_eq!(cut, whole, "{framing:?}"),
    }

    // Written again, the frames are what has been read.
    let mut written = Vec::new();
    for frame in &whole.frames {
        understand(frame);
        let envelope = framing.enclose(frame).expect("what was read can be written");
        let before = written.len();
        [envelope.head(), frame, envelope.tail()].iter().for_each(|part| written.extend_from_slice(part));
        assert!(written.len() - before <= framing.longest(), "{framing:?}");
    }
    assert!(wire.starts_with(&written), "{framing:?}");
    assert_eq!(wire[written.len()..], whole.left, "{framing:?}");
}
