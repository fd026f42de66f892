//! What a client gets, whatever the strategy.

mod common;

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use event::Event;
use framing::{Delimited, Fault, FrameError};
use server::{
    Door, End, Handler, Limits, Pooled, Replies, Server, State, Strategy, Then, ThreadPerConnection, WhenFull,
};

use common::{Client, LONG, LONGEST, echo, on_every_strategy, patient, until};

#[test]
fn every_strategy_answers_each_client_in_order() {
    on_every_strategy(4, |strategy| {
        let (server, ends) = echo(strategy, patient());
        let address = server.local_addr();
        thread::scope(|scope| {
            for client in 0..4 {
                scope.spawn(move || {
                    let mut connection = Client::new(address);
                    for round in 0..100 {
                        let text = format!("client {client}, round {round}");
                        connection.ask(&text, &text);
                    }
                });
            }
        });
        for _ in 0..4 {
            assert_eq!(ends.recv().unwrap(), End::Closed);
        }
        assert_eq!(server.shutdown(LONG), Ok(()));
        let stats = server.stats();
        assert_eq!((stats.totals.accepted, stats.totals.ended, stats.threads), (4, 4, 0));
        assert!(stats.connections.is_empty());
    });
}

#[test]
fn more_clients_than_workers_are_all_served_in_the_end() {
    on_every_strategy(2, |strategy| {
        let (server, _ends) = echo(strategy, patient());
        let address = server.local_addr();
        thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(move || Client::new(address).ask("hello", "hello"));
            }
        });
    });
}

#[test]
fn who_has_said_all_is_answered_to_the_end() {
    on_every_strategy(1, |strategy| {
        let (server, ends) = echo(strategy, patient());
        let mut client = Client::new(server.local_addr());
        client.send("one\ntwo\nthree\n");
        client.say_no_more();
        assert_eq!(client.rest(), "one\ntwo\nthree\n");
        assert_eq!(ends.recv().unwrap(), End::Closed);
    });
}

#[test]
fn a_handler_may_hang_up_and_what_it_said_arrives() {
    on_every_strategy(1, |strategy| {
        let (server, ends) = echo(strategy, patient());
        let mut client = Client::new(server.local_addr());
        // More than one read takes, so that some of it is not read by the handler. To close with that would be a reset.
        client.send(&format!("one\nquit\n{}", "x".repeat(50_000)));
        assert_eq!(client.rest(), "one\n");
        assert_eq!(ends.recv().unwrap(), End::HungUp);
    });
}

#[test]
fn a_panic_costs_one_connection() {
    on_every_strategy(1, |strategy| {
        let (server, ends) = echo(strategy, patient());
        for _ in 0..3 {
            let mut client = Client::new(server.local_addr());
            client.send("panic\n");
            assert_eq!(client.rest(), "");
            assert_eq!(ends.recv().unwrap(), End::Panicked);
        }
        Client::new(server.local_addr()).ask("still there?", "still there?");
        until(|| server.stats().totals.panicked == 3);
    });
}

