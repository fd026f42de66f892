//! Reads lines that end with `\r\n`.
//!
//! A delimiter ends with a line feed, and `read_until` reads up to one. If there is no carriage return in front of it, then the
//! line goes on.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

/// Reads lines that end with `\r\n`.
#[derive(Debug)]
pub struct Lines<R> {
    stream: BufReader<R>,
    /// The line, as far as it has come.
    line: Vec<u8>,
}

impl<R: Read> Lines<R> {
    /// The lines in `stream`.
    pub fn new(stream: R) -> Lines<R> {
        Lines { stream: BufReader::new(stream), line: Vec::new() }
    }

    /// Reads the next line, without its end. `None`: the stream has ended, where a line has ended too.
    ///
    /// # Errors
    ///
    /// `UnexpectedEof` if the stream ends within a line. An error of the stream is passed on; nothing is lost by that, and a
    /// later call goes on.
    pub fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let count = self.stream.read_until(b'\n', &mut self.line)?;
            if let Some(line) = self.line.strip_suffix(b"\r\n") {
                let line = line.to_vec();
                self.line.clear();
                return Ok(Some(line));
            }
            match count {
                0 if self.line.is_empty() => return Ok(None),
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                _ => {}
            }
        }
    }
}
