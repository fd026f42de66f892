//! What a server promises that is stopped: it comes to an end, and keeps its word.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use accept_that_sleeps::Server;

#[path = "../../client.rs"]
mod client;

use client::{Client, Heard, PATIENCE};

/// A server that returns too soon does so at once.
const A_MOMENT: Duration = Duration::from_secs(1);

/// A server with a port of its own.
fn start(work: impl Fn(&str) -> String + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a port left");
    Server::start(listener, work).expect("there is a thread left")
}

/// A server that sends each order back.
fn echo() -> Server {
    start(str::to_owned)
}

/// A client that has ordered something, and has got it. So it has a thread.
#[track_caller]
fn customer(server: &Server) -> Client {
    let mut client = Client::connect(server.address());
    order(&mut client);
    client
}

#[track_caller]
fn order(client: &mut Client) {
    client.send("tea\n");
    client.expect("accepted", "a client has sent \"tea\"");
    client.expect("tea", "the order was accepted");
}

/// Stops `server` on another thread, which says when it is done.
fn stop(server: Server) -> Receiver<()> {
    let (sender, stopped) = channel();
    thread::spawn(move || {
        server.stop();
        // The test may have given up.
        _ = sender.send(());
    });
    stopped
}

#[track_caller]
fn assert_stops(stopped: &Receiver<()>, situation: &str) {
    let end = stopped.recv_timeout(PATIENCE);
    assert_eq!(end, Ok(()), "{situation}: `stop` has not returned for {PATIENCE:?}");
}

/// Work that is done when the test says so.
fn on_demand() -> (Sender<()>, impl Fn(&str) -> String + Send + Sync + 'static) {
    let (done, gate) = channel();
    let gate = std::sync::Mutex::new(gate);
    let work = move |order: &str| {
        if order == "dinner" {
            // If the test has failed, nobody eats any more.
            _ = gate.lock().expect("nobody panics with it").recv();
        }
        order.to_owned()
    };
    (done, work)
}

#[test]
fn orders_are_accepted_and_done() {
    let server = echo();
    let mut client = Client::connect(server.address());
    order(&mut client);
    order(&mut client);
}

#[test]
fn who_has_left_is_let_go() {
    let server = echo();
    let mut client = customer(&server);
    client.say_no_more();
    client.expect_end("a client has got what it ordered, and said that no more will come");
}

#[test]
fn a_server_that_waits_for_clients_can_be_stopped() {
    assert_stops(&stop(echo()), "nobody has connected, so that a thread sleeps in `accept`");
}

#[test]
fn a_server_that_waits_for_orders_can_be_stopped() {
    let server = echo();
    let mut clients = [(); 3].map(|()| customer(&server));
    let stopped = stop(server);
    assert_stops(&stopped, "three clients are connected and silent, so that their threads sleep in `read`");
    for client in &mut clients {
        client.expect_end("the server has been stopped");
    }
}

#[test]
fn who_was_accepted_is_served_before_all_else_ends() {
    let (done, work) = on_demand();
    let server = start(work);
    // If they are told in any order, one of the silent ones is told after the guest who dines, and one before.
    let mut before = customer(&server);
    let mut guest = Client::connect(server.address());
    guest.send("dinner\n");
    guest.expect("accepted", "a client has sent \"dinner\"");
    let mut after = customer(&server);
    let stopped = stop(server);
    for silent in [&mut before, &mut after] {
        silent.expect_end("`stop` was called, this client is silent, and another one is being served");
    }
    let early = stopped.recv_timeout(A_MOMENT);
    assert_eq!(early, Err(RecvTimeoutError::Timeout), "`stop` has returned while a client was being served");
    _ = done.send(());
    guest.expect("dinner", "`stop` was called after the order was accepted, and before it was done");
    guest.expect_end("`stop` was called, and the client has got what it ordered");
    assert_stops(&stopped, "the last order is done");
}

#[test]
fn no_order_is_accepted_any_more() {
    let (done, work) = on_demand();
    let server = start(work);
    let mut guest = Client::connect(server.address());
    guest.send("dinner\n");
    guest.expect("accepted", "a client has sent \"dinner\"");
    // These have arrived before the server is stopped, and none of them has been accepted.
    guest.send(&"tea\n".repeat(100));
    let mut silent = customer(&server);
    let stopped = stop(server);
    silent.expect_end("`stop` was called, and this client is silent");
    _ = done.send(());
    guest.expect("dinner", "`stop` was called after the order was accepted, and before it was done");
    let next = guest.hear();
    assert!(matches!(next, Heard::End { .. }), "the server was stopped, and 100 orders wait: the server {next}");
    assert_stops(&stopped, "the last order is done");

    // To whoever sleeps in `read`, half an order looks like a last one when the stream is made to end. There are some, for one
    // whose thread is not there yet proves nothing.
    let server = echo();
    let mut clients = [(); 8].map(|()| customer(&server));
    for client in &mut clients {
        client.send("te");
    }
    let stopped = stop(server);
    for client in &mut clients {
        client.expect_end("a client has sent half an order, and `stop` was called");
    }
    assert_stops(&stopped, "eight clients have sent half an order, and wait");
}

#[test]
fn a_client_that_goes_on_sending_does_not_keep_the_server() {
    let server = echo();
    let client = customer(&server);
    let (mut sending, mut hearing) = (client.stream(), client.stream());
    // They end with the connection.
    thread::spawn(move || while sending.write_all(b"tea\n").is_ok() {});
    thread::spawn(move || std::io::copy(&mut hearing, &mut std::io::sink()));
    assert_stops(&stop(server), "a client goes on sending orders, and takes what it gets");
}

/// A server, and what all of its threads that could do some work have a share in.
fn counted() -> (Server, Arc<()>) {
    let shared = Arc::new(());
    let theirs = Arc::clone(&shared);
    let work = move |order: &str| {
        let _ = &theirs;
        order.to_owned()
    };
    (start(work), shared)
}

#[track_caller]
fn assert_none_is_left(shared: &Arc<()>) {
    assert_eq!(Arc::strong_count(shared), 1, "`stop` has returned, and a thread that could do some work is left");
}

#[test]
fn no_thread_is_left() {
    let (server, shared) = counted();
    let _clients = [(); 3].map(|()| customer(&server));
    assert_stops(&stop(server), "three clients are connected and silent");
    assert_none_is_left(&shared);
}

/// Somebody is always just connecting. Whoever is let in has to be told, or not be let in.
#[test]
fn who_comes_at_the_last_moment_does_not_keep_the_server() {
    for _ in 0..200 {
        let (server, shared) = counted();
        let address = server.address();
        let (sender, come) = channel();
        let coming = thread::spawn(move || {
            [(); 8].map(|()| {
                let client = TcpStream::connect(address);
                // Nobody listens after the first.
                _ = sender.send(());
                client
            })
        });
        assert_eq!(come.recv(), Ok(()), "the first one has connected");
        assert_stops(&stop(server), "clients come while the server is stopped, and are silent");
        assert_none_is_left(&shared);
        drop(coming.join().expect("nobody panics there"));
    }
}
