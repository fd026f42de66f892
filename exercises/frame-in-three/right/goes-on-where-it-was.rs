//! Reads messages that begin with their length.
//!
//! It asks for exactly as many bytes as are missing: first of the length, then of the text. Nothing of the next message is
//! read, so nothing has to be kept for it; but a time-out may come in the middle, and then the reader goes on where it was.

use std::io::{self, ErrorKind, Read};

/// Reads messages: two bytes of length, big end first, then so many bytes.
#[derive(Debug)]
pub struct Frames<R> {
    stream: R,
    /// The message, length and all, as far as it has come.
    message: Vec<u8>,
}

impl<R: Read> Frames<R> {
    /// The messages in `stream`.
    pub fn new(stream: R) -> Frames<R> {
        Frames { stream, message: Vec::new() }
    }

    /// Reads the next message, without its length. `None`: the stream has ended, where a message has ended too.
    ///
    /// # Errors
    ///
    /// `UnexpectedEof` if the stream ends within a message. An error of the stream is passed on; nothing is lost by that,
    /// and a later call goes on.
    pub fn next_frame(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let missing = self.missing();
            if missing == 0 {
                return Ok(Some(std::mem::take(&mut self.message).split_off(2)));
            }
            let mut piece = vec![0; missing];
            match self.stream.read(&mut piece)? {
                0 if self.message.is_empty() => return Ok(None),
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.message.extend_from_slice(&piece[..count]),
            }
        }
    }

    /// How many bytes have to come before one can tell more.
    fn missing(&self) -> usize {
        match self.message.split_first_chunk() {
            None => 2 - self.message.len(),
            Some((length, text)) => usize::from(u16::from_be_bytes(*length)) - text.len(),
        }
    }
}
