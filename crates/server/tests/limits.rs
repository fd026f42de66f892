//! Clients that are silent, slow, greedy, broken, or too many.

mod common;

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use framing::Fault;
use server::services::Store;
use server::{Accepting, End, Limits, Pooled, Server, State, ThreadPerConnection, WhenFull};
use socket2::SockRef;

use common::{Client, LONG, LONGEST, echo, on_every_strategy, patient, until};

const SHORT: Duration = Duration::from_millis(200);

/// Sends a byte now and then, as long as the server takes them.
fn trickle(stream: &TcpStream) {
    while (&*stream).write_all(b"x").is_ok() {
        thread::sleep(SHORT / 10);
    }
}

#[test]
fn silence_between_frames_ends_a_connection() {
    on_every_strategy(1, |strategy| {
        let (server, ends) = echo(strategy, Limits { idle: SHORT, ..patient() });
        let mut client = Client::new(server.local_addr());
        client.ask("hello", "hello");
        assert_eq!(client.rest(), "");
        assert_eq!(ends.recv().unwrap(), End::Idle);
        Client::new(server.local_addr()).ask("next", "next");
    });
}

#[test]
fn one_byte_at_a_time_does_not_move_the_deadline_of_a_frame() {
    rehearsal::rehearse(|| {
        let (server, ends) = echo(Pooled::new(1), Limits { frame: SHORT, linger: Duration::ZERO, ..patient() });
        trickle(Client::new(server.local_addr()).stream());
        assert_eq!(ends.recv().unwrap(), End::Slow);
        Client::new(server.local_addr()).ask("next", "next");
        until(|| server.stats().totals.lapsed == 1);
    });
}

#[test]
fn a_frame_has_to_come_at_some_rate() {
    rehearsal::rehearse(|| {
        let limits = Limits { rate: 1000, grace: SHORT, linger: Duration::ZERO, ..patient() };
        let (server, ends) = echo(Pooled::new(1), limits);
        trickle(Client::new(server.local_addr()).stream());
        assert_eq!(ends.recv().unwrap(), End::Slow);
    });
}

/// A client that asks, and never reads.
fn never_read(limits: Limits) {
    rehearsal::rehearse(move || {
        let (server, ends) = echo(Pooled::new(1), limits);
        let mut client = Client::new(server.local_addr());
        let line = format!("{}\n", "x".repeat(100_000));
        // Both sides' buffers fill, then this blocks, until the server has had enough.
        while client.0.get_mut().write_all(line.as_bytes()).is_ok() {}
        assert_eq!(ends.recv().unwrap(), End::Unread);
        Client::new(server.local_addr()).ask("next", "next");
    });
}

#[test]
fn who_never_reads_is_not_waited_for_beyond_the_deadline() {
    never_read(Limits { write: SHORT, ..patient() });
}

#[test]
fn replies_have_to_be_taken_at_some_rate() {
    never_read(Limits { rate: 1_000_000, grace: SHORT, ..patient() });
}

#[test]
fn who_does_not_read_is_not_read_either() {
    rehearsal::rehearse(|| {
        let (server, _ends) = echo(ThreadPerConnection, patient());
        let client = Client::new(server.local_addr());
        client.stream().set_write_timeout(Some(SHORT)).unwrap();
        let line = format!("{}\n", "x".repeat(1000));
        let mut sent = 0;
        while let Ok(count) = client.stream().write(line.as_bytes()) {
            sent += count;
        }
        until(|| server.stats().connections[0].state == State::Writing);
        let connection = &server.stats().connections[0];
        // What it has read and not answered is a reader's buffer, and a buffer of replies: all else is in the kernel.
        assert!(connection.received - connection.sent < 256 * 1024, "{connection:?}, of {sent} sent");
        assert_eq!(server.shutdown(Duration::ZERO).unwrap_err().running, 0);
    });
}

#[test]
fn a_reset_in_the_middle_of_a_frame_ends_one_connection() {
    on_every_strategy(1, |strategy| {
        let (server, ends) = echo(strategy, patient());
        let mut client = Client::new(server.local_addr());
        client.send("half a li");
        until(|| server.stats().connections.first().is_some_and(|first| first.state == State::Reading));
        SockRef::from(client.stream()).set_linger(Some(Duration::ZERO)).unwrap();
        drop(client);
        assert_eq!(ends.recv().unwrap(), End::Failed(ErrorKind::ConnectionReset));
        Client::new(server.local_addr()).ask("next", "next");
    });
}

#[test]
fn the_end_in_the_middle_of_a_frame_is_a_fault() {
    rehearsal::rehearse(|| {
        let (server, ends) = echo(Accepting::new(1), patient());
        let mut client = Client::new(server.local_addr());
        client.send("whole\nhalf");
        client.say_no_more();
        assert_eq!(client.rest(), "whole\n");
        assert_eq!(ends.recv().unwrap(), End::Fault(Fault::Truncated { arrived: 4, missing: 1 }));
    });
}

#[test]
fn what_came_before_an_oversized_frame_is_answered() {
    on_every_strategy(1, |strategy| {
        let (server, ends) = echo(strategy, patient());
        let mut client = Client::new(server.local_addr());
        client.send("fine\n");
        // The server stops reading somewhere in there, and its farewell has bounds.
        let long = "x".repeat(LONGEST + 10_000);
        client.send(&long);
        assert_eq!(client.line(), "fine");
        assert!(matches!(ends.recv().unwrap(), End::Fault(Fault::TooLong { limit: LONGEST, .. })));
        until(|| server.stats().totals.faults == 1);
    });
}

