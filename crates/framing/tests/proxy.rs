//! The PROXY protocol: each line that the rules have, and none that they do not have.

mod streams;

use framing::Fault;
use framing::proxy::{Header, Version1};
use streams::{read_cut_everywhere, there_and_back};

/// As long as a line of IPv6 gets.
const LONG: &str =
    "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535";

#[test]
fn lines_say_what_they_said_before() {
    let lines = [
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443",
        "PROXY TCP4 255.255.255.255 0.0.0.0 65535 0",
        "PROXY TCP6 2001:db8::7 ::1 1 65535",
        "PROXY UNKNOWN",
    ];
    for line in lines {
        assert_eq!(Header::parse(line.as_bytes()).unwrap().to_string(), line);
    }
    there_and_back(&Version1::new(), &lines.map(str::as_bytes));
    assert!(Header::parse(LONG.as_bytes()).is_ok());
}

#[test]
fn the_fields_come_in_the_order_of_the_rules() {
    let Ok(Header::Tcp4 { source, destination }) = Header::parse(b"PROXY TCP4 1.2.3.4 5.6.7.8 9 10") else { panic!() };
    assert_eq!((source.to_string(), destination.to_string()), ("1.2.3.4:9".into(), "5.6.7.8:10".into()));
    let Ok(Header::Tcp6 { source, destination }) = Header::parse(b"PROXY TCP6 ::1 ::2 9 10") else { panic!() };
    assert_eq!((source.to_string(), destination.to_string()), ("[::1]:9".into(), "[::2]:10".into()));
}

#[test]
fn what_follows_unknown_is_ignored() {
    let line = format!("{:x<105}", "PROXY UNKNOWN \0\r\n ");
    assert_eq!(Header::parse(b"PROXY UNKNOWN ").unwrap(), Header::Unknown);
    assert_eq!(Header::parse(line.as_bytes()).unwrap(), Header::Unknown);
    assert!(Header::parse(b"PROXY UNKNOWNS").is_err());
}

#[test]
fn what_is_not_in_the_rules_is_refused() {
    for line in [
        "",
        "PROXY",
        "PROXY ",
        "proxy TCP4 1.2.3.4 5.6.7.8 9 10",
        "PROXY TCP 1.2.3.4 5.6.7.8 9 10",
        "PROXY TCP4",
        "PROXY TCP4 ",
        "PROXY TCP4 1.2.3.4 5.6.7.8 9",
        "PROXY TCP4 1.2.3.4 5.6.7.8 9 ",
        "PROXY TCP4 1.2.3.4 5.6.7.8 9 10 ",
        "PROXY TCP4 1.2.3.4 5.6.7.8 9 10 11",
        "PROXY  TCP4 1.2.3.4 5.6.7.8 9 10",
        "PROXY TCP4  1.2.3.4 5.6.7.8 9 10",
        "PROXY TCP4 1.2.3.4 5.6.7.8  9 10",
        "PROXY TCP4 1.2.3.4\t5.6.7.8 9 10",
        "PROXY TCP4 1.2.3.256 5.6.7.8 9 10",
        "PROXY TCP4 01.2.3.4 5.6.7.8 9 10",
        "PROXY TCP4 1.2.3 5.6.7.8 9 10",
        "PROXY TCP4 ::1 ::2 9 10",
        "PROXY TCP6 1.2.3.4 5.6.7.8 9 10",
        "PROXY TCP4 1.2.3.4 5.6.7.8 65536 10",
        "PROXY TCP4 1.2.3.4 5.6.7.8 09 10",
        "PROXY TCP4 1.2.3.4 5.6.7.8 00 10",
        "PROXY TCP4 1.2.3.4 5.6.7.8 +9 10",
        "PROXY TCP4 1.2.3.4 5.6.7.8 -9 10",
        "PROXY TCP6 [::1] ::2 9 10",
        "PROXY TCP6 ::1%1 ::2 9 10",
        "PROXY TCP6 :::1 ::2 9 10",
        "PROXY TCP4 1.2.3.4 5.6.7.8 9 1\r0",
    ] {
        assert!(Header::parse(line.as_bytes()).is_err(), "{line:?}");
    }
    let long = format!("{LONG} ");
    assert!(Header::parse(long.as_bytes()).is_err());
}

#[test]
fn the_line_has_107_bytes_with_its_end_and_no_more() {
    let line = |length: usize| format!("{:x<length$}\r\n", "PROXY UNKNOWN ");
    let outcome = read_cut_everywhere(line(105).as_bytes(), &Version1::new());
    assert_eq!((outcome.frames.len(), outcome.end), (1, Ok(())));
    let outcome = read_cut_everywhere(&line(106).as_bytes()[..107], &Version1::new());
    assert!(matches!(outcome.end, Err(Fault::TooLong { limit: 105, .. })));
}

#[test]
fn who_does_not_speak_the_protocol_is_refused_at_the_first_wrong_byte() {
    for (wire, at) in [(&b"G"[..], 0), (b"PROXYT", 5), (b"\r\n\r\n\0\r\nQUIT\n", 0), (b"PRoxy", 2)] {
        let outcome = read_cut_everywhere(wire, &Version1::new());
        assert!(matches!(outcome.end, Err(Fault::Malformed { at: place, .. }) if place == at));
    }
}
