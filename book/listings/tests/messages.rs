//! What the chapter on messages says of its listings. Nothing in them is concurrent, so they are no business of the model.
#![cfg(not(loom))]

use std::io::{ErrorKind, Read};

use framing::command::{Reply, Request};
use framing::{FrameReader, FrameWriter, command};
use listings::framing::{read_believing, serve};

fn wire(frames: &[&[u8]]) -> Vec<u8> {
    let mut writer = FrameWriter::new(Vec::new(), command::FRAMING);
    for frame in frames {
        writer.write_frame(frame).expect("it is short");
    }
    writer.into_inner()
}

#[test]
fn who_believes_the_length_reads_what_is_well_meant() {
    assert_eq!(read_believing(&mut &b"\0\0\0\x05hello"[..]).expect("it is well meant"), b"hello");
}

/// The second of two flaws; the first one, the lie, would take the memory of whoever runs this.
#[test]
fn who_keeps_what_has_come_in_local_variables_loses_it_at_a_time_out() {
    struct TimesOutOnce(bool);
    impl Read for TimesOutOnce {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) { Ok(0) } else { Err(ErrorKind::WouldBlock.into()) }
        }
    }
    let mut stream = (&b"\0\0\0\x05he"[..]).chain(TimesOutOnce(false)).chain(&b"llo\0\0\0\x01a"[..]);
    let time_out = read_believing(&mut stream).expect_err("the time is over");
    assert_eq!(time_out.kind(), ErrorKind::WouldBlock);
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("it is in memory");
    assert_eq!(rest, b"llo\0\0\0\x01a", "the length and the first two letters are gone");
}

#[test]
fn the_server_answers_what_it_understands_and_refuses_the_rest() {
    let requests = wire(&[&Request::Sum(vec![3, 4]).encode(), b"?", &Request::Bye.encode(), b"\x01too late"]);
    let mut replies = Vec::new();
    serve(&requests[..], &mut replies).expect("the stream is sound");
    let mut replies = FrameReader::new(&replies[..], command::FRAMING);
    let mut next = || replies.read_frame().expect("it is well formed").map(|it| Reply::parse(it).expect("a reply"));
    assert_eq!(next(), Some(Reply::Done(7_i64.to_be_bytes().to_vec())));
    assert_eq!(next(), Some(Reply::Refused("there is no command 63".to_owned())));
    assert_eq!(next(), None, "who has said bye gets no answer");
}