#[test]
fn garbage_is_answered_with_an_error_and_the_end() {
    rehearsal::rehearse(|| {
        let server = Server::bind("127.0.0.1:0").unwrap();
        let server = server.start(Pooled::new(1), Store::framing(1000), Store::new(1000)).unwrap();
        for garbage in ["*1\r\n!garbage", "*-7\r\n", "\"half a quote\r\n", "*2\r\n$999999\r\n"] {
            let mut client = Client::new(server.local_addr());
            client.send("PING\r\n");
            client.send(garbage);
            let answers = client.rest();
            assert!(answers.starts_with("+PONG\r\n-ERR Protocol error: "), "{garbage:?}: {answers:?}");
            assert!(answers.ends_with("\r\n"), "{garbage:?}: {answers:?}");
        }
        let mut client = Client::new(server.local_addr());
        client.ask("PING", "+PONG");
    });
}

#[test]
fn the_store_is_bounded_and_counts_what_it_holds() {
    rehearsal::rehearse(|| {
        let server = Server::bind("127.0.0.1:0").unwrap();
        let server = server.start(Pooled::new(1), Store::framing(10_000), Store::new(1000)).unwrap();
        let mut client = Client::new(server.local_addr());
        let long = "x".repeat(800);
        client.ask(&format!("SET a {long}"), "+OK");
        client.ask(&format!("SET b {long}"), "-OOM the store is full");
        client.ask(&format!("SET a {long}"), "+OK");
        client.ask("DEL a b a", ":1");
        client.ask(&format!("SET b {long}"), "+OK");
        client.ask("DEL", "-ERR wrong number of arguments");
        client.ask("FLUSHALL", "-ERR unknown command");
    });
}

#[test]
fn who_is_one_too_many_is_told_so() {
    rehearsal::rehearse(|| {
        let limits = Limits { connections: 2, ..patient() };
        let server = Server::bind("127.0.0.1:0").unwrap().limits(limits);
        let server = server.start(ThreadPerConnection, Store::framing(1000), Store::new(1000)).unwrap();
        let mut clients = [Client::new(server.local_addr()), Client::new(server.local_addr())];
        clients.iter_mut().for_each(|client| client.ask("PING", "+PONG"));
        assert_eq!(Client::new(server.local_addr()).rest(), "-ERR max number of clients reached\r\n");
        assert_eq!(server.stats().totals.refused, 1);
        let [mut first, second] = clients;
        first.ask("PING", "+PONG");
        drop(second);
        until(|| server.stats().connections.len() == 1);
        // The seat is given back a moment after.
        until(|| {
            let mut third = Client::new(server.local_addr());
            third.0.get_mut().write_all(b"PING\r\n").is_ok() && third.line() == "+PONG"
        });
    });
}

#[test]
fn who_is_one_too_many_waits_until_somebody_leaves() {
    rehearsal::rehearse(|| {
        let limits = Limits { connections: 2, when_full: WhenFull::Wait, ..patient() };
        let (server, _ends) = echo(ThreadPerConnection, limits);
        let mut clients = [Client::new(server.local_addr()), Client::new(server.local_addr())];
        clients.iter_mut().for_each(|client| client.ask("hello", "hello"));
        let mut third = Client::new(server.local_addr());
        third.send("third\n");
        clients.iter_mut().for_each(|client| client.ask("still here", "still here"));
        assert!(!third.has_heard());
        assert_eq!(server.stats().totals.accepted, 2);
        drop(clients);
        assert_eq!(third.line(), "third");
        // Also one that waits for a seat is woken by a shutdown.
        let mut fourth = Client::new(server.local_addr());
        fourth.ask("fourth", "fourth");
        assert_eq!(server.shutdown(LONG), Ok(()));
    });
}

#[test]
fn silent_connections_starve_a_pool() {
    for accepting in [false, true] {
        rehearsal::rehearse(move || {
            let (server, _ends) =
                if accepting { echo(Accepting::new(2), patient()) } else { echo(Pooled::new(2), patient()) };
            let mut silent = [Client::new(server.local_addr()), Client::new(server.local_addr())];
            silent.iter_mut().for_each(|client| client.ask("hello", "hello"));
            let mut third = Client::new(server.local_addr());
            third.send("is anybody there?\n");
            if !accepting {
                until(|| server.stats().connections.iter().any(|connection| connection.state == State::Queued));
            }
            silent.iter_mut().for_each(|client| client.ask("I have all day", "I have all day"));
            assert!(!third.has_heard());
            let [one, _other] = silent;
            drop(one);
            assert_eq!(third.line(), "is anybody there?");
        });
    }
}

#[test]
fn silent_connections_do_not_matter_to_a_thread_each() {
    rehearsal::rehearse(|| {
        let (server, _ends) = echo(ThreadPerConnection, patient());
        let mut silent: Vec<_> = (0..500).map(|_| Client::new(server.local_addr())).collect();
        silent.iter_mut().for_each(|client| client.ask("hello", "hello"));
        Client::new(server.local_addr()).ask("is anybody there?", "is anybody there?");
        assert_eq!(server.shutdown(LONG), Ok(()));
    });
}
