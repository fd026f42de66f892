//! What the server promises its clients, each of whom is on the other end of a real connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;

use echo_threads::serve;

#[path = "../../client.rs"]
mod client;

use client::{Client, PATIENCE};

/// The server's end of a connection. Each write takes three bytes, and each read is interrupted once before it brings
/// something: a socket may do so, and seldom does when somebody looks.
struct Awkward {
    stream: TcpStream,
    interrupted: bool,
}

impl Read for Awkward {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted { Err(ErrorKind::Interrupted.into()) } else { self.stream.read(buffer) }
    }
}

impl Write for Awkward {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(&bytes[..bytes.len().min(3)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A connection that is of no use any more, and says so each time. One whose client listens no more may bring bytes yet.
struct Broken {
    brings: bool,
}

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.brings { io::repeat(b'.').read(buffer) } else { Err(ErrorKind::TimedOut.into()) }
    }
}

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Two ends of a connection.
fn pair() -> (Client, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a port left");
    let client = Client::connect(listener.local_addr().expect("it has an address"));
    (client, listener.accept().expect("somebody has connected").0)
}

/// A server on a thread, to which the test hands connections.
struct Running<S> {
    connections: Sender<io::Result<S>>,
    thread: thread::JoinHandle<()>,
}

impl<S: Read + Write + Send + 'static> Running<S> {
    fn start() -> Running<S> {
        let (connections, come) = channel();
        Running { connections, thread: thread::spawn(|| serve(come)) }
    }

    /// The server is given what `accept` may have returned. If it has ended, whoever asks next will notice.
    fn accepts(&self, accepted: io::Result<S>) {
        _ = self.connections.send(accepted);
    }

    /// No more connections come. Fails unless the server returns.
    #[track_caller]
    fn assert_ends(self, situation: &str) {
        drop(self.connections);
        let (sender, ended) = channel();
        thread::spawn(move || sender.send(self.thread.join().is_ok()));
        match ended.recv_timeout(PATIENCE) {
            Ok(well) => assert!(well, "{situation}: `serve` has panicked"),
            Err(RecvTimeoutError::Timeout) => {
                panic!("{situation}: `serve` has not returned for {PATIENCE:?}")
            }
            Err(RecvTimeoutError::Disconnected) => unreachable!("the thread tells how the other one has ended"),
        }
    }
}

impl Running<TcpStream> {
    fn let_in(&self) -> Client {
        let (client, stream) = pair();
        self.accepts(Ok(stream));
        client
    }
}

#[test]
fn what_a_client_sends_comes_back() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a port left");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || serve(listener.incoming()));
    Client::connect(address).expect_echo("hello", "a client has sent \"hello\"");
}

#[test]
fn a_client_may_go_on() {
    let server = Running::start();
    let mut client = server.let_in();
    for line in ["one", "two", "three"] {
        client.expect_echo(line, &format!("a client has sent {line:?}"));
    }
}

/// What comes back is what was sent, byte for byte: text or not, and with no line's end to wait for.
#[test]
fn what_is_not_a_line_comes_back_too() {
    let server = Running::start();
    let mut stream = server.let_in().stream();
    let sent = [0x00, 0xff, 0xc3];
    stream.write_all(&sent).expect("the system has room for three bytes");
    let mut back = [0; 3];
    let read = stream.read_exact(&mut back);
    assert!(
        read.is_ok() && back == sent,
        "a client has sent {sent:02x?}, which is no line, and waits: it got {read:?}, {back:02x?}"
    );
}

#[test]
fn a_client_is_served_while_others_are_silent() {
    let server = Running::start();
    let _silent: Vec<_> = (0..20).map(|_| server.let_in()).collect();
    server.let_in().expect_echo("hello", "20 clients are connected and silent, and another one has sent \"hello\"");
}

#[test]
fn who_has_said_all_gets_the_rest_and_then_the_end() {
    let server = Running::start();
    let mut client = server.let_in();
    client.send("hello\n");
    client.say_no_more();
    client.expect("hello", "a client has sent \"hello\", and said that no more will come");
    client.expect_end("a client has said that no more will come, and all of it has come back");
}

#[test]
fn all_of_it_comes_back_if_a_write_takes_three_bytes() {
    let server = Running::start();
    let (mut client, stream) = pair();
    server.accepts(Ok(Awkward { stream, interrupted: true }));
    let line = "0123456789".repeat(10);
    client.send(&format!("{line}\n"));
    client.say_no_more();
    client.expect(&line, "each write of the server takes three bytes, and a client has sent 100 digits");
}

#[test]
fn an_interruption_is_not_the_end() {
    let server = Running::start();
    let (mut client, stream) = pair();
    server.accepts(Ok(Awkward { stream, interrupted: false }));
    client.expect_echo("hi", "the server's first read was interrupted, and a client has sent \"hi\"");
}

/// As much as no socket's buffers hold. The client reads while it sends, or both would wait for each other.
#[test]
fn a_megabyte_comes_back() {
    let server = Running::start();
    let mut client = server.let_in();
    let line = "0123456789".repeat(100_000);
    let mut sending = client.stream();
    let sent = format!("{line}\n");
    let sender = thread::spawn(move || sending.write_all(sent.as_bytes()));
    let heard = client.hear();
    assert!(heard == client::Heard::Line(line), "a client has sent a megabyte, and got something else back");
    assert!(sender.join().is_ok_and(|sent| sent.is_ok()), "the server does not read all");
}

#[test]
fn a_client_that_fails_is_let_go_and_costs_nobody_else() {
    let server = Running::start();
    let mut other = server.let_in();
    other.expect_echo("one", "a client has sent \"one\"");
    let mut client = server.let_in();
    client.expect_echo("hello", "a client has sent \"hello\"");
    client.reset();
    other.expect_echo("two", "a client has reset its connection, and another one has sent \"two\"");
    server.let_in().expect_echo("three", "a client has reset its connection, and a new one has sent \"three\"");
    drop(other);
    server.assert_ends("a client has reset its connection, and the others have left");
    for (brings, situation) in [
        (false, "each read from the only client fails, and will not succeed again"),
        (true, "the only client sends, and each write to it fails"),
    ] {
        let server = Running::start();
        server.accepts(Ok(Broken { brings }));
        server.assert_ends(situation);
    }
}

#[test]
fn the_server_goes_on_after_an_error_of_accept() {
    let server = Running::start();
    for error in
        [ErrorKind::ConnectionAborted.into(), ErrorKind::Interrupted.into(), io::Error::other("no descriptor left")]
    {
        let situation = format!("`accept` has failed ({error}), and then a client has sent \"hello\"");
        server.accepts(Err(error));
        server.let_in().expect_echo("hello", &situation);
    }
    server.assert_ends("all clients have left");
}
