//! While everybody is busy, nothing that was acknowledged is lost, and nothing is done twice: not by a shutdown, nor by
//! the misfortunes of others.

mod common;

use std::collections::HashSet;
use std::io::{BufRead, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use framing::{Delimited, FrameError};
use server::{Handler, Limits, Replies, Server, ServerHandle, Then};
use socket2::SockRef;

use common::{Client, Each, LONG, on_every_strategy, patient, until};

/// Keeps a book of what it has answered. `panic` panics.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<Vec<String>>>);

impl Handler for Book {
    type Session = ();

    fn begin(&self, _peer: SocketAddr) {}

    fn frame(&self, (): &mut (), frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError> {
        if frame == b"panic" {
            rehearsal::panic_on_purpose();
        }
        self.0.lock().unwrap().push(String::from_utf8(frame.to_vec()).expect("the test sends text"));
        replies.send(frame)?;
        Ok(Then::GoOn)
    }
}

/// Sends numbered requests, several at a time, until the server has none of it any more. Returns which were acknowledged.
fn keep_asking(mut connection: Client, client: usize, answers: &AtomicUsize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for round in 0.. {
        let requests: String = (0..7).map(|number| format!("{client}/{round}/{number}\n")).collect();
        // The server may have gone. What it has said before is still there to be read.
        let gone = connection.0.get_mut().write_all(requests.as_bytes()).is_err();
        for _ in 0..7 {
            let mut answer = String::new();
            match connection.0.read_line(&mut answer) {
                Ok(1..) if answer.ends_with('\n') => acknowledged.push(answer.trim_end().to_owned()),
                _ => return acknowledged,
            }
            answers.fetch_add(1, Relaxed);
        }
        assert!(!gone, "a server that has gone does not answer all");
    }
    unreachable!("somebody shuts the server down")
}

/// A set of these, of which none may be there twice.
fn once(requests: Vec<String>) -> HashSet<String> {
    let number = requests.len();
    let once: HashSet<_> = requests.into_iter().collect();
    assert_eq!(once.len(), number, "something was done or answered twice");
    once
}

/// Shuts a server down while it is busy. Returns what was done and what was acknowledged.
fn under_load(strategy: Each, shut_down: fn(&ServerHandle)) -> (HashSet<String>, HashSet<String>) {
    let book = Book::default();
    let server = Server::bind("127.0.0.1:0").unwrap();
    let server = server.start(strategy, Delimited::lf(100), book.clone()).unwrap();
    let (address, answers) = (server.local_addr(), AtomicUsize::new(0));
    let acknowledged = thread::scope(|scope| {
        let answers = &answers;
        // All of them have come before any of them asks: when there are answers enough, nobody is let in any more.
        let connections: Vec<_> = (0..8).map(|_| Client::new(address)).collect();
        let ask = |(client, connection)| scope.spawn(move || keep_asking(connection, client, answers));
        let clients: Vec<_> = connections.into_iter().enumerate().map(ask).collect();
        until(|| answers.load(Relaxed) > 2000);
        shut_down(&server);
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let done = std::mem::take(&mut *book.0.lock().unwrap());
    (once(done), once(acknowledged))
}

#[test]
fn a_shutdown_under_load_loses_nothing() {
    on_every_strategy(8, |strategy| {
        let (done, acknowledged) = under_load(strategy, |server| assert_eq!(server.shutdown(LONG), Ok(())));
        assert_eq!(done, acknowledged);
    });
}

#[test]
fn a_shutdown_that_cuts_has_done_all_that_it_acknowledged() {
    on_every_strategy(8, |strategy| {
        let (done, acknowledged) = under_load(strategy, |server| _ = server.shutdown(Duration::ZERO));
        assert!(acknowledged.is_subset(&done));
    });
}

/// Comes, does what it can to be a nuisance, and goes.
fn be_a_nuisance(address: SocketAddr, kind: usize) {
    let mut client = Client::new(address);
    let (text, leave): (_, fn(Client)) = match kind % 6 {
        0 => ("", drop),
        1 => ("half a li", reset),
        2 => ("half a li", |client| assert_eq!(client.rest(), "", "a frame that takes too long")),
        3 => ("half a li", |client| client.stream().shutdown(Shutdown::Write).unwrap()),
        4 => ("panic\n", |client| assert_eq!(client.rest(), "")),
        _ => ("much too long, with no end of the line anywhere near", |client| assert_eq!(client.rest(), "")),
    };
    client.send(text);
    leave(client);
}

fn reset(client: Client) {
    SockRef::from(client.stream()).set_linger(Some(Duration::ZERO)).unwrap();
}

fn serve_among_nuisances(strategy: Each) {
    const MOMENT: Duration = Duration::from_millis(5);
    let book = Book::default();
    // Who means well sends a frame in one piece, and that takes no time.
    let limits = Limits { frame: MOMENT, linger: MOMENT, ..patient() };
    let server = Server::bind("127.0.0.1:0").unwrap().limits(limits);
    let server = server.start(strategy, Delimited::lf(40), book.clone()).unwrap();
    let address = server.local_addr();
    thread::scope(|scope| {
        for client in 0..4 {
            scope.spawn(move || {
                let mut connection = Client::new(address);
                for round in 0..200 {
                    let text = format!("{client}/{round}");
                    connection.ask(&text, &text);
                }
            });
        }
        for first in 0..4 {
            scope.spawn(move || (0..24).for_each(|number| be_a_nuisance(address, first + number)));
        }
    });
    until(|| server.stats().totals.ended == 100);
    let stats = server.stats();
    assert_eq!((stats.connections.len(), stats.totals.refused, stats.totals.panicked), (0, 0, 16));
    let done = std::mem::take(&mut *book.0.lock().unwrap());
    assert_eq!(once(done).len(), 800, "each request was answered");
    assert_eq!(server.shutdown(LONG), Ok(()));
    assert_eq!(server.stats().threads, 0);
}

#[test]
fn the_faults_of_some_cost_the_others_nothing() {
    on_every_strategy(8, serve_among_nuisances);
}
