//! Wrong: a connection that was reset is taken for one that was closed. What the other side had still to say is lost, and
//! nobody hears of it.

use std::io::{self, ErrorKind, Read};

/// Reads lines that end with `\r\n`.
#[derive(Debug)]
pub struct Lines<R> {
    stream: R,
    /// What has arrived and was not handed out yet.
    arrived: Vec<u8>,
    /// No delimiter begins before this place.
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
            let count = match self.stream.read(&mut piece) {
                Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
                read => read?,
            };
            match count {
                0 if self.arrived.is_empty() => return Ok(None),
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.arrived.extend_from_slice(&piece[..count]),
            }
        }
    }

    /// Takes a line out of what has arrived, if there is a whole one.
    fn take(&mut self) -> Option<Vec<u8>> {
        let Some(place) = self.arrived[self.searched..].windows(2).position(|pair| pair == b"\r\n") else {
            // The last byte may be the first half of a delimiter.
            self.searched = self.arrived.len().saturating_sub(1);
            return None;
        };
        let end = self.searched + place;
        let line = self.arrived[..end].to_vec();
        self.arrived.drain(..end + 2);
        self.searched = 0;
        Some(line)
    }
}
