//! Clients that are silent, slow, greedy, broken, or too many.

mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use framing::Fault;
use server::services::Store;
use server::{Accepting, End, Limits, Pooled, Server, State, ThreadPerConnection, WhenFull};
use socket2::SockRef;

use common::{Client, Each, LONG, LONGEST, echo, on_every_strategy, patient, until};

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
    on_every_strategy(1, |strategy| {
        let (server, ends) = echo(strategy, Limits { frame: SHORT, linger: Duration::ZERO, ..patient() });
        trickle(Client::new(server.local_addr()).stream());
        assert_eq!(ends.recv().unwrap(), End::Slow);
        Client::new(server.local_addr()).ask("next", "next");
        until(|| server.stats().totals.lapsed == 1);
    });
}

#[test]
fn a_frame_has_to_come_at_some_rate() {
    on_every_strategy(1, |strategy| {
        let limits = Limits { rate: 1000, grace: SHORT, linger: Duration::ZERO, ..patient() };
        let (server, ends) = echo(strategy, limits);
        trickle(Client::new(server.local_addr()).stream());
        assert_eq!(ends.recv().unwrap(), End::Slow);
    });
}

/// A client that asks, and never reads.
fn never_read(strategy: Each, limits: Limits) {
    let (server, ends) = echo(strategy, limits);
    let mut client = Client::new(server.local_addr());
    let line = format!("{}\n", "x".repeat(100_000));
    // Both sides' buffers fill, then this blocks, until the server has had enough.
    while client.0.get_mut().write_all(line.as_bytes()).is_ok() {}
    assert_eq!(ends.recv().unwrap(), End::Unread);
    Client::new(server.local_addr()).ask("next", "next");
}

#[test]
fn who_never_reads_is_not_waited_for_beyond_the_deadline() {
    on_every_strategy(1, |strategy| never_read(strategy, Limits { write: SHORT, ..patient() }));
}

#[test]
fn replies_have_to_be_taken_at_some_rate() {
    on_every_strategy(1, |strategy| never_read(strategy, Limits { rate: 1_000_000, grace: SHORT, ..patient() }));
}

