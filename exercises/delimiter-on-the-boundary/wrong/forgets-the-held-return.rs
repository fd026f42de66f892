//! Wrong: it holds a carriage return back, until it has seen what follows. If nothing follows but the end of the stream, it
//! has forgotten that a line had begun.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read};
use std::mem;

/// Reads lines that end with `\r\n`.
#[derive(Debug)]
pub struct Lines<R> {
    stream: R,
    /// The bytes of the last read that nobody has looked at yet.
    piece: VecDeque<u8>,
    /// The line so far.
    line: Vec<u8>,
    /// The last byte was a carriage return, which is not in the line yet.
    returned: bool,
}

impl<R: Read> Lines<R> {
    /// The lines in `stream`.
    pub fn new(stream: R) -> Lines<R> {
        Lines { stream, piece: VecDeque::new(), line: Vec::new(), returned: false }
    }

    /// Reads the next line, without its end. `None`: the stream has ended, where a line has ended too.
    ///
    /// # Errors
    ///
    /// `UnexpectedEof` if the stream ends within a line. An error of the stream is passed on; nothing is lost by that, and a
    /// later call goes on.
    pub fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            while let Some(byte) = self.piece.pop_front() {
                match (self.returned, byte) {
                    (true, b'\n') => {
                        self.returned = false;
                        return Ok(Some(mem::take(&mut self.line)));
                    }
                    // One more: the last one belongs to the line, and this one waits.
                    (true, b'\r') => self.line.push(b'\r'),
                    (true, _) => {
                        self.line.extend([b'\r', byte]);
                        self.returned = false;
                    }
                    (false, b'\r') => self.returned = true,
                    (false, _) => self.line.push(byte),
                }
            }
            let mut piece = [0; 512];
            match self.stream.read(&mut piece)? {
                0 if self.line.is_empty() => return Ok(None),
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.piece.extend(&piece[..count]),
            }
        }
    }
}
