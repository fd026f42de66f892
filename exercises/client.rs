//! Somebody who talks with a server, and can say what it did: what the exercises about servers share.

#![allow(dead_code, reason = "each exercise uses some of this")]

use std::fmt;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::SockRef;

/// Nobody waits longer. No answer takes as long, however busy the computer may be.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A client, which speaks in lines.
pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).expect("somebody listens there");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket can have a time-out");
        stream.set_write_timeout(Some(PATIENCE)).expect("a socket can have a time-out");
        stream.set_nodelay(true).expect("a socket can send at once");
        Client(BufReader::new(stream))
    }

    /// Another handle on the connection, for another thread.
    pub(crate) fn stream(&self) -> TcpStream {
        self.0.get_ref().try_clone().expect("there is a descriptor left")
    }

    /// Sends `text`. If the server has hung up, the next answer tells.
    pub(crate) fn send(&mut self, text: &str) {
        _ = self.0.get_mut().write_all(text.as_bytes());
    }

    /// Sends nothing any more.
    pub(crate) fn say_no_more(&self) {
        // It fails if the server has hung up, and then the next answer tells.
        _ = self.0.get_ref().shutdown(Shutdown::Write);
    }

    /// Ends the connection, for all who have a handle on it.
    pub(crate) fn cut(self) {
        // It fails if the server has hung up.
        _ = self.0.get_ref().shutdown(Shutdown::Both);
    }

    /// Hangs up so that the other side fails, as if the computer had lost its network.
    pub(crate) fn reset(self) {
        SockRef::from(self.0.get_ref())
            .set_linger(Some(Duration::ZERO))
            .expect("a socket can forget what it has to send");
    }

    /// What the server says next.
    pub(crate) fn hear(&mut self) -> Heard {
        let mut line = Vec::new();
        let read = self.0.read_until(b'\n', &mut line);
        let text = String::from_utf8_lossy(&line).into_owned();
        match read {
            Ok(_) => match text.strip_suffix('\n') {
                Some(line) => Heard::Line(line.to_owned()),
                None => Heard::End { before: text },
            },
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Heard::Nothing { before: text }
            }
            Err(_) => Heard::End { before: text },
        }
    }

    /// Fails unless the server says `answer` next.
    #[track_caller]
    pub(crate) fn expect(&mut self, answer: &str, situation: &str) {
        let heard = self.hear();
        assert!(heard == Heard::Line(answer.to_owned()), "{situation}: the server {heard}; {answer:?} was to come");
    }

    /// Asks, and fails unless the server says the same.
    #[track_caller]
    pub(crate) fn expect_echo(&mut self, line: &str, situation: &str) {
        self.send(&format!("{line}\n"));
        self.expect(line, situation);
    }

    /// Fails unless the server hangs up now.
    #[track_caller]
    pub(crate) fn expect_end(&mut self, situation: &str) {
        let heard = self.hear();
        assert!(heard == Heard::End { before: String::new() }, "{situation}: the server {heard}; it was to hang up");
    }
}

/// What a client has heard.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A line, without its end.
    Line(String),
    /// The server has hung up, perhaps within a line.
    End { before: String },
    /// Nothing has come for as long as anybody waits, or half a line and then nothing.
    Nothing { before: String },
}

impl fmt::Display for Heard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Heard::Line(line) => write!(formatter, "has sent {}", quoted(line)),
            Heard::End { before } if before.is_empty() => formatter.write_str("has hung up"),
            Heard::End { before } => write!(formatter, "has sent {}, and hung up within the line", quoted(before)),
            Heard::Nothing { before } if before.is_empty() => write!(formatter, "has said nothing for {PATIENCE:?}"),
            Heard::Nothing { before } => {
                write!(formatter, "has sent {}, and then nothing for {PATIENCE:?}", quoted(before))
            }
        }
    }
}

/// `text` in quotation marks; of a long one only how it begins, for somebody is to read it.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{:?} and so on, {} bytes", &text[..end], text.len()),
        None => format!("{text:?}"),
    }
}
