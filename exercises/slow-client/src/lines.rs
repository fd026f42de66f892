//! Reads lines, and hangs up on clients that take too long.
//!
//! This one believes that a time-out is an end.

use std::io::{self, ErrorKind};
use std::time::Duration;

use crate::socket::Socket;

/// How much a reader puts up with.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For so long a client may be silent between two lines.
    pub idle: Duration,
    /// For so long a line may take: from when it is asked for and something of it has come, until its end is there.
    pub line: Duration,
}

/// Reads lines from a socket.
#[derive(Debug)]
pub struct Lines<S> {
    socket: S,
    limits: Limits,
    /// What has come, and has not been handed out.
    arrived: Vec<u8>,
}

impl<S: Socket> Lines<S> {
    /// The lines that come by `socket`.
    pub fn new(socket: S, limits: Limits) -> Lines<S> {
        Lines { socket, limits, arrived: Vec::new() }
    }

    /// Reads the next line, without its end. `None`: the client has said all.
    ///
    /// # Errors
    ///
    /// `TimedOut` if the client has taken longer than the limits say; it has to be hung up on. `UnexpectedEof` if the stream
    /// ends within a line. An error of the socket is passed on; to be interrupted is none.
    pub fn next_line(&mut self) -> io::Result<Option<String>> {
        let patience = if self.arrived.is_empty() { self.limits.idle } else { self.limits.line };
        self.socket.set_read_timeout(patience)?;
        loop {
            if let Some(end) = self.arrived.iter().position(|&byte| byte == b'\n') {
                let rest = self.arrived.split_off(end + 1);
                let line = std::mem::replace(&mut self.arrived, rest);
                return Ok(Some(String::from_utf8_lossy(&line[..end]).into_owned()));
            }
            let mut buffer = [0; 512];
            match self.socket.read(&mut buffer) {
                Ok(0) if self.arrived.is_empty() => return Ok(None),
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.arrived.extend_from_slice(&buffer[..count]),
                Err(error) if timed_out(&error) => return Err(ErrorKind::TimedOut.into()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Whether a read has come back because its time was over.
fn timed_out(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
