//! Wrong: it looks for the line feed alone, and then takes the carriage return away if there is one. A line feed within a line
//! ends it here. Two programs that disagree on where a line ends can be played off against each other: that is how mail and
//! requests were smuggled past the one that was to check them.

use std::io::{self, ErrorKind, Read};

/// Reads lines that end with `\r\n`.
#[derive(Debug)]
pub struct Lines<R> {
    stream: R,
    /// What has arrived and was not handed out yet.
    arrived: Vec<u8>,
    /// No line feed begins before this place.
    searched: usize,
}

impl<R: Read> Lines<R> {
    /// The lines in `stream`.
    pub fn new(stream: R) -> Lines<R> {
        Lines { stream, arrived: Vec::new(), searched: 0 }
    }

    /// Reads the next line, without its end. `None`: the stream has ended, where a line has ended too.
    ///
    /// # Errors
    ///
    /// `UnexpectedEof` if the stream ends within a line. An error of the stream is passed on; nothing is lost by that, and a
    /// later call goes on.
    pub fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(line) = self.take() {
                return Ok(Some(line));
            }
            let mut piece = [0; 512];
            match self.stream.read(&mut piece)? {
                0 if self.arrived.is_empty() => return Ok(None),
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.arrived.extend_from_slice(&piece[..count]),
            }
        }
    }

    /// Takes a line out of what has arrived, if there is a whole one.
    fn take(&mut self) -> Option<Vec<u8>> {
        let Some(place) = self.arrived[self.searched..].iter().position(|&byte| byte == b'\n') else {
            self.searched = self.arrived.len();
            return None;
        };
        let end = self.searched + place;
        let line = self.arrived[..end].strip_suffix(b"\r").unwrap_or(&self.arrived[..end]).to_vec();
        self.arrived.drain(..=end);
        self.searched = 0;
        Some(line)
    }
}