/// Panics where it is told to, with something that panics again when it is dropped.
struct Nervous(&'static str);

struct Again;

impl Drop for Again {
    fn drop(&mut self) {
        rehearsal::panic_on_purpose();
    }
}

impl Nervous {
    fn at(&self, place: &str) {
        if self.0 == place {
            std::panic::resume_unwind(Box::new(Again));
        }
    }
}

impl Handler for Nervous {
    type Session = ();

    fn begin(&self, _peer: SocketAddr) {
        self.at("begin");
    }

    fn frame(&self, (): &mut (), _frame: &[u8], _replies: &mut Replies<'_>) -> Result<Then, FrameError> {
        self.at("frame");
        Ok(Then::HangUp)
    }

    fn fault(&self, (): &mut (), _fault: Fault, _replies: &mut Replies<'_>) -> Result<(), FrameError> {
        self.at("fault");
        Ok(())
    }

    fn end(&self, (): &mut (), _end: &End) {
        self.at("end");
    }
}

#[test]
fn a_panic_is_survived_wherever_it_comes_from() {
    rehearsal::rehearse(|| {
        for place in ["begin", "frame", "fault", "end"] {
            let server = Server::bind("127.0.0.1:0").unwrap();
            let server = server.start(Pooled::new(1), Delimited::lf(5), Nervous(place)).unwrap();
            for _ in 0..2 {
                let mut client = Client::new(server.local_addr());
                client.send(if place == "fault" { "too long" } else { "one\n" });
                assert_eq!(client.rest(), "");
            }
            until(|| server.stats().totals.ended == 2);
            assert_eq!(server.stats().totals.panicked, 2, "in {place}");
        }
    });
}

/// Tells when it has the line `two`, and waits.
#[derive(Default)]
struct Halt {
    there: Event,
    on: Event,
}

struct Halting(Arc<Halt>);

impl Handler for Halting {
    type Session = ();

    fn begin(&self, _peer: SocketAddr) {}

    fn frame(&self, (): &mut (), frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError> {
        if frame == b"two" {
            self.0.there.set();
            self.0.on.wait();
        }
        replies.send(frame)?;
        Ok(Then::GoOn)
    }
}
#[test]
fn what_came_in_one_read_is_answered_in_one_write() {
    rehearsal::rehearse(|| {
        let halt = Arc::new(Halt::default());
        let server = Server::bind("127.0.0.1:0").unwrap();
        let server = server.start(ThreadPerConnection, Delimited::lf(LONGEST), Halting(Arc::clone(&halt))).unwrap();
        let mut client = Client::new(server.local_addr());
        client.send("one\ntwo\n");
        halt.there.wait();
        assert_eq!(server.stats().connections[0].state, State::Handling);
        assert!(!client.has_heard(), "the first is answered, but not sent before the second is answered too");
        halt.on.set();
        assert_eq!(client.line(), "one");
        assert_eq!(client.line(), "two");
    });
}

#[test]
fn the_stats_tell_who_is_there() {
    on_every_strategy(1, |strategy| {
        let (server, _ends) = echo(strategy, patient());
        let mut client = Client::new(server.local_addr());
        client.ask("hello", "hello");
        client.ask("you", "you");
        client.send("half");
        until(|| server.stats().connections[0].state == State::Reading);
        let stats = server.stats();
        let connection = &stats.connections[0];
        assert_eq!(connection.local, client.stream().peer_addr().unwrap());
        assert_eq!(connection.peer, client.stream().local_addr().unwrap());
        assert_eq!((connection.received, connection.sent, connection.frames), (14, 10, 2));
        assert!(connection.thread.is_some());
        let table = stats.to_string();
        assert!(table.contains("reading") && table.contains("1 open, 1 accepted"), "{table}");
    });
}

#[test]
fn a_shutdown_takes_leave_of_whoever_is_silent() {
    on_every_strategy(2, |strategy| {
        let (server, ends) = echo(strategy, patient());
        let mut clients = [Client::new(server.local_addr()), Client::new(server.local_addr())];
        clients.iter_mut().for_each(|client| client.ask("hello", "hello"));
        assert_eq!(server.shutdown(LONG), Ok(()));
        assert_eq!((ends.recv().unwrap(), ends.recv().unwrap()), (End::Stopped, End::Stopped));
        clients.into_iter().for_each(|client| assert_eq!(client.rest(), ""));
        assert!(TcpStream::connect(server.local_addr()).is_err(), "nobody listens any more");
        assert_eq!(server.shutdown(LONG), Ok(()), "again does no harm");
        // Nor does the port have to be left alone for a minute.
        drop(Server::bind(server.local_addr()).unwrap());
    });
}

#[test]
fn a_shutdown_waits_for_the_frame_that_has_begun() {
    on_every_strategy(1, |strategy| {
        let (server, ends) = echo(strategy, patient());
        let mut client = Client::new(server.local_addr());
        client.ask("hello", "hello");
        client.send("good-");
        until(|| server.stats().connections[0].state == State::Reading);
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                assert_eq!(server.shutdown(LONG), Ok(()));
                over.store(true, SeqCst);
            });
            until(|| TcpStream::connect(server.local_addr()).is_err());
            assert!(!over.load(SeqCst));
            client.send("bye\n");
            assert_eq!(client.rest(), "good-bye\n");
        });
        // Some of those may have come in who only looked whether the door was open.
        assert!(ends.try_iter().any(|end| end == End::Stopped));
    });
}

#[test]
fn a_shutdown_cuts_what_is_left_at_the_deadline() {
    on_every_strategy(1, |strategy| {
        let (server, ends) = echo(strategy, patient());
        let mut client = Client::new(server.local_addr());
        client.send("half a li");
        until(|| server.stats().connections.first().is_some_and(|first| first.state == State::Reading));
        let unfinished = server.shutdown(Duration::from_millis(50)).unwrap_err();
        assert_eq!((unfinished.cut, unfinished.running), (1, 0));
        assert!(matches!(ends.recv().unwrap(), End::Stopped | End::Failed(_)));
    });
}

#[test]
fn a_handler_that_never_returns_is_told_of_and_left_behind() {
    rehearsal::rehearse(|| {
        let halt = Arc::new(Halt::default());
        // Whoever accepts waits for a seat, and is not what is left behind.
        let limits = Limits { connections: 1, when_full: WhenFull::Wait, ..patient() };
        let server = Server::bind("127.0.0.1:0").unwrap().limits(limits);
        let server = server.start(ThreadPerConnection, Delimited::lf(LONGEST), Halting(Arc::clone(&halt))).unwrap();
        let mut client = Client::new(server.local_addr());
        client.send("two\n");
        halt.there.wait();
        let unfinished = server.shutdown(Duration::ZERO).unwrap_err();
        assert_eq!((unfinished.cut, unfinished.running), (1, 1));
        halt.on.set();
        assert_eq!(server.shutdown(LONG), Ok(()));
    });
}

/// Starts a thread, and fails at the second. The event is set when the first has been sent home.
struct HalfStarted(Arc<Event>);

impl Strategy for HalfStarted {
    fn open(&self, door: &Arc<Door>) -> io::Result<()> {
        let (inner, sent_home) = (Arc::clone(door), Arc::clone(&self.0));
        door.spawn("accept", move || {
            assert!(inner.accept().is_none());
            sent_home.set();
        })?;
        Err(io::ErrorKind::OutOfMemory.into())
    }
}

#[test]
fn a_strategy_that_cannot_start_all_its_threads_leaves_none() {
    rehearsal::rehearse(|| {
        let sent_home = Arc::new(Event::new());
        let server = Server::bind("127.0.0.1:0").unwrap();
        let started = server.start(HalfStarted(Arc::clone(&sent_home)), Delimited::lf(LONGEST), Nervous("nowhere"));
        assert_eq!(started.unwrap_err().kind(), io::ErrorKind::OutOfMemory);
        sent_home.wait();
    });
}
