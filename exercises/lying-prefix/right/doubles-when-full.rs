//! Reads messages that begin with their length.
//!
//! The buffer begins small, and is doubled when it is full. So at least half of it has arrived, but for the first piece.

use std::io::{self, ErrorKind, Read};

/// Reads messages: four bytes of length, big end first, then so many bytes.
#[derive(Debug)]
pub struct Frames<R> {
    stream: R,
    limit: usize,
    /// What has gone wrong, if anything has. The place in the stream is lost then.
    failed: Option<ErrorKind>,
}

impl<R: Read> Frames<R> {
    /// The messages in `stream`, which may be `limit` bytes long, their length not counted.
    pub fn new(stream: R, limit: usize) -> Frames<R> {
        Frames { stream, limit, failed: None }
    }

    /// Reads the next message, without its length. `None`: the stream has ended, where a message has ended too.
    ///
    /// # Errors
    ///
    /// `InvalidData` if a message is longer than the limit: as soon as its length is known. `UnexpectedEof` if the stream
    /// ends within a message. An error of the stream is passed on. After any error, each later call returns the same kind.
    pub fn next_frame(&mut self) -> io::Result<Option<Vec<u8>>> {
        if let Some(kind) = self.failed {
            return Err(kind.into());
        }
        let frame = self.read_frame();
        if let Err(error) = &frame {
            self.failed = Some(error.kind());
        }
        frame
    }

    fn read_frame(&mut self) -> io::Result<Option<Vec<u8>>> {
        let length = self.read_up_to(4)?;
        if length.is_empty() {
            return Ok(None);
        }
        let length = length.try_into().map_err(|_| ErrorKind::UnexpectedEof)?;
        let length = u32::from_be_bytes(length) as usize;
        if length > self.limit {
            return Err(ErrorKind::InvalidData.into());
        }
        let frame = self.read_up_to(length)?;
        if frame.len() < length {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(Some(frame))
    }

    /// Reads so many bytes, or fewer if the stream ends before. The memory grows with what comes.
    fn read_up_to(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count.min(4096)];
        let mut filled = 0;
        while filled < count {
            if filled == bytes.len() {
                bytes.resize(count.min(2 * filled), 0);
            }
            match self.stream.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(arrived) => filled += arrived,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}
