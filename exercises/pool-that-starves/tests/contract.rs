//! What the server promises: whoever speaks is answered, and it does not matter how many are silent.

use std::collections::HashSet;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use pool_that_starves::{Limits, serve};

#[path = "../../client.rs"]
mod client;

use client::Client;

/// A server that sends each line back.
struct Echo {
    address: SocketAddr,
    /// Who has answered.
    threads: Arc<Mutex<HashSet<ThreadId>>>,
}

impl Echo {
    /// Nobody joins its threads: it serves until the program ends.
    fn start(workers: usize) -> Echo {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a port left");
        let address = listener.local_addr().expect("it has an address");
        let threads = Arc::new(Mutex::new(HashSet::new()));
        let answerers = Arc::clone(&threads);
        let answer = move |line: &str| {
            answerers.lock().expect("nobody panics with it").insert(thread::current().id());
            line.to_owned()
        };
        let limits = Limits { workers, turn: Duration::from_millis(5) };
        thread::spawn(move || serve(&listener, limits, answer));
        Echo { address, threads }
    }

    fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// Who was connected before has turns in vain meanwhile: of those who come after it, each stands behind it in the queue.
    #[track_caller]
    fn give_it_turns(&self, situation: &str) {
        for _ in 0..4 {
            self.client().expect_echo("hi", situation);
        }
    }
}

#[test]
fn a_line_is_answered() {
    let mut client = Echo::start(2).client();
    client.expect_echo("hello", "a client has sent \"hello\"");
    client.expect_echo("good-bye", "the client has sent \"good-bye\"");
    client.say_no_more();
    client.expect_end("the client has said that no more will come");
}

#[test]
fn silent_clients_keep_no_worker() {
    let server = Echo::start(2);
    let _silent = [(); 4].map(|()| server.client());
    server
        .client()
        .expect_echo("hello", "there are two workers and four silent clients, and another one has sent \"hello\"");
}

#[test]
fn who_falls_silent_gives_its_worker_back() {
    let server = Echo::start(2);
    let _silent: Vec<_> = (1..=4)
        .map(|number| {
            let mut client = server.client();
            let situation =
                format!("there are two workers, and client {number} has asked; those before have fallen silent");
            client.expect_echo("hello", &situation);
            client
        })
        .collect();
}

#[test]
fn who_was_silent_is_answered() {
    let server = Echo::start(2);
    let mut silent = [(); 4].map(|()| server.client());
    for round in ["one", "two"] {
        // When this one is answered, some of the others have had their turn.
        server
            .client()
            .expect_echo("hello", "there are two workers and four silent clients, and another one has sent \"hello\"");
        for client in &mut silent {
            client.expect_echo(round, &format!("a client that was silent for a while has sent {round:?}"));
        }
    }
}

/// The second time it is half a letter, too: an é has two bytes.
#[test]
fn half_a_line_is_kept() {
    let server = Echo::start(1);
    let mut client = server.client();
    let waiting = "there is one worker, a client has sent half a line, and another one \"hi\"";
    client.send("hel");
    server.give_it_turns(waiting);
    client.send("lo\n");
    client.expect("hello", "a client has sent \"hel\", and, after some others had had their turn, \"lo\"");
    _ = client.stream().write_all(b"caf\xc3");
    server.give_it_turns(waiting);
    _ = client.stream().write_all(b"\xa9\n");
    client.expect(
        "café",
        "a client has sent \"caf\" and half of an é, and the other half after some others had had their turn",
    );
}

#[test]
fn lines_that_come_together_are_all_answered() {
    let mut client = Echo::start(2).client();
    client.send("one\ntwo\nthree\n");
    for line in ["one", "two", "three"] {
        client.expect(line, "a client has sent three lines at once");
    }
}

#[test]
fn who_never_stops_does_not_keep_a_worker() {
    let server = Echo::start(1);
    let talker = server.client();
    let (mut sending, mut hearing) = (talker.stream(), talker.stream());
    // They end with the connection.
    thread::spawn(move || while sending.write_all(&b"and then\n".repeat(1_000)).is_ok() {});
    thread::spawn(move || std::io::copy(&mut hearing, &mut std::io::sink()));
    for number in 1..=2 {
        let situation =
            format!("there is one worker, a client never stops sending lines, and client {number} has sent \"hello\"");
        server.client().expect_echo("hello", &situation);
    }
    talker.cut();
}

#[test]
fn there_are_no_more_threads_than_workers() {
    let server = Echo::start(2);
    let _clients = [(); 10].map(|()| {
        let mut client = server.client();
        client.expect_echo("hello", "a client has sent \"hello\"");
        client
    });
    let threads = server.threads.lock().expect("nobody panics with it").len();
    assert!(threads <= 2, "ten clients have been answered by {threads} threads, and there were to be two");
}
