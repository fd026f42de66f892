//! Reads messages that begin with their length.
//!
//! This one believes that a read brings a message.

use std::io::{self, Read};

/// Reads messages: two bytes of length, big end first, then so many bytes.
#[derive(Debug)]
pub struct Frames<R> {
    stream: R,
}

impl<R: Read> Frames<R> {
    /// The messages in `stream`.
    pub fn new(stream: R) -> Frames<R> {
        Frames { stream }
    }

    /// Reads the next message, without its length. `None`: the stream has ended, where a message has ended too.
    ///
    /// # Errors
    ///
    /// `UnexpectedEof` if the stream ends within a message. An error of the stream is passed on; nothing is lost by that,
    /// and a later call goes on.
    pub fn next_frame(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut message = vec![0; 2 + usize::from(u16::MAX)];
        let count = self.stream.read(&mut message)?;
        if count == 0 {
            return Ok(None);
        }
        let length = usize::from(u16::from_be_bytes([message[0], message[1]]));
        Ok(Some(message[2..2 + length].to_vec()))
    }
}
