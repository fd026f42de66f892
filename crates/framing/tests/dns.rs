//! DNS messages: names, and the pointers in them.

mod streams;

use std::net::Ipv4Addr;

use framing::Fault;
use framing::dns::{self, FRAMING, Message, Name, Question, Record};
use streams::there_and_back;

/// A header with so many questions and answers.
fn header(questions: u8, answers: u8) -> Vec<u8> {
    vec![0x12, 0x34, 1, 0, 0, questions, 0, answers, 0, 0, 0, 0]
}

/// A message with one question, about a name that is written like this.
fn asking(name: &[u8]) -> Vec<u8> {
    [&header(1, 0)[..], name, &[0, 1, 0, 1]].concat()
}

fn name_in(message: &[u8]) -> Result<String, Fault> {
    Message::parse(message).map(|message| message.questions[0].name.to_string())
}

fn query() -> Message {
    let question = Question { name: Name::new("www.example.org").unwrap(), kind: dns::A, class: dns::INTERNET };
    Message { id: 0x1234, flags: dns::RECURSION_DESIRED, questions: vec![question], answers: vec![] }
}

#[test]
fn a_query_is_on_the_wire_as_the_standard_has_it() {
    let wire = asking(b"\x03www\x07example\x03org\0");
    assert_eq!(query().encode().unwrap(), wire);
    assert_eq!(Message::parse(&wire).unwrap(), query());
    there_and_back(&FRAMING, &[&wire, &wire]);
}

#[test]
fn a_reply_repeats_the_question_and_points_to_its_name() {
    let name = Name::new("www.example.org").unwrap();
    let other = Record {
        kind: 16,
        data: b"\x05hello".to_vec(),
        ..Record::address(Name::new("org").unwrap(), 1, Ipv4Addr::LOCALHOST)
    };
    let reply = query().reply(vec![Record::address(name.clone(), 60, Ipv4Addr::new(192, 0, 2, 1)), other]);
    let wire = reply.encode().unwrap();
    assert_eq!(wire[..4], [0x12, 0x34, 0x85, 0]);
    assert_eq!(wire[33..49], *b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01");
    assert_eq!(Message::parse(&wire).unwrap(), reply);
    assert_eq!(reply.answers[0].name, name);
}

#[test]
fn a_message_that_is_cut_off_anywhere_is_refused() {
    let answers = vec![Record::address(Name::new("a.b").unwrap(), 60, Ipv4Addr::LOCALHOST)];
    let wire = query().reply(answers).encode().unwrap();
    for end in 0..wire.len() {
        assert!(
            matches!(Message::parse(&wire[..end]), Err(Fault::Truncated { arrived, missing: 1.. }) if arrived == end)
        );
    }
}

#[test]
fn what_follows_the_answers_is_not_read() {
    let wire = [query().encode().unwrap(), b"whatever".to_vec()].concat();
    assert_eq!(Message::parse(&wire).unwrap(), query());
}

#[test]
fn pointers_are_followed_backwards() {
    let mut wire = header(4, 0);
    wire.extend(b"\x03org\0\0\x01\0\x01");
    wire.extend(b"\x03www\xc0\x0c\0\x01\0\x01");
    // To a name that ends with a pointer itself. The message goes on behind the first one.
    wire.extend(b"\x03ftp\xc0\x15\0\x01\0\x01");
    wire.extend(b"\x03net\0\0\x01\0\x01");
    let message = Message::parse(&wire).unwrap();
    assert_eq!(message.questions[0].name.to_string(), "org.");
    assert_eq!(message.questions[1].name.to_string(), "www.org.");
    assert_eq!(message.questions[2].name.to_string(), "ftp.www.org.");
    assert_eq!(message.questions[3].name.to_string(), "net.");
}

#[test]
fn pointers_that_would_never_end_are_refused() {
    for name in [
        // To itself, to what follows, beyond the message.
        &b"\xc0\x0c"[..],
        b"\xc0\x0e\0",
        b"\xff\xff",
        // To the label before it, again and again.
        b"\x01a\xc0\x0c",
    ] {
        assert!(matches!(name_in(&asking(name)), Err(Fault::Malformed { .. })), "{}", name.escape_ascii());
    }
    // Two that point to each other: the first one is already wrong.
    assert!(name_in(&asking(b"\xc0\x0e\xc0\x0c")).is_err());
    // The first two bytes of the message are a pointer to themselves.
    let mut wire = asking(b"\xc0\x00");
    wire[..2].copy_from_slice(b"\xc0\x00");
    assert!(matches!(name_in(&wire), Err(Fault::Malformed { at: 0, .. })));
}

#[test]
fn labels_and_names_have_their_limits() {
    let label = |length: u8| [&[length][..], &vec![b'a'; length.into()]].concat();
    assert!(name_in(&asking(&[label(63), vec![0]].concat())).is_ok());
    assert!(matches!(name_in(&asking(&[label(64), vec![0]].concat())), Err(Fault::Malformed { at: 12, .. })));
    // 255 bytes with their lengths and the zero, and one more.
    let longest = [label(63), label(63), label(63), label(61), vec![0]].concat();
    assert!(name_in(&asking(&longest)).is_ok());
    let longer = [label(63), label(63), label(63), label(62), vec![0]].concat();
    assert!(matches!(name_in(&asking(&longer)), Err(Fault::TooLong { limit: 255, .. })));

    let text = |lengths: &[usize]| lengths.iter().map(|length| "a".repeat(*length)).collect::<Vec<_>>().join(".");
    assert!(Name::new(&text(&[63, 63, 63, 61])).is_ok());
    assert!(matches!(Name::new(&text(&[63, 63, 63, 62])), Err(Fault::TooLong { length: Some(256), limit: 255 })));
    assert!(matches!(Name::new(&text(&[64])), Err(Fault::TooLong { length: Some(64), limit: 63 })));
    assert!(matches!(Name::new("a..b"), Err(Fault::Malformed { .. })));
}

#[test]
fn names_are_shown_with_what_cannot_be_printed_escaped() {
    assert_eq!(name_in(&asking(b"\0")).unwrap(), ".");
    assert_eq!(name_in(&asking(b"\x05a.b\\\x07\x01z\0")).unwrap(), "a\\.b\\\\\\007.z.");
    assert_eq!(Name::new("example.org.").unwrap(), Name::new("example.org").unwrap());
    assert_eq!(Name::new(".").unwrap().to_string(), ".");
}

#[test]
fn what_does_not_fit_into_a_message_is_refused() {
    let record =
        |length| Record { data: vec![0; length], ..Record::address(Name::new("a").unwrap(), 0, Ipv4Addr::LOCALHOST) };
    let message = |length| query().reply(vec![record(length)]);
    let rest = message(0).encode().unwrap().len();
    assert_eq!(message(65_535 - rest).encode().unwrap().len(), 65_535);
    assert_eq!(message(65_536 - rest).encode(), Err(Fault::TooLong { length: Some(65_536), limit: 65_535 }));
}
