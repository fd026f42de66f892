//! Wrong: it treats a time-out like an interruption, and asks again. Whoever has set the time-out waits for ever,
//! and on a stream that never blocks it goes round and round.

use std::io::{self, ErrorKind, Read};

/// Why the buffer could not be filled.
#[derive(Debug)]
pub enum ReadError {
    /// The stream has ended in the middle.
    Ended {
        /// How many bytes had come.
        arrived: usize,
    },
    /// The stream has failed.
    Io(io::Error),
}

/// Fills `buffer` from `stream`, and takes no byte more.
///
/// `true`: it is full. `false`: there was nothing any more, the stream had ended before the first byte. A buffer without a
/// place is full, and the stream is not asked.
///
/// # Errors
///
/// [`ReadError::Ended`] if the stream ends after the first byte and before the last. [`ReadError::Io`] if it fails; to be
/// interrupted is no failure.
pub fn read_exactly(stream: &mut impl Read, buffer: &mut [u8]) -> Result<bool, ReadError> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(ReadError::Ended { arrived: filled }),
            Ok(count) => filled += count,
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            Err(error) => return Err(ReadError::Io(error)),
        }
    }
    Ok(true)
}
