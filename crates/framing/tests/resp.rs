//! RESP2: what is accepted, what is refused and when, wherever the stream is cut.

mod streams;

use framing::resp::{Requests, Value, Values, arguments};
use framing::{Fault, FrameWriter, Framing};
use streams::{Outcome, Script, read_all, read_cut_everywhere, there_and_back};

const VALUES: Values = Values::new(1000);
const REQUESTS: Requests = Requests::new(1000);

/// What is wrong with the first frame.
#[track_caller]
fn fault<F: Framing + Clone>(framing: &F, wire: &[u8]) -> Fault {
    let Outcome { frames, end, .. } = read_cut_everywhere(wire, framing);
    assert_eq!(frames, Vec::<Vec<u8>>::new());
    end.unwrap_err()
}

/// Where the first frame breaks the rules.
#[track_caller]
fn malformed_at<F: Framing + Clone>(framing: &F, wire: &[u8]) -> usize {
    match fault(framing, wire) {
        Fault::Malformed { at, .. } => at,
        other => panic!("not malformed: {other}"),
    }
}

fn words(frame: &[u8]) -> Vec<Vec<u8>> {
    arguments(frame).unwrap().into_iter().map(|word| word.into_owned()).collect()
}

#[test]
fn each_value_is_read_as_it_was_written() {
    let nested = Value::Array(vec![
        Value::Integer(1),
        Value::Array(vec![Value::Array(vec![]), Value::Null]),
        Value::Bulk(b"a\r\nb"),
        Value::NullArray,
    ]);
    let values = [
        (Value::Simple(b"OK"), &b"+OK\r\n"[..]),
        (Value::Simple(b""), b"+\r\n"),
        (Value::Error(b"ERR no such command"), b"-ERR no such command\r\n"),
        (Value::Integer(-42), b":-42\r\n"),
        (Value::Integer(i64::MIN), b":-9223372036854775808\r\n"),
        (Value::Integer(i64::MAX), b":9223372036854775807\r\n"),
        (Value::Bulk(b"he\r\nlo"), b"$6\r\nhe\r\nlo\r\n"),
        (Value::Bulk(b""), b"$0\r\n\r\n"),
        (Value::Null, b"$-1\r\n"),
        (Value::NullArray, b"*-1\r\n"),
        (Value::Array(vec![]), b"*0\r\n"),
        (nested, b"*4\r\n:1\r\n*2\r\n*0\r\n$-1\r\n$4\r\na\r\nb\r\n*-1\r\n"),
    ];
    for (value, wire) in &values {
        assert_eq!(value.encode().unwrap(), *wire);
        assert_eq!(VALUES.parse(wire).unwrap(), *value);
    }
    let frames: Vec<&[u8]> = values.iter().map(|(_, wire)| *wire).collect();
    there_and_back(&VALUES, &frames);
    assert_eq!(VALUES.parse(b":+7\r\n").unwrap(), Value::Integer(7));
}

#[test]
fn a_line_of_text_has_no_line_end_in_it() {
    assert_eq!(Value::Simple(b"a\nb").encode(), Err(Fault::Delimiter { at: 1 }));
    assert_eq!(Value::Error(b"\r").encode(), Err(Fault::Delimiter { at: 0 }));
    assert_eq!(malformed_at(&VALUES, b"+a\nb\r\n"), 2);
    assert_eq!(malformed_at(&VALUES, b"+a\rb\r\n"), 2);
}

#[test]
fn what_is_no_value_is_refused_where_it_goes_wrong() {
    for (wire, at) in [
        (&b"hello\r\n"[..], 0),
        (b"\r\n", 0),
        (b":\r\n", 1),
        (b":1x\r\n", 1),
        (b": 1\r\n", 1),
        (b":9223372036854775808\r\n", 1),
        (b"$\r\n", 1),
        (b"$-2\r\n", 1),
        (b"$-0\r\n", 1),
        (b"$+1\r\n", 1),
        (b"*1x\r\n", 1),
        (b"*18446744073709551616\r\n", 1),
        (b"*99999999999999999999\r\n", 1),
        (b"$2\r\nabc\r\n", 6),
        (b"$2\r\nab\r\r", 6),
        (b"*2\r\n:1\r\nx", 8),
        (b":00000000000000000000000000000000000001", 1),
    ] {
        assert_eq!(malformed_at(&VALUES, wire), at, "{}", wire.escape_ascii());
    }
}

#[test]
fn the_limit_is_about_the_whole_value() {
    let values = Values::new(16);
    // Fifteen bytes, and twice sixteen.
    there_and_back(&values, &[b"$9\r\n123456789\r\n", b"*4\r\n+\r\n+\r\n+\r\n+\r\n", b"+1234567890123\r\n"]);
    for wire in [&b"$11\r\n"[..], b"*2\r\n$4\r\n1234\r\n:1\r\n", b"*5\r\n", b"+12345678901234\r\n", b"+123456789012345"]
    {
        assert!(matches!(fault(&values, wire), Fault::TooLong { limit: 16, .. }), "{}", wire.escape_ascii());
    }
}

