//! Reads lines that end with `\r\n`.
//!
//! A delimiter lies within a piece, or across the joint of two. Both places are looked at.

use std::io::{self, ErrorKind, Read};
use std::mem;

/// Reads lines that end with `\r\n`.
#[derive(Debug)]
pub struct Lines<R> {
    stream: R,
    /// What the last read has brought, from the byte on that nobody has looked at yet.
    piece: Vec<u8>,
    /// The line, as far as it has come with earlier reads.
    begun: Vec<u8>,
}

impl<R: Read> Lines<R> {
    /// The lines in `stream`.
    pub fn new(stream: R) -> Lines<R> {
        Lines { stream, piece: Vec::new(), begun: Vec::new() }
    }

    /// Reads the next line, without its end. `None`: the stream has ended, where a line has ended too.
    ///
    /// # Errors
    ///
    /// `UnexpectedEof` if the stream ends within a line. An error of the stream is passed on; nothing is lost by that, and a
    /// later call goes on.
    pub fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            // The first byte of a piece may complete what the last byte of the pieces before has begun.
            if self.begun.ends_with(b"\r") && self.piece.starts_with(b"\n") {
                self.piece.remove(0);
                self.begun.pop();
                return Ok(Some(mem::take(&mut self.begun)));
            }
            if let Some(end) = self.piece.windows(2).position(|pair| pair == b"\r\n") {
                let mut line = mem::take(&mut self.begun);
                line.extend(self.piece.drain(..end));
                self.piece.drain(..2);
                return Ok(Some(line));
            }
            self.begun.append(&mut self.piece);
            let mut piece = [0; 512];
            match self.stream.read(&mut piece)? {
                0 if self.begun.is_empty() => return Ok(None),
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.piece.extend_from_slice(&piece[..count]),
            }
        }
    }
}
