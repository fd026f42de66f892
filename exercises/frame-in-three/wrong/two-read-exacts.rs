//! Wrong: each `read_exact` keeps what has come in a local variable. When a time-out strikes, that is gone, and the next call
//! takes the middle of a message for a length. (And an end within the length is taken for a clean one.)

use std::io::{self, ErrorKind, Read};

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
        let mut length = [0; 2];
        match self.stream.read_exact(&mut length) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let mut frame = vec![0; usize::from(u16::from_be_bytes(length))];
        self.stream.read_exact(&mut frame)?;
        Ok(Some(frame))
    }
}
