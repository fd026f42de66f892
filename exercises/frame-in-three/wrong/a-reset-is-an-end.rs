//! Wrong: a connection that was reset is taken for one that was closed. What the other side had still to say is lost, and
//! nobody hears of it.

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
        loop {
            if let Some(frame) = self.take() {
                return Ok(Some(frame));
            }
            let mut piece = [0; 4096];
            let count = match self.stream.read(&mut piece) {
                Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
                read => read?,
            };
            match count {
                0 if self.arrived.is_empty() => return Ok(None),
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.arrived.extend_from_slice(&piece[..count]),
            }
        }
    }

    /// Takes a message out of what has arrived, if there is a whole one.
    fn take(&mut self) -> Option<Vec<u8>> {
        let (length, rest) = self.arrived.split_first_chunk()?;
        let frame = rest.get(..usize::from(u16::from_be_bytes(*length)))?.to_vec();
        self.arrived.drain(..length.len() + frame.len());
        Some(frame)
    }
}
