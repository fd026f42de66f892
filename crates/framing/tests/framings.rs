//! Fixed length, length prefix, delimiter: what each accepts, refuses and writes, wherever the stream is cut.

mod streams;

use framing::{Delimited, Fault, FixedLength, FrameWriter, Framing, LengthPrefixed, Width};
use streams::{Outcome, read_cut_everywhere, there_and_back, written};

const WIDTHS: [Width; 4] = [Width::One, Width::Two, Width::Four, Width::Eight];

/// The frames of a stream that ends well.
#[track_caller]
fn frames<F: Framing + Clone>(framing: &F, wire: &[u8]) -> Vec<Vec<u8>> {
    let Outcome { frames, end, left } = read_cut_everywhere(wire, framing);
    assert_eq!((end, left), (Ok(()), Vec::new()));
    frames
}

/// What is wrong with the first frame.
#[track_caller]
fn fault<F: Framing + Clone>(framing: &F, wire: &[u8]) -> Fault {
    let Outcome { frames, end, .. } = read_cut_everywhere(wire, framing);
    assert_eq!(frames, Vec::<Vec<u8>>::new());
    end.unwrap_err()
}

/// Why a payload is not written.
#[track_caller]
fn refused<F: Framing + Clone>(framing: &F, payload: &[u8]) -> Fault {
    let mut writer = FrameWriter::new(Vec::new(), framing.clone());
    let fault = writer.write_frame(payload).unwrap_err().fault().unwrap();
    assert!(writer.get_ref().is_empty(), "not a byte is written");
    fault
}

#[test]
fn an_empty_stream_has_no_frames() {
    assert!(frames(&FixedLength::new(3), b"").is_empty());
    assert!(frames(&LengthPrefixed::new(Width::Four, 3), b"").is_empty());
    assert!(frames(&Delimited::crlf(3), b"").is_empty());
}

#[test]
fn frames_of_a_fixed_length_come_back() {
    there_and_back(&FixedLength::new(1), &[b"a", b"b"]);
    there_and_back(&FixedLength::new(5), &[b"hello", b"\0\r\n\xff ", b"world"]);
}

#[test]
fn a_fixed_length_is_neither_more_nor_less() {
    let framing = FixedLength::new(3);
    for payload in [&b""[..], b"ab", b"abcd"] {
        assert_eq!(refused(&framing, payload), Fault::WrongLength { length: payload.len(), expected: 3 });
    }
    assert_eq!(fault(&framing, b"ab"), Fault::Truncated { arrived: 2, missing: 1 });
}

#[test]
#[should_panic(expected = "at least one byte")]
fn there_are_no_frames_of_length_zero() {
    let _ = FixedLength::new(0);
}

#[test]
fn frames_with_a_length_come_back() {
    for width in WIDTHS {
        let framing = LengthPrefixed::new(width, 100);
        let payloads = [&b"hello"[..], b"", b"\0\0\0\x01", b"x"];
        there_and_back(&framing, &payloads);
        there_and_back(&framing.little_endian(), &payloads);
        there_and_back(&framing.adjustment(-(width as i32)), &payloads);
    }
}

#[test]
fn the_length_stands_with_its_big_end_first_or_the_little_one() {
    let payload = [b'x'; 0x102];
    for width in WIDTHS.into_iter().skip(1) {
        let framing = LengthPrefixed::new(width, 1000);
        let mut expected = vec![0; width as usize];
        expected[width as usize - 2..].copy_from_slice(&[1, 2]);
        let wire = written(&framing, &[&payload]);
        assert_eq!(wire[..width as usize], expected);
        expected.reverse();
        let wire = written(&framing.little_endian(), &[&payload]);
        assert_eq!(wire[..width as usize], expected);
    }
}

#[test]
fn a_length_may_be_the_limit_and_no_more() {
    for width in WIDTHS {
        let framing = LengthPrefixed::new(width, 5);
        there_and_back(&framing, &[b"12345"]);
        let too_long = Fault::TooLong { length: Some(6), limit: 5 };
        assert_eq!(refused(&framing, b"123456"), too_long);
        // The header alone is enough to refuse it.
        assert_eq!(fault(&framing, &written(&LengthPrefixed::new(width, 6), &[b"123456"])[..width as usize]), too_long);
    }
}

#[test]
fn the_limit_may_be_zero() {
    there_and_back(&LengthPrefixed::new(Width::One, 0), &[b"", b""]);
    assert_eq!(fault(&LengthPrefixed::new(Width::One, 0), b"\x01"), Fault::TooLong { length: Some(1), limit: 0 });
    there_and_back(&Delimited::lf(0), &[b"", b""]);
    assert_eq!(fault(&Delimited::lf(0), b"a"), Fault::TooLong { length: None, limit: 0 });
}