#[test]
fn who_does_not_read_is_not_read_either() {
    on_every_strategy(1, |strategy| {
        let (server, _ends) = echo(strategy, patient());
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
fn those_who_left_while_they_waited_cost_nothing() {
    on_every_strategy(1, |strategy| {
        let (server, _ends) = echo(strategy, patient());
        let mut silent = Client::new(server.local_addr());
        silent.ask("hello", "hello");
        for _ in 0..100 {
            let mut client = Client::new(server.local_addr());
            client.send("is anybody there?\n");
            SockRef::from(client.stream()).set_linger(Some(Duration::ZERO)).unwrap();
        }
        let mut last = Client::new(server.local_addr());
        last.send("I have waited\n");
        drop(silent);
        assert_eq!(last.line(), "I have waited");
        until(|| server.stats().connections.len() == 1);
        last.ask("and I am alone", "and I am alone");
    });
}

#[test]
fn one_who_goes_on_talking_is_not_listened_to_for_long() {
    on_every_strategy(1, |strategy| {
        let (server, ends) = echo(strategy, Limits { linger: SHORT, ..patient() });
        let mut client = Client::new(server.local_addr());
        client.send("quit\n");
        trickle(client.stream());
        assert_eq!(ends.recv().unwrap(), End::HungUp);
    });
}

#[test]
fn one_who_goes_on_talking_is_not_listened_to_for_much() {
    on_every_strategy(1, |strategy| {
        let (server, ends) = echo(strategy, Limits { linger: LONG, ..patient() });
        let mut client = Client::new(server.local_addr());
        client.send("quit\n");
        while client.stream().write_all(&[b'x'; 10_000]).is_ok() {}
        assert_eq!(ends.recv().unwrap(), End::HungUp);
    });
}

/// Clients that are there no more, and have not said so: the battery is empty, or somebody has tripped over the cable.
#[cfg(target_os = "linux")]
mod vanished {
    use std::fs;
    use std::net::SocketAddr;

    use socket2::SockFilter;

    use super::*;

    /// From now on nothing arrives at the client. So the system does not acknowledge anything for it, nor say that it is
    /// there.
    fn vanish(client: &Client) {
        /// The instruction of a packet filter that ends it, with the number of bytes to let pass.
        const RETURN: u16 = 0x06;
        SockRef::from(client.stream()).attach_filter(&[SockFilter::new(RETURN, 0, 0, 0)]).unwrap();
    }

    #[test]
    fn between_two_frames_costs_the_time_to_be_idle() {
        on_every_strategy(1, |strategy| {
            let (server, ends) = echo(strategy, Limits { idle: SHORT, linger: SHORT, ..patient() });
            let mut client = Client::new(server.local_addr());
            client.ask("hello", "hello");
            vanish(&client);
            assert_eq!(ends.recv().unwrap(), End::Idle);
            Client::new(server.local_addr()).ask("next", "next");
        });
    }

    #[test]
    fn in_the_middle_of_a_frame_costs_the_time_for_a_frame() {
        on_every_strategy(1, |strategy| {
            let (server, ends) = echo(strategy, Limits { frame: SHORT, linger: SHORT, ..patient() });
            let mut client = Client::new(server.local_addr());
            client.send("half a li");
            vanish(&client);
            assert_eq!(ends.recv().unwrap(), End::Slow);
            Client::new(server.local_addr()).ask("next", "next");
        });
    }

    #[test]
    fn before_the_replies_costs_the_time_to_write() {
        on_every_strategy(1, |strategy| {
            let server = Server::bind("127.0.0.1:0").unwrap().limits(Limits { write: SHORT, ..patient() });
            let server = server.start(strategy, Store::framing(LONGEST), Store::new(2 * LONGEST)).unwrap();
            let mut client = Client::new(server.local_addr());
            client.ask(&format!("SET a {}", "x".repeat(LONGEST / 2)), "+OK");
            vanish(&client);
            // More than the system's buffers take.
            client.send(&"GET a\r\n".repeat(50));
            until(|| server.stats().totals.lapsed == 1);
            Client::new(server.local_addr()).ask("PING", "+PONG");
        });
    }

    /// How many times the system has asked whether the peer is there, and has had no answer.
    fn unanswered(local: SocketAddr, peer: SocketAddr) -> u32 {
        // The address of this machine is 127.0.0.1, and the system writes it as the processor reads it.
        let port = |address: SocketAddr| format!(":{:04X}", address.port());
        let table = fs::read_to_string("/proc/net/tcp").unwrap();
        let connection = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let mut ours = connection.filter(|words| words[1].ends_with(&port(local)) && words[2].ends_with(&port(peer)));
        ours.next().expect("the connection is there")[8].parse().unwrap()
    }

    #[test]
    fn is_asked_after_by_the_system() {
        rehearsal::rehearse(|| {
            let (server, _ends) = echo(ThreadPerConnection, Limits { keepalive: Duration::from_secs(1), ..patient() });
            let mut client = Client::new(server.local_addr());
            client.ask("hello", "hello");
            vanish(&client);
            let (local, peer) = (client.stream().peer_addr().unwrap(), client.stream().local_addr().unwrap());
            until(|| unanswered(local, peer) > 0);
        });
    }
}

#[test]
fn the_end_in_the_middle_of_a_frame_is_a_fault() {
    on_every_strategy(1, |strategy| {
        let (server, ends) = echo(strategy, patient());
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
    on_every_strategy(1, |strategy| {
        let server = Server::bind("127.0.0.1:0").unwrap();
        let server = server.start(strategy, Store::framing(1000), Store::new(1000)).unwrap();
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
fn noise_is_survived() {
    on_every_strategy(1, |strategy| {
        let server = Server::bind("127.0.0.1:0").unwrap();
        let server = server.start(strategy, Store::framing(1000), Store::new(1000)).unwrap();
        let mut seed = 1_u32;
        for _ in 0..200 {
            let noise: [u8; 1000] = std::array::from_fn(|_| {
                // As good as chance, and the same each time: a linear congruential generator.
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed.to_be_bytes()[0]
            });
            let client = Client::new(server.local_addr());
            // The server may hang up before it has read all of it.
            _ = client.stream().write_all(&noise);
            _ = client.stream().shutdown(Shutdown::Write);
            _ = client.stream().read_to_end(&mut Vec::new());
        }
        Client::new(server.local_addr()).ask("PING", "+PONG");
        until(|| server.stats().totals.ended >= 200);
        assert_eq!(server.stats().totals.panicked, 0);
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
    on_every_strategy(3, |strategy| {
        let limits = Limits { connections: 2, ..patient() };
        let server = Server::bind("127.0.0.1:0").unwrap().limits(limits);
        let server = server.start(strategy, Store::framing(1000), Store::new(1000)).unwrap();
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
    on_every_strategy(3, |strategy| {
        let limits = Limits { connections: 2, when_full: WhenFull::Wait, ..patient() };
        let (server, _ends) = echo(strategy, limits);
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
