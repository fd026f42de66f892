//! The same bytes through tokio-util's codecs. Where they do otherwise, we mean to differ, and a test says so.

mod streams;

use bytes::{Bytes, BytesMut};
use framing::{Delimited, Fault, FrameReader, LengthPrefixed, Width};
use proptest::collection::vec;
use proptest::prelude::*;
use streams::{Outcome, Script, read_all, written};
use tokio_util::codec::{AnyDelimiterCodec, Decoder, Encoder, LengthDelimitedCodec, LinesCodec};

/// The frames that a codec finds in the pieces of a stream, and whether it ended well.
fn decode<D: Decoder<Item: AsRef<[u8]>>>(mut codec: D, pieces: &[&[u8]]) -> (Vec<Vec<u8>>, bool) {
    let mut buffer = BytesMut::new();
    let mut frames = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        loop {
            match codec.decode(&mut buffer) {
                Ok(Some(frame)) => frames.push(frame.as_ref().to_vec()),
                Ok(None) => break,
                Err(_) => return (frames, false),
            }
        }
    }
    loop {
        match codec.decode_eof(&mut buffer) {
            Ok(Some(frame)) => frames.push(frame.as_ref().to_vec()),
            Ok(None) => return (frames, true),
            Err(_) => return (frames, false),
        }
    }
}

/// The codec that does what `LengthPrefixed::new(width, limit)` does.
fn codec(width: Width, limit: usize, little_endian: bool, adjustment: i32) -> LengthDelimitedCodec {
    let mut builder = LengthDelimitedCodec::builder();
    builder.length_field_length(width as usize).max_frame_length(limit).length_adjustment(adjustment as isize);
    if little_endian {
        builder.little_endian();
    }
    builder.new_codec()
}

/// The rules that [`codec`] makes a codec of.
fn prefixed(width: Width, limit: usize, little_endian: bool, adjustment: i32) -> LengthPrefixed {
    let framing = LengthPrefixed::new(width, limit).adjustment(adjustment);
    if little_endian { framing.little_endian() } else { framing }
}

fn width() -> impl Strategy<Value = Width> {
    prop_oneof![Just(Width::One), Just(Width::Two), Just(Width::Four), Just(Width::Eight)]
}

/// Bytes in pieces: mostly small numbers, so that lengths are often right, and line ends.
fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let byte = prop_oneof![6 => Just(0), 4 => 1..6_u8, 1 => Just(b'\r'), 1 => Just(b'\n'), 1 => any::<u8>()];
    vec(vec(byte, 1..12), 0..12)
}

fn ours(pieces: &[Vec<u8>], framing: impl framing::Framing) -> Outcome {
    read_all(Script::new(pieces.iter().cloned().map(streams::Step::Bytes)), framing)
}

fn slices(pieces: &[Vec<u8>]) -> Vec<&[u8]> {
    pieces.iter().map(Vec::as_slice).collect()
}

proptest! {
    #[test]
    fn lengths_are_read_alike(
        pieces in pieces(), width in width(), little_endian: bool, limit in 0..300_usize,
    ) {
        let ours = ours(&pieces, prefixed(width, limit, little_endian, 0));
        let (frames, well) = decode(codec(width, limit, little_endian, 0), &slices(&pieces));
        prop_assert_eq!(&ours.frames, &frames);
        // See `an_end_right_after_a_whole_header_is_clean_to_tokio_util`.
        let expected = match ours.end {
            Err(Fault::Truncated { arrived, .. }) => arrived == width as usize,
            end => end.is_ok(),
        };
        prop_assert_eq!(expected, well, "{:?}", ours.end);
    }

    #[test]
    fn adjusted_lengths_are_read_alike(pieces in pieces(), width in width(), adjustment in -8..4_i32) {
        // The limit is out of the way: see `tokio_util_compares_the_limit_before_the_adjustment`.
        let ours = ours(&pieces, prefixed(width, usize::MAX >> 1, false, adjustment));
        prop_assume!(!matches!(ours.end, Err(Fault::Truncated { missing, .. }) if missing > 1 << 20));
        prop_assume!(!matches!(ours.end, Err(Fault::TooLong { .. })));
        let (frames, well) = decode(codec(width, usize::MAX >> 1, false, adjustment), &slices(&pieces));
        prop_assert_eq!(&ours.frames, &frames);
        let expected = match ours.end {
            Err(Fault::Truncated { arrived, .. }) => arrived == width as usize,
            end => end.is_ok(),
        };
        prop_assert_eq!(expected, well, "{:?}", ours.end);
    }

    #[test]
    fn lengths_are_written_alike(payloads in vec(vec(any::<u8>(), 0..300), 0..5), little_endian: bool, adjustment in -4..1_i32) {
        let mut wire = BytesMut::new();
        let mut codec = codec(Width::Four, 300, little_endian, adjustment);
        for payload in &payloads {
            codec.encode(Bytes::copy_from_slice(payload), &mut wire).unwrap();
        }
        let framing = prefixed(Width::Four, 300, little_endian, adjustment);
        prop_assert_eq!(written(&framing, &slices(&payloads)), wire);
    }

    #[test]
    fn delimiters_are_found_alike(pieces in pieces(), delimiter in 0..14_u8) {
        let ours = ours(&pieces, Delimited::new(&[delimiter], 1000));
        let (mut frames, well) = decode(AnyDelimiterCodec::new(vec![delimiter], vec![delimiter]), &slices(&pieces));
        prop_assert!(well);
        // See `a_line_without_an_end_is_a_line_to_tokio_util`.
        if ours.end.is_err() {
            prop_assert_eq!(frames.pop(), Some(ours.left));
        }
        prop_assert_eq!(ours.frames, frames);
    }

    #[test]
    fn lines_are_found_alike(pieces in vec("[ab\r\n]{1,8}".prop_map(String::into_bytes), 0..12)) {
        let mut ours = ours(&pieces, Delimited::lf(1000));
        let (mut frames, well) = decode(LinesCodec::new(), &slices(&pieces));
        prop_assert!(well);
        // Theirs takes one carriage return away, if there is one.
        for line in &mut ours.frames {
            line.pop_if(|last| *last == b'\r');
        }
        // See `a_line_without_an_end_is_a_line_to_tokio_util`.
        if frames.len() > ours.frames.len() {
            prop_assert!(ours.end.is_err());
            frames.pop();
        }
        prop_assert_eq!(ours.frames, frames);
    }
}

