//! Wrong: `read_line` reads text, and refuses what is not UTF-8. A single é from an old mail program ends the connection.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

/// Reads lines that end with `\r\n`.
#[derive(Debug)]
pub struct Lines<R> {
    stream: BufReader<R>,
    /// The line, as far as it has come.
    line: String,
}

impl<R: Read> Lines<R> {
    /// The lines in `stream`.
    pub fn new(stream: R) -> Lines<R> {
        Lines { stream: BufReader::new(stream), line: String::new() }
    }

    /// Reads the next line, without its end. `None`: the stream has ended, where a line has ended too.
    ///
    /// # Errors
    ///
    /// `UnexpectedEof` if the stream ends within a line. An error of the stream is passed on; nothing is lost by that, and a
    /// later call goes on.
    pub fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let count = self.stream.read_line(&mut self.line)?;
            if let Some(line) = self.line.strip_suffix("\r\n") {
                let line = line.as_bytes().to_vec();
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
