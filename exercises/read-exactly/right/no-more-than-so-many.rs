//! Reads exactly so many bytes.
//!
//! `take` makes a stream of it that ends after so many bytes, and `read_to_end` reads to its end. Interruptions are no matter
//! to it. How the stream has ended shows in how much has come.

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
    let mut record = Vec::new();
    stream.take(buffer.len() as u64).read_to_end(&mut record).map_err(ReadError::Io)?;
    match record.len() {
        arrived if arrived == buffer.len() => {
            buffer.copy_from_slice(&record);
            Ok(true)
        }
        0 => Ok(false),
        arrived => Err(ReadError::Ended { arrived }),
    }
}