#[test]
fn an_end_right_after_a_whole_header_is_clean_to_tokio_util() {
    let wire = b"\0\0\0\x05";
    assert_eq!(decode(codec(Width::Four, 100, false, 0), &[wire]), (vec![], true));
    let end = read_all(Script::cut(wire, &[]), LengthPrefixed::new(Width::Four, 100)).end;
    assert_eq!(end, Err(Fault::Truncated { arrived: 4, missing: 5 }));
}

#[test]
fn tokio_util_reserves_what_a_prefix_promises() {
    const LIMIT: usize = 8 << 20;
    let wire = (LIMIT as u32).to_be_bytes();
    let mut buffer = BytesMut::from(&wire[..]);
    assert!(codec(Width::Four, LIMIT, false, 0).decode(&mut buffer).unwrap().is_none());
    assert!(buffer.capacity() >= LIMIT, "for four bytes");
    // What ours does is in `memory.rs`.
}

#[test]
fn tokio_util_compares_the_limit_before_the_adjustment() {
    // Three on the wire, but five come.
    let wire = b"\x03abcde";
    assert_eq!(decode(codec(Width::One, 4, false, 2), &[wire]), (vec![b"abcde".to_vec()], true));
    let end = read_all(Script::cut(wire, &[]), LengthPrefixed::new(Width::One, 4).adjustment(2)).end;
    assert_eq!(end, Err(Fault::TooLong { length: Some(5), limit: 4 }));
    // Five on the wire, of which one is the length itself.
    let wire = b"\x05abcd";
    assert_eq!(decode(codec(Width::One, 4, false, -1), &[wire]), (vec![], false));
    let frames = read_all(Script::cut(wire, &[]), LengthPrefixed::new(Width::One, 4).adjustment(-1)).frames;
    assert_eq!(frames, [b"abcd"]);
}

#[test]
fn tokio_util_goes_on_behind_a_line_that_is_too_long() {
    let wire = &b"long line\nok\n"[..];
    let mut codec = LinesCodec::new_with_max_length(4);
    let mut buffer = BytesMut::from(wire);
    assert!(codec.decode(&mut buffer).is_err());
    assert_eq!(codec.decode(&mut buffer).unwrap().as_deref(), Some("ok"));
    let mut reader = FrameReader::new(wire, Delimited::lf(4));
    assert!(reader.read_frame().is_err());
    assert!(reader.read_frame().is_err(), "it has lost its place");
}

#[test]
fn a_line_without_an_end_is_a_line_to_tokio_util() {
    let wire = b"one\ntwo";
    assert_eq!(decode(LinesCodec::new(), &[wire]), (vec![b"one".to_vec(), b"two".to_vec()], true));
    let codec = AnyDelimiterCodec::new(b"\n".to_vec(), b"\n".to_vec());
    assert_eq!(decode(codec, &[wire]), (vec![b"one".to_vec(), b"two".to_vec()], true));
    let Outcome { frames, end, left } = read_all(Script::cut(wire, &[]), Delimited::lf(100));
    assert_eq!((frames, left), (vec![b"one".to_vec()], b"two".to_vec()));
    assert_eq!(end, Err(Fault::Truncated { arrived: 3, missing: 1 }));
}
