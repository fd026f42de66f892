//! What the poller is for: any number of connections, few threads, and nobody who waits for a client.

#![cfg(unix)]

mod common;

use std::collections::HashSet;
use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use event::Event;
use framing::{Delimited, FrameError};
use server::{Accepting, End, Handler, Limits, Polled, Pooled, Replies, Server, ServerHandle, State, Then};

use common::{Client, LONG, LONGEST, echo, patient, until};

const SHORT: Duration = Duration::from_millis(200);

/// Each takes two descriptors here, for this process has both ends of it.
#[cfg(target_os = "linux")]
fn make_room_for(connections: usize) {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = 2 * connections as u64 + 200;
    if limit.current.is_some_and(|current| current < wanted) {
        assert!(limit.maximum.is_none_or(|most| wanted <= most), "this test needs {wanted} descriptors");
        limit.current = Some(wanted);
        setrlimit(Resource::Nofile, limit).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn two_thousand_who_are_silent_do_not_matter_to_three_threads() {
    rehearsal::rehearse(|| {
        make_room_for(2000);
        let (server, _ends) = echo(Polled::new(2), Limits { backlog: 2001, connections: 2001, ..patient() });
        let mut silent: Vec<_> = (0..2000).map(|_| Client::new(server.local_addr())).collect();
        // Some of them in the middle of a line.
        silent.iter_mut().for_each(|client| client.ask("hello", "hello"));
        silent.iter_mut().step_by(10).for_each(|client| client.send("and then"));
        Client::new(server.local_addr()).ask("is anybody there?", "is anybody there?");
        assert_eq!(server.stats().threads, 3);
        silent.iter_mut().step_by(10).for_each(|client| client.ask("?", "and then?"));
        assert_eq!(server.shutdown(LONG), Ok(()));
        assert_eq!(server.stats().threads, 0);
    });
}

#[test]
fn the_threads_of_each_strategy_are_counted() {
    let threads = |strategy: Box<dyn FnOnce() -> ServerHandle + Send>| {
        rehearsal::rehearse(|| {
            let server = strategy();
            Client::new(server.local_addr()).ask("hello", "hello");
            let threads = server.stats().threads;
            assert_eq!(server.shutdown(LONG), Ok(()));
            assert_eq!(server.stats().threads, 0);
            threads
        })
    };
    assert_eq!(threads(Box::new(|| echo(Pooled::new(3), patient()).0)), 4);
    assert_eq!(threads(Box::new(|| echo(Accepting::new(3), patient()).0)), 3);
    assert_eq!(threads(Box::new(|| echo(Polled::new(3), patient()).0)), 4);
}

#[test]
fn one_byte_at_a_time_holds_nobody_up() {
    rehearsal::rehearse(|| {
        let (server, _ends) = echo(Polled::new(1), patient());
        let mut slow: Vec<_> = (0..20).map(|_| Client::new(server.local_addr())).collect();
        let mut quick = Client::new(server.local_addr());
        for letter in "letter by letter".chars() {
            for client in &mut slow {
                client.send(&letter.to_string());
                quick.ask("at once", "at once");
            }
        }
        slow.iter_mut().for_each(|client| client.ask("", "letter by letter"));
    });
}

/// Sees to it that there is always something to read from one of the clients: for each of its lines that is handled, it
/// sends another one.
struct Perpetual {
    talker: Arc<OnceLock<TcpStream>>,
    enough: Arc<Event>,
}

/// Two of these fill a read.
const LONG_LINE: usize = 4096;

impl Handler for Perpetual {
    type Session = ();

    fn begin(&self, _peer: SocketAddr) {}

    fn frame(&self, (): &mut (), frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError> {
        if frame.len() < LONG_LINE - 1 {
            replies.send(frame)?;
        } else if !self.enough.is_set() {
            let mut talker = self.talker.get().expect("it was there first");
            talker.write_all(&[frame, b"\n"].concat())?;
        }
        Ok(Then::GoOn)
    }
}

#[test]
fn who_never_stops_talking_holds_nobody_up() {
    rehearsal::rehearse(|| {
        let (enough, talker) = (Arc::new(Event::new()), Arc::new(OnceLock::new()));
        let perpetual = Perpetual { talker: Arc::clone(&talker), enough: Arc::clone(&enough) };
        let server = Server::bind("127.0.0.1:0").unwrap().limits(patient());
        let server = server.start(Polled::new(1), Delimited::lf(LONGEST), perpetual).unwrap();
        let mut first = Client::new(server.local_addr());
        talker.set(first.stream().try_clone().unwrap()).unwrap();
        first.send(&format!("{}\n", "x".repeat(LONG_LINE - 1)).repeat(20));
        let mut quick = Client::new(server.local_addr());
        for _ in 0..5 {
            quick.ask("and I?", "and I?");
        }
        enough.set();
    });
}

#[test]
fn who_never_reads_holds_nobody_up_and_is_not_read() {
    rehearsal::rehearse(|| {
        let (server, _ends) = echo(Polled::new(1), patient());
        let mut deaf = Client::new(server.local_addr());
        deaf.stream().set_nonblocking(true).unwrap();
        let line = format!("{}\n", "x".repeat(1000));
        let mut sent = 0;
        let mut fill = |connection: &mut Client| {
            loop {
                match connection.0.get_mut().write(&line.as_bytes()[sent % line.len()..]) {
                    Ok(count) => sent += count,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                    Err(error) => panic!("{error}"),
                }
            }
        };
        let mut other = Client::new(server.local_addr());
        // It takes some rounds until all the buffers on the way are full.
        until(|| {
            fill(&mut deaf);
            other.ask("quick", "quick");
            server.stats().connections[0].state == State::Writing
        });
        fill(&mut deaf);
        other.ask("still quick", "still quick");
        let connection = &server.stats().connections[0];
        assert!(connection.received - connection.sent < 256 * 1024, "{connection:?}, of {sent} sent");
        // It reads again, and gets all that it has asked for.
        deaf.stream().set_nonblocking(false).unwrap();
        for _ in 0..sent / line.len() {
            assert_eq!(deaf.line().len(), 1000);
        }
    });
}

#[test]
fn who_never_reads_is_not_kept_beyond_the_deadline() {
    for limits in [Limits { write: SHORT, ..patient() }, Limits { rate: 1_000_000, grace: SHORT, ..patient() }] {
        rehearsal::rehearse(|| {
            let (server, ends) = echo(Polled::new(1), limits);
            let mut deaf = Client::new(server.local_addr());
            let line = format!("{}\n", "x".repeat(100_000));
            while deaf.0.get_mut().write_all(line.as_bytes()).is_ok() {}
            assert_eq!(ends.recv().unwrap(), End::Unread);
            Client::new(server.local_addr()).ask("next", "next");
        });
    }
}

#[test]
fn each_limit_strikes_though_nobody_waits_for_it() {
    let frame = Limits { frame: SHORT, linger: Duration::ZERO, ..patient() };
    let rate = Limits { rate: 1000, grace: SHORT, linger: Duration::ZERO, ..patient() };
    for limits in [frame, rate] {
        rehearsal::rehearse(|| {
            let (server, ends) = echo(Polled::new(2), limits);
            let trickling = Client::new(server.local_addr());
            while trickling.stream().write_all(b"x").is_ok() {
                thread::sleep(SHORT / 10);
            }
            assert_eq!(ends.recv().unwrap(), End::Slow);
            until(|| server.stats().totals.lapsed == 1);
        });
    }
}

#[test]
fn a_peer_that_does_not_close_is_let_go() {
    rehearsal::rehearse(|| {
        let (server, ends) = echo(Polled::new(1), Limits { linger: SHORT, ..patient() });
        let mut client = Client::new(server.local_addr());
        client.send("quit\n");
        assert_eq!(ends.recv().unwrap(), End::HungUp);
        Client::new(server.local_addr()).ask("meanwhile", "meanwhile");
        until(|| server.stats().connections.is_empty());
        assert_eq!(client.rest(), "");
    });
}

#[test]
fn an_answer_larger_than_all_buffers_arrives_whole() {
    rehearsal::rehearse(|| {
        let (server, _ends) = echo(Polled::new(1), patient());
        let address = server.local_addr();
        let long = "0123456789".repeat(LONGEST / 10 - 1);
        let asking: Vec<_> = (0..4)
            .map(|_| {
                let long = long.clone();
                thread::spawn(move || (0..5).for_each(|_| Client::new(address).ask(&long, &long)))
            })
            .collect();
        asking.into_iter().for_each(|client| client.join().unwrap());
    });
}

/// Answers `meet` when all have come who are to meet. Says when two threads are in one session at once.
struct Meeting {
    all: Barrier,
    crowded: Arc<AtomicBool>,
}

impl Handler for Meeting {
    type Session = Arc<AtomicUsize>;

    fn begin(&self, _peer: SocketAddr) -> Arc<AtomicUsize> {
        Arc::default()
    }

    fn frame(&self, here: &mut Self::Session, frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError> {
        if here.fetch_add(1, SeqCst) != 0 {
            self.crowded.store(true, SeqCst);
        }
        if frame == b"meet" {
            self.all.wait();
        }
        here.fetch_sub(1, SeqCst);
        replies.send(frame)?;
        Ok(Then::GoOn)
    }
}

#[test]
fn a_handler_that_takes_its_time_is_helped_by_all_other_workers() {
    rehearsal::rehearse(|| {
        let crowded = Arc::new(AtomicBool::new(false));
        let meeting = Meeting { all: Barrier::new(4), crowded: Arc::clone(&crowded) };
        let server = Server::bind("127.0.0.1:0").unwrap().limits(patient());
        let server = server.start(Polled::new(5), Delimited::lf(LONGEST), meeting).unwrap();
        for _ in 0..20 {
            // Four handlers wait for each other, and what follows them waits for its turn. The fifth worker serves the rest.
            let mut clients: Vec<_> = (0..4).map(|_| Client::new(server.local_addr())).collect();
            let (last, first) = clients.split_last_mut().unwrap();
            for client in first {
                client.send("meet\n");
                client.send("after\n");
            }
            Client::new(server.local_addr()).ask("and I?", "and I?");
            last.send("meet\nafter\n");
            for client in &mut clients {
                assert_eq!(client.line(), "meet");
                assert_eq!(client.line(), "after");
            }
        }
        assert!(!crowded.load(SeqCst), "one thread at a time");
    });
}

/// Keeps a book of what it has answered.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<Vec<String>>>);

impl Handler for Book {
    type Session = ();

    fn begin(&self, _peer: SocketAddr) {}

    fn frame(&self, (): &mut (), frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError> {
        self.0.lock().unwrap().push(String::from_utf8(frame.to_vec()).expect("the test sends text"));
        replies.send(frame)?;
        Ok(Then::GoOn)
    }
}

#[test]
fn a_shutdown_amid_many_clients_accounts_for_every_request() {
    for workers in [1, 4] {
        rehearsal::rehearse(move || {
            let book = Book::default();
            // Nobody is cut off who has yet to read.
            let server = Server::bind("127.0.0.1:0").unwrap().limits(Limits { linger: LONG, ..patient() });
            let server = server.start(Polled::new(workers), Delimited::lf(100), book.clone()).unwrap();
            let mut clients: Vec<_> = (0..200).map(|_| Client::new(server.local_addr())).collect();
            clients.iter_mut().for_each(|client| client.ask("hello", "hello"));
            book.0.lock().unwrap().clear();
            let shutting = Barrier::new(2);
            let told: Vec<String> = thread::scope(|scope| {
                scope.spawn(|| {
                    shutting.wait();
                    assert_eq!(server.shutdown(LONG), Ok(()));
                });
                for (number, client) in clients.iter_mut().enumerate() {
                    if number == 100 {
                        shutting.wait();
                    }
                    // The server may have gone.
                    let request: String = (0..9).map(|part| format!("{number}/{part}\n")).collect();
                    _ = client.0.get_mut().write_all(request.as_bytes());
                }
                clients.into_iter().flat_map(lines).collect()
            });
            let done = book.0.lock().unwrap();
            let (once, heard): (HashSet<_>, HashSet<_>) = (done.iter().collect(), told.iter().collect());
            assert_eq!(once.len(), done.len(), "nothing was done twice");
            assert_eq!(heard.len(), told.len(), "nothing was answered twice");
            assert_eq!(once, heard, "what was done was acknowledged, and the other way round");
            assert!(told.len() >= 9, "somebody was in time");
        });
    }
}

/// All the lines that the server sends until it has gone.
fn lines(mut client: Client) -> Vec<String> {
    use std::io::BufRead;
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        match client.0.read_line(&mut line) {
            Ok(1..) => lines.push(line.trim_end().to_owned()),
            _ => return lines,
        }
    }
}
