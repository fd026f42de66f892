//! What a hub promises, of whose subscribers one never reads.
//!
//! Bob reads each line before the next one is published, so that no line waits for him. Alice does not read.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use nobody_reads::Hub;
use nobody_reads::buffers::Ends;

#[path = "../../memory.rs"]
mod memory;

use memory::held;

/// More than any test takes.
const LONG: Duration = Duration::from_secs(10);

/// How many lines may wait for a subscriber.
const ROOM: usize = 8;

/// The buffers of a socket, so small that they are soon full.
const SMALL: usize = 16 * 1024;

/// Somebody who subscribes, and the hub's end of the connection.
fn subscribe(hub: &Hub) -> io::Result<(BufReader<TcpStream>, TcpStream)> {
    let Ends { writer, reader } = Ends::new(Some(SMALL), Some(SMALL))?;
    reader.set_read_timeout(Some(LONG))?;
    let end = writer.try_clone()?;
    hub.subscribe(writer)?;
    Ok((BufReader::new(reader), end))
}

/// The line with this number, so long.
fn line(number: usize, length: usize) -> String {
    format!("{number} {}", "x".repeat(length))
}

/// Publishes so many lines, so long, each when Bob has read the one before.
#[track_caller]
fn publish_for_bob(hub: &Arc<Hub>, bob: &mut BufReader<TcpStream>, lines: usize, length: usize) {
    let (sender, receiver) = channel();
    let publisher = Arc::clone(hub);
    // Not here: this thread would be held up with Bob, and nobody left to tell.
    thread::spawn(move || receiver.iter().for_each(|line: String| publisher.publish(&line)));
    let mut got = String::new();
    for number in 0..lines {
        let line = line(number, length);
        sender.send(line.clone()).expect("the publisher does not panic");
        got.clear();
        match bob.read_line(&mut got) {
            Ok(0) => panic!("Bob reads whatever comes, and has been cut off after {number} lines"),
            Ok(_) => assert!(got.trim_end() == line, "line {number} has arrived, and it is not what was published"),
            Err(error) if error.kind() == ErrorKind::WouldBlock && got.is_empty() => {
                panic!("Bob has waited {LONG:?} for line {number}: whoever publishes sleeps, until Alice reads")
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                panic!("Bob has got {} bytes of line {number}, and the rest of {length} was never sent", got.len())
            }
            Err(error) => panic!("Bob's connection has failed after {number} lines: {error}"),
        }
    }
}

#[test]
fn everybody_gets_every_line() -> io::Result<()> {
    let hub = Arc::new(Hub::new(ROOM));
    let (mut alice, _) = subscribe(&hub)?;
    let (mut bob, _) = subscribe(&hub)?;
    publish_for_bob(&hub, &mut bob, ROOM, 10);
    for number in 0..ROOM {
        let mut got = String::new();
        alice.read_line(&mut got)?;
        assert_eq!(got.trim_end(), line(number, 10));
    }
    assert_eq!(hub.subscribers(), 2);
    Ok(())
}

#[test]
fn a_line_may_be_longer_than_all_buffers() -> io::Result<()> {
    let hub = Arc::new(Hub::new(ROOM));
    let (mut bob, _) = subscribe(&hub)?;
    publish_for_bob(&hub, &mut bob, 3, 1 << 20);
    Ok(())
}

#[test]
fn nobody_is_held_up_by_one_who_never_reads() -> io::Result<()> {
    let hub = Arc::new(Hub::new(ROOM));
    let (_alice, _) = subscribe(&hub)?;
    let (mut bob, _) = subscribe(&hub)?;
    publish_for_bob(&hub, &mut bob, 200, 4096);
    Ok(())
}

