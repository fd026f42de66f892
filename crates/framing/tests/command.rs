//! The worked codec: what the Rust side reads and writes. `peers.rs` has the Python side.

mod streams;

use framing::command::{FRAMING, Misunderstood, Reply, Request};
use streams::{there_and_back, written};

#[test]
fn requests_are_read_as_they_were_written() {
    let requests = [
        Request::Echo(b""),
        Request::Echo(b"hello"),
        Request::Sum(vec![]),
        Request::Sum(vec![1, -2, i32::MIN]),
        Request::Bye,
    ];
    let frames: Vec<_> = requests.iter().map(Request::encode).collect();
    for (request, frame) in requests.iter().zip(&frames) {
        assert_eq!(Request::parse(frame).as_ref(), Ok(request));
    }
    there_and_back(&FRAMING, &frames.iter().map(Vec::as_slice).collect::<Vec<_>>());
    assert_eq!(written(&FRAMING, &[&Request::Echo(b"hi").encode()]), b"\0\0\0\x03\x01hi");
}

#[test]
fn replies_are_read_as_they_were_written() {
    for reply in [Reply::Done(vec![]), Reply::Done(b"hello".to_vec()), Reply::Refused("no".to_owned())] {
        assert_eq!(Reply::parse(&reply.encode()), Ok(reply));
    }
}

#[test]
fn what_means_nothing_is_told_apart() {
    assert_eq!(Request::parse(b""), Err(Misunderstood::Empty));
    assert_eq!(Request::parse(b"\x09"), Err(Misunderstood::Command { command: 9 }));
    assert_eq!(Request::parse(b"\x02\0\0\x01"), Err(Misunderstood::Payload { command: 2 }));
    assert_eq!(Request::parse(b"\x03!"), Err(Misunderstood::Payload { command: 3 }));
    assert_eq!(Reply::parse(b""), Err(Misunderstood::Empty));
    assert_eq!(Reply::parse(b"\x02"), Err(Misunderstood::Command { command: 2 }));
    assert_eq!(Reply::parse(b"\x01\xff"), Err(Misunderstood::Payload { command: 1 }));
}

#[test]
fn a_sum_does_not_overflow() {
    let sum = Request::Sum(vec![i32::MAX; 2]).answer();
    assert_eq!(sum, Some(Reply::Done((2 * i64::from(i32::MAX)).to_be_bytes().to_vec())));
}