#[test]
fn a_lie_is_refused_at_the_line_that_tells_it() {
    for wire in
        [&b"$1000000000\r\n"[..], b"*1000000000\r\n", b"$18446744073709551615\r\n", b"*18446744073709551615\r\n"]
    {
        assert!(matches!(fault(&VALUES, wire), Fault::TooLong { limit: 1000, .. }));
    }
}

#[test]
fn arrays_nest_as_deep_as_allowed() {
    let nested = |depth: usize| [b"*1\r\n".repeat(depth), b":1\r\n".to_vec()].concat();
    let values = Values::new(1_000_000).depth(3);
    there_and_back(&values, &[&nested(3)]);
    assert!(values.parse(&nested(3)).is_ok());
    assert_eq!(malformed_at(&values, &nested(4)), 12);
    assert_eq!(values.parse(&nested(4)).unwrap_err(), fault(&values, &nested(4)));
    // So deep that it would overflow the stack.
    let deep = nested(100_000);
    let outcome = read_all(Script::cut(&deep, &[]), Values::new(1_000_000));
    assert!(matches!(outcome.end, Err(Fault::Malformed { at: 64, .. })));
    assert!(Values::new(1_000_000).parse(&deep).is_err());
}

#[test]
fn exactly_one_value_is_parsed_and_written() {
    for (bytes, ok) in
        [(&b":1\r\n"[..], true), (b":1\r\n:2\r\n", false), (b":1\r", false), (b"", false), (b"*1\r\n", false)]
    {
        assert_eq!(VALUES.parse(bytes).is_ok(), ok, "{}", bytes.escape_ascii());
        let mut writer = FrameWriter::new(Vec::new(), VALUES);
        assert_eq!(writer.write_frame(bytes).is_ok(), ok, "{}", bytes.escape_ascii());
        assert_eq!(writer.into_inner(), if ok { bytes } else { b"" });
    }
}

#[test]
fn requests_are_arrays_of_bulk_strings() {
    let requests = [&b"*1\r\n$4\r\nPING\r\n"[..], b"*2\r\n$3\r\nGET\r\n$3\r\n\r\n\0\r\n", b"*0\r\n", b"*-1\r\n"];
    there_and_back(&REQUESTS, &requests);
    assert_eq!(words(requests[0]), [b"PING"]);
    assert_eq!(words(requests[1]), [&b"GET"[..], b"\r\n\0"]);
    assert!(words(requests[2]).is_empty() && words(requests[3]).is_empty());
    for wire in [&b"*1\r\n:1\r\n"[..], b"*1\r\n$-1\r\n", b"*1\r\n*0\r\n", b"*1\r\n+PING\r\n"] {
        assert_eq!(malformed_at(&REQUESTS, wire), 4, "{}", wire.escape_ascii());
        assert!(matches!(arguments(wire), Err(Fault::Malformed { at: 4, .. })), "{}", wire.escape_ascii());
    }
}

#[test]
fn arguments_are_those_of_exactly_one_request() {
    let request = b"*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n";
    for end in 1..request.len() {
        assert!(arguments(&request[..end]).is_err(), "{}", request[..end].escape_ascii());
    }
    for more in [&b"\r\n"[..], b"$1\r\ny\r\n", request] {
        let fault = Fault::Malformed { at: request.len(), expected: "the end of the value" };
        assert_eq!(arguments(&[request, more].concat()), Err(fault));
    }
    assert!(matches!(arguments(b"*1\r\n$1\r\nabc"), Err(Fault::Malformed { at: 9, .. })));
}

#[test]
fn requests_may_be_lines_of_words() {
    let requests = [&b"PING\r\n"[..], b"PING\n", b"\r\n", b"  SET  k\tv \r\n"];
    there_and_back(&REQUESTS, &requests);
    assert_eq!(words(requests[0]), [b"PING"]);
    assert_eq!(words(requests[1]), [b"PING"]);
    assert!(words(requests[2]).is_empty());
    assert_eq!(words(requests[3]), [&b"SET"[..], b"k", b"v"]);
    assert!(arguments(b"PING").is_err());
}

#[test]
fn words_may_be_quoted() {
    assert_eq!(words(b"SET \"a key\" 'a value'\n"), [&b"SET"[..], b"a key", b"a value"]);
    assert_eq!(words(b"\"\\x41\\n\\r\\t\\b\\a\\\\\\\"\\q\\xg\"\n"), [b"A\n\r\t\x08\x07\\\"qxg"]);
    assert_eq!(words(b"'it\\'s \\n' \"\"\n"), [&b"it's \\n"[..], b""]);
    assert_eq!(words(b"ab\"c d\"\n"), [b"abc d"]);
    for line in [&b"\"open\n"[..], b"'open\\'\n", b"\"a\"b\n", b"'a''b'\n", b"\"a\\\"\n"] {
        assert!(matches!(arguments(line), Err(Fault::Malformed { .. })), "{}", line.escape_ascii());
    }
}

#[test]
fn a_line_of_words_has_a_limit() {
    let requests = Requests::new(8);
    there_and_back(&requests, &[b"PING 12\n", b"PING 1\r\n"]);
    assert!(matches!(fault(&requests, b"PING 123\n"), Fault::TooLong { limit: 8, .. }));
    assert!(matches!(fault(&requests, b"PING 123"), Fault::TooLong { limit: 8, .. }));
}