#[test]
fn a_payload_has_to_fit_the_width_of_its_length() {
    let framing = LengthPrefixed::new(Width::One, 1000);
    let wire = written(&framing, &[&[0; 255]]);
    assert_eq!((wire.len(), wire[0]), (256, 255));
    assert_eq!(refused(&framing, &[0; 256]), Fault::TooLong { length: Some(256), limit: 255 });
    // With an adjustment of -1 the byte counts itself, and with +1 the payload is one longer than it says.
    let counting_itself = framing.adjustment(-1);
    assert_eq!(written(&counting_itself, &[&[0; 254]])[0], 255);
    assert_eq!(refused(&counting_itself, &[0; 255]), Fault::TooLong { length: Some(255), limit: 254 });
    let one_longer = framing.adjustment(1);
    assert_eq!(written(&one_longer, &[&[0; 256]])[0], 255);
    assert_eq!(refused(&one_longer, &[0; 257]), Fault::TooLong { length: Some(257), limit: 256 });
}

#[test]
fn the_largest_numbers_are_too_long_and_overflow_nothing() {
    for framing in [
        LengthPrefixed::new(Width::Eight, 100),
        LengthPrefixed::new(Width::Eight, 100).adjustment(i32::MAX),
        LengthPrefixed::new(Width::Eight, 100).offset(1).adjustment(i32::MAX),
    ] {
        let wire = [0xff; 9];
        let Fault::TooLong { length: Some(length), limit: 100 } = fault(&framing, &wire) else { panic!() };
        assert!(length > u64::MAX / 2);
    }
    // Without a limit worth the name it waits for what will never come.
    let framing = LengthPrefixed::new(Width::Eight, usize::MAX);
    let wire = [&(u64::MAX - 8).to_be_bytes()[..], b"abc"].concat();
    assert_eq!(fault(&framing, &wire), Fault::Truncated { arrived: 11, missing: usize::MAX - 11 });
}

#[test]
fn the_limit_is_about_the_length_after_the_adjustment() {
    // Six on the wire, of which four are the length itself.
    let framing = LengthPrefixed::new(Width::Four, 2).adjustment(-4);
    assert_eq!(frames(&framing, b"\0\0\0\x06ab"), [b"ab"]);
    assert_eq!(fault(&framing, b"\0\0\0\x07"), Fault::TooLong { length: Some(3), limit: 2 });
    // Two on the wire, and four come.
    let framing = LengthPrefixed::new(Width::One, 4).adjustment(2);
    assert_eq!(frames(&framing, b"\x02abcd"), [b"abcd"]);
    assert_eq!(fault(&framing, b"\x03"), Fault::TooLong { length: Some(5), limit: 4 });
}

#[test]
fn a_length_that_counts_itself_is_at_least_that() {
    let framing = LengthPrefixed::new(Width::Two, 10).adjustment(-2);
    assert_eq!(frames(&framing, b"\0\x02"), [b""]);
    assert!(matches!(fault(&framing, b"\0\x01"), Fault::Malformed { at: 0, .. }));
    let longer = LengthPrefixed::new(Width::Two, 10).adjustment(2);
    assert_eq!(refused(&longer, b"a"), Fault::WrongLength { length: 1, expected: 2 });
}

#[test]
fn what_stands_before_the_length_belongs_to_the_frame() {
    // A record of TLS: a type, a version, a length, and the rest.
    let tls = LengthPrefixed::new(Width::Two, 5 + 4).offset(3);
    there_and_back(&tls, &[b"\x16\x03\x03\0\x04abcd", b"\x14\x03\x03\0\x01\x01", b"\x17\x03\x03\0\0"]);
    assert_eq!(fault(&tls, b"\x16\x03\x03\0\x05"), Fault::TooLong { length: Some(10), limit: 9 });
    // A message that is not as long as it says is not written.
    assert_eq!(refused(&tls, b"\x16\x03\x03\0\x04abc"), Fault::WrongLength { length: 8, expected: 9 });
    assert_eq!(refused(&tls, b"\x16\x03\x03\0\x02abc"), Fault::WrongLength { length: 8, expected: 7 });
    assert_eq!(refused(&tls, b"\x16\x03"), Fault::WrongLength { length: 2, expected: 5 });
}

#[test]
fn an_end_right_after_a_whole_header_is_not_clean() {
    let framing = LengthPrefixed::new(Width::Four, 100);
    assert_eq!(fault(&framing, b"\0\0\0\x05"), Fault::Truncated { arrived: 4, missing: 5 });
    assert_eq!(fault(&framing, b"\0\0\0"), Fault::Truncated { arrived: 3, missing: 1 });
    assert_eq!(fault(&framing, b"\0\0\0\x05abc"), Fault::Truncated { arrived: 7, missing: 2 });
}

