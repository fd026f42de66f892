//! Wrong: when the stream fails in the middle, it says that the stream has ended there. The program hears of a station that
//! hung up, and never of the network that broke.

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
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if filled == 0 => return Err(ReadError::Io(error)),
            Err(_) => return Err(ReadError::Ended { arrived: filled }),
        }
    }
    Ok(true)
}
