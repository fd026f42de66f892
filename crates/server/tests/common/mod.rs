//! What the tests share: a handler that tells what happens to it, and a client.

#![allow(dead_code, reason = "no test file uses all of it")]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use framing::{Delimited, FrameError};
use server::{
    Accepting, Door, End, Handler, Limits, Polled, Pooled, Replies, Server, ServerHandle, Strategy, Then,
    ThreadPerConnection,
};

/// No line of a test is longer.
pub(crate) const LONGEST: usize = 1 << 20;

/// More than any test takes.
pub(crate) const LONG: Duration = Duration::from_secs(50);

/// One of the strategies.
pub(crate) struct Each(Box<dyn Strategy + Send>);

impl Strategy for Each {
    fn open(&self, door: &Arc<Door>) -> std::io::Result<()> {
        self.0.open(door)
    }
}

/// Runs `test` with each strategy, under a watchdog. `workers` is for those that have any.
pub(crate) fn on_every_strategy(workers: usize, test: fn(Each)) {
    let strategies: [(_, Box<dyn Strategy + Send>); 4] = [
        ("a thread per connection", Box::new(ThreadPerConnection)),
        ("a pool", Box::new(Pooled::new(workers))),
        ("workers that accept", Box::new(Accepting::new(workers))),
        ("a poller", Box::new(Polled::new(workers))),
    ];
    for (name, strategy) in strategies {
        println!("{name}:");
        rehearsal::rehearse(move || test(Each(strategy)));
    }
}

/// Echoes lines, and tells how connections end. `quit` hangs up, `panic` panics.
pub(crate) struct Witness(Sender<End>);

impl Handler for Witness {
    type Session = ();

    fn begin(&self, _peer: SocketAddr) {}

    fn frame(&self, (): &mut (), frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError> {
        match frame {
            b"panic" => rehearsal::panic_on_purpose(),
            b"quit" => Ok(Then::HangUp),
            _ => replies.send(frame).map(|()| Then::GoOn),
        }
    }

    fn end(&self, (): &mut (), end: &End) {
        // A test may be over before its last connection.
        _ = self.0.send(end.clone());
    }
}

/// A server that echoes lines, and how its connections end.
pub(crate) fn echo(strategy: impl Strategy, limits: Limits) -> (ServerHandle, Receiver<End>) {
    let (sender, ends) = channel();
    let server = Server::bind("127.0.0.1:0").unwrap().limits(limits);
    (server.start(strategy, Delimited::lf(LONGEST), Witness(sender)).unwrap(), ends)
}

/// Limits that no test comes up to.
pub(crate) fn patient() -> Limits {
    Limits { idle: LONG, frame: LONG, write: LONG, rate: 0, ..Limits::default() }
}

/// Somebody who sends lines and reads lines.
pub(crate) struct Client(pub(crate) BufReader<TcpStream>);

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client(BufReader::new(stream))
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        self.0.get_ref()
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// The next line, without its end. Empty: the server has closed the connection.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    #[track_caller]
    pub(crate) fn ask(&mut self, question: &str, answer: &str) {
        self.send(&format!("{question}\n"));
        assert_eq!(self.line(), answer);
    }

    pub(crate) fn say_no_more(&self) {
        self.stream().shutdown(Shutdown::Write).unwrap();
    }

    /// All that the server sends before it closes the connection.
    pub(crate) fn rest(mut self) -> String {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).unwrap();
        rest
    }

    /// Whether something has arrived.
    pub(crate) fn has_heard(&self) -> bool {
        self.stream().set_nonblocking(true).unwrap();
        let heard = self.stream().peek(&mut [0]);
        self.stream().set_nonblocking(false).unwrap();
        match heard {
            Ok(_) => true,
            Err(error) if error.kind() == ErrorKind::WouldBlock => false,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Waits until something is so, which nobody tells the test about.
pub(crate) fn until(mut so: impl FnMut() -> bool) {
    while !so() {
        std::thread::sleep(Duration::from_millis(1));
    }
}
