//! Frames that are all of one length.

use crate::{Envelope, Fault, Found, Framing};

/// Frames of one length, which both sides know.
///
/// Nothing is added on the wire, and nothing can be checked: sides that disagree about the length read nonsense.
///
/// # Example
///
/// ```
/// use framing::{FixedLength, FrameReader};
///
/// let mut reader = FrameReader::new(&b"onetwo"[..], FixedLength::new(3));
/// assert_eq!(reader.read_frame()?, Some(&b"one"[..]));
/// assert_eq!(reader.read_frame()?, Some(&b"two"[..]));
/// assert_eq!(reader.read_frame()?, None);
/// # Ok::<(), framing::FrameError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedLength {
    length: usize,
}

impl FixedLength {
    /// Frames of `length` bytes.
    ///
    /// # Panics
    ///
    /// If `length` is zero: in any stream there would be infinitely many such frames.
    pub const fn new(length: usize) -> FixedLength {
        assert!(length > 0, "a frame of a fixed length has at least one byte");
        FixedLength { length }
    }
}

impl Framing for FixedLength {
    type Progress = ();

    #[inline]
    fn find(&self, arrived: &[u8], (): &mut ()) -> Result<Found, Fault> {
        Ok(match self.length.checked_sub(arrived.len()) {
            None | Some(0) => Found::Frame { payload: 0..self.length, next: self.length },
            Some(missing) => Found::More(missing),
        })
    }

    fn enclose(&self, payload: &[u8]) -> Result<Envelope<'_>, Fault> {
        if payload.len() != self.length {
            return Err(Fault::WrongLength { length: payload.len(), expected: self.length });
        }
        Ok(Envelope::NONE)
    }

    fn longest(&self) -> usize {
        self.length
    }
}
