//! Reads exactly so many bytes.
//!
//! This is yours to write. So far it reads once, and hopes.

use std::io::{self, Read};

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
    match stream.read(buffer) {
        Ok(count) => Ok(count > 0),
        Err(error) => Err(ReadError::Io(error)),
    }
}