#[test]
fn frames_with_a_delimiter_come_back() {
    let payloads = [&b"hello"[..], b"", b"\r", b"\r\r", b"a\r", b"x"];
    there_and_back(&Delimited::crlf(100), &payloads);
    there_and_back(&Delimited::lf(100), &payloads);
    there_and_back(&Delimited::new(b"\r\n\r\n", 100), &[b"GET / HTTP/1.0\r\nHost: a", b"", b"\n", b"\n\r"]);
    there_and_back(&Delimited::new(b"\0", 100), &payloads);
    there_and_back(&Delimited::new(b"--a boundary of some length--", 100), &[b"a", b"-", b"--a bound", b""]);
}

#[test]
fn a_delimiter_is_found_behind_its_own_beginning() {
    assert_eq!(frames(&Delimited::crlf(100), b"a\r\r\n\r\r\r\n\r\n\n\r\n"), [&b"a\r"[..], b"\r\r", b"", b"\n"]);
    assert_eq!(frames(&Delimited::new(b"aab", 100), b"aaaab"), [b"aa"]);
    assert_eq!(frames(&Delimited::new(b"abab", 100), b"ababab ab abab"), [&b""[..], b"ab ab "]);
}

#[test]
fn an_end_within_a_line_says_what_is_missing_of_its_end() {
    let framing = Delimited::crlf(100);
    assert_eq!(fault(&framing, b"abc"), Fault::Truncated { arrived: 3, missing: 2 });
    assert_eq!(fault(&framing, b"abc\r"), Fault::Truncated { arrived: 4, missing: 1 });
    assert_eq!(fault(&framing, b"abc\r\r"), Fault::Truncated { arrived: 5, missing: 1 });
    assert_eq!(fault(&framing, b"abc\n"), Fault::Truncated { arrived: 4, missing: 2 });
}

#[test]
fn a_line_may_be_as_long_as_the_limit_and_no_more() {
    for framing in [Delimited::lf(3), Delimited::crlf(3), Delimited::new(b"=====", 3)] {
        there_and_back(&framing, &[b"abc", b"", b"abc"]);
        assert_eq!(refused(&framing, b"abcd"), Fault::TooLong { length: Some(4), limit: 3 });
        // Its end has not come, and will be too late wherever it comes.
        assert!(matches!(fault(&framing, b"abcd"), Fault::TooLong { limit: 3, .. }));
    }
    // A carriage return in this place may still be the beginning of the end.
    let framing = Delimited::crlf(3);
    assert_eq!(fault(&framing, b"abc\r"), Fault::Truncated { arrived: 4, missing: 1 });
    assert!(matches!(fault(&framing, b"abc\rd"), Fault::TooLong { .. }));
}

#[test]
fn a_line_that_is_too_long_is_told_with_its_length_if_its_end_has_come() {
    use streams::{Script, read_all};
    let outcome = read_all(Script::cut(b"abcdef\n", &[]), Delimited::lf(3));
    assert_eq!(outcome.end, Err(Fault::TooLong { length: Some(6), limit: 3 }));
}

#[test]
fn a_payload_with_a_delimiter_in_it_is_refused() {
    assert_eq!(refused(&Delimited::lf(100), b"ab\n"), Fault::Delimiter { at: 2 });
    assert_eq!(refused(&Delimited::crlf(100), b"\r\n"), Fault::Delimiter { at: 0 });
    assert_eq!(refused(&Delimited::crlf(100), b"abc\r\ndef\r\n"), Fault::Delimiter { at: 3 });
}

#[test]
fn so_is_one_that_has_the_beginning_of_a_delimiter_at_its_end() {
    // With its delimiter it would be "aaa", and read as "" and then "a".
    assert_eq!(refused(&Delimited::new(b"aa", 100), b"a"), Fault::Delimiter { at: 0 });
    assert_eq!(refused(&Delimited::new(b"abab", 100), b"xab"), Fault::Delimiter { at: 1 });
    there_and_back(&Delimited::new(b"abab", 100), &[b"xa", b"ba"]);
}

/// Every payload and every delimiter of two letters, up to a length: what is written comes back, and what is refused
/// would not have.
#[test]
fn exactly_those_payloads_are_refused_that_would_not_come_back() {
    let words =
        |longest: u32| (0..=longest).flat_map(|length| (0..1_u32 << length).map(move |bits| word(length, bits)));
    for delimiter in words(4).filter(|delimiter| !delimiter.is_empty()) {
        let framing = Delimited::new(&delimiter, 100);
        for payload in words(6) {
            let wire = [&payload[..], &delimiter].concat();
            let first = wire.windows(delimiter.len()).position(|window| window == delimiter).unwrap();
            let refused = framing.enclose(&payload).err();
            let expected = (first < payload.len()).then_some(Fault::Delimiter { at: first });
            assert_eq!(refused, expected, "{payload:?} before {delimiter:?}");
        }
    }
}

fn word(length: u32, bits: u32) -> Vec<u8> {
    (0..length).map(|place| b"ab"[(bits >> place & 1) as usize]).collect()
}

#[test]
#[should_panic(expected = "at least one byte")]
fn there_is_no_empty_delimiter() {
    let _ = Delimited::new(b"", 100);
}