/// The other tests run beside this one, and take a fraction of what is allowed.
#[test]
fn one_who_never_reads_costs_little_memory() -> io::Result<()> {
    const LENGTH: usize = 64 * 1024;
    const LINES: usize = 1000;
    const ALLOWED: usize = 16 << 20;
    let hub = Arc::new(Hub::new(ROOM));
    let (_alice, _) = subscribe(&hub)?;
    let (mut bob, _) = subscribe(&hub)?;
    let before = held();
    publish_for_bob(&hub, &mut bob, LINES, LENGTH);
    let more = held().saturating_sub(before);
    let all = LENGTH * LINES;
    assert!(more < ALLOWED, "{all} bytes were published, and {more} of them are in memory: who is to read them?");
    Ok(())
}

#[test]
fn one_for_whom_too_much_waits_is_cut_off() -> io::Result<()> {
    let hub = Arc::new(Hub::new(ROOM));
    let (mut alice, _) = subscribe(&hub)?;
    let (mut bob, _) = subscribe(&hub)?;
    publish_for_bob(&hub, &mut bob, 200, 4096);
    assert_eq!(
        hub.subscribers(),
        1,
        "Alice has not read for 200 lines. If she goes on, does she know what she has missed?"
    );
    // What she gets when she reads at last has a beginning, and no hole. Its end may be a reset.
    let mut got = Vec::new();
    let end = alice.read_to_end(&mut got).map_err(|error| error.kind());
    assert!(!matches!(end, Err(ErrorKind::WouldBlock)), "Alice was cut off, and has waited {LONG:?} for the end");
    let published: String = (0..200).map(|number| line(number, 4096) + "\n").collect();
    assert!(published.as_bytes().starts_with(&got), "of {} bytes that Alice has got, some are missing", got.len());
    Ok(())
}

/// A thread that sleeps in `write` is woken if the connection is shut down, and if somebody reads.
#[test]
fn nobody_sleeps_at_a_connection_that_was_cut_off() -> io::Result<()> {
    let hub = Arc::new(Hub::new(ROOM));
    let (_alice, mut end) = subscribe(&hub)?;
    let (mut bob, _) = subscribe(&hub)?;
    publish_for_bob(&hub, &mut bob, 200, 4096);
    end.set_nonblocking(true)?;
    let written = end.write(b"x").map_err(|error| error.kind());
    assert_eq!(written, Err(ErrorKind::BrokenPipe), "Alice is a subscriber no longer, and her connection is open");
    Ok(())
}

/// Alice comes late. As many lines as may wait are waiting for her then, each longer than the system's buffers.
#[test]
fn as_many_lines_as_may_wait_are_kept() -> io::Result<()> {
    const LENGTH: usize = 4 * SMALL;
    let hub = Arc::new(Hub::new(ROOM));
    let (mut alice, _) = subscribe(&hub)?;
    let (mut bob, _) = subscribe(&hub)?;
    publish_for_bob(&hub, &mut bob, ROOM, LENGTH);
    for number in 0..ROOM {
        let mut got = String::new();
        alice.read_line(&mut got)?;
        assert!(
            got.trim_end() == line(number, LENGTH),
            "{ROOM} lines may wait for Alice, and as many have been published. Now she reads, and has got {} bytes of line \
             {number}, of {LENGTH}",
            got.len()
        );
    }
    assert_eq!(hub.subscribers(), 2);
    Ok(())
}

#[test]
fn one_who_hangs_up_is_forgotten() -> io::Result<()> {
    let hub = Arc::new(Hub::new(ROOM));
    drop(subscribe(&hub)?);
    let (mut bob, _) = subscribe(&hub)?;
    publish_for_bob(&hub, &mut bob, 200, 4096);
    assert_eq!(hub.subscribers(), 1, "Alice has hung up, and Bob has not");
    Ok(())
}

/// What the program prints is true: the bytes are somewhere.
#[test]
fn what_was_taken_is_there_to_be_read() -> io::Result<()> {
    let mut ends = Ends::new(Some(SMALL), Some(SMALL))?;
    let taken = ends.fill()?;
    let Ends { writer, mut reader } = ends;
    drop(writer);
    reader.set_read_timeout(Some(LONG))?;
    assert_eq!(reader.read_to_end(&mut Vec::new())?, taken);
    Ok(())
}
