//! Wrong: it fetches all that there is, up to the end or a time-out, before it looks for a message. Without a time-out it
//! waits for the end of the stream.

use std::io::{self, ErrorKind, Read};

/// Reads messages: two bytes of length, big end first, then so many bytes.
#[derive(Debug)]
pub struct Frames<R> {
    stream: R,
    /// What has arrived and was not handed out yet.
    arrived: Vec<u8>,
}

impl<R: Read> Frames<R> {
    /// The messages in `stream`.
    pub fn new(stream: R) -> Frames<R> {
        Frames { stream, arrived: Vec::new() }
    }

    /// Reads the next message, without its length. `None`: the stream has ended, where a message has ended too.
    ///
    /// # Errors
    ///
    /// `UnexpectedEof` if the stream ends within a message. An error of the stream is passed on; nothing is lost by that,
    /// and a later call goes on.
    pub fn next_frame(&mut self) -> io::Result<Option<Vec<u8>>> {
        let end = self.stream.read_to_end(&mut self.arrived);
        if let Some(frame) = self.take() {
            return Ok(Some(frame));
        }
        end?;
        if self.arrived.is_empty() { Ok(None) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    /// Takes a message out of what has arrived, if there is a whole one.
    fn take(&mut self) -> Option<Vec<u8>> {
        let (length, rest) = self.arrived.split_first_chunk()?;
        let frame = rest.get(..usize::from(u16::from_be_bytes(*length)))?.to_vec();
        self.arrived.drain(..length.len() + frame.len());
        Some(frame)
    }
}
