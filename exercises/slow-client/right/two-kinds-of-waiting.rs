//! Reads lines, and hangs up on clients that take too long.
//!
//! One read waits for a line to begin. Those that follow have a common end.

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
        if self.arrived.is_empty() && self.read(self.limits.idle)? == 0 {
            return Ok(None);
        }
        let end = self.socket.now() + self.limits.line;
        loop {
            if let Some(end) = self.arrived.iter().position(|&byte| byte == b'\n') {
                let line = self.arrived.drain(..=end).collect::<Vec<_>>();
                return Ok(Some(String::from_utf8_lossy(&line[..end]).into_owned()));
            }
            let left = end.saturating_duration_since(self.socket.now());
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            if self.read(left)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Reads once, and says how much has come.
    fn read(&mut self, patience: Duration) -> io::Result<usize> {
        self.socket.set_read_timeout(patience)?;
        let mut buffer = [0; 512];
        loop {
            match self.socket.read(&mut buffer) {
                Ok(count) => {
                    self.arrived.extend_from_slice(&buffer[..count]);
                    return Ok(count);
                }
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
