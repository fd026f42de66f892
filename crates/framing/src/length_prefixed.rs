//! Frames that begin with their length.

use crate::{Envelope, Fault, Found, Framing};

/// How many bytes a length takes on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One: lengths up to 255.
    One = 1,
    /// Two: lengths up to 65,535.
    Two = 2,
    /// Four: lengths up to some four billion.
    Four = 4,
    /// Eight: any length.
    Eight = 8,
}

impl Width {
    const fn bytes(self) -> usize {
        self as usize
    }

    /// The largest number that fits.
    const fn max(self) -> u64 {
        u64::MAX >> self.unused_bits()
    }

    /// How many bits of a `u64` do not fit.
    const fn unused_bits(self) -> usize {
        64 - 8 * self.bytes()
    }
}

/// Frames that begin with their length, a number of one, two, four or eight bytes.
///
/// The payload may hold any bytes, and one look at the length tells how many are to come. But the length is what the
/// other side *says*. It is held against the limit before anything else, and no memory is set aside for it.
///
/// The number stands with its big end first, as is the custom on networks. In Python's `struct`, `">I"` is
/// [`Width::Four`], and `"<I"` the same [`little_endian`](LengthPrefixed::little_endian).
///
/// # Example
///
/// ```
/// use framing::{FrameReader, FrameWriter, LengthPrefixed, Width};
///
/// let framing = LengthPrefixed::new(Width::Two, 1024);
/// let mut writer = FrameWriter::new(Vec::new(), framing);
/// writer.write_frame(b"hello")?;
/// writer.write_frame(b"")?;
/// let wire = writer.into_inner();
/// assert_eq!(wire, b"\x00\x05hello\x00\x00");
///
/// let mut reader = FrameReader::new(&wire[..], framing);
/// assert_eq!(reader.read_frame()?, Some(&b"hello"[..]));
/// assert_eq!(reader.read_frame()?, Some(&b""[..]));
/// assert_eq!(reader.read_frame()?, None);
/// # Ok::<(), framing::FrameError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthPrefixed {
    width: Width,
    limit: usize,
    little_endian: bool,
    offset: usize,
    adjustment: i32,
}

impl LengthPrefixed {
    /// A length of so many bytes, big end first, and then a payload of that length, at most `limit`.
    pub const fn new(width: Width, limit: usize) -> LengthPrefixed {
        LengthPrefixed { width, limit, little_endian: false, offset: 0, adjustment: 0 }
    }

    /// The number's little end comes first.
    pub const fn little_endian(self) -> LengthPrefixed {
        LengthPrefixed { little_endian: true, ..self }
    }

    /// What has to be added to the number on the wire to get how many bytes come after it.
    ///
    /// There are protocols whose length counts itself: with four bytes, that is an adjustment of -4.
    pub const fn adjustment(self, adjustment: i32) -> LengthPrefixed {
        LengthPrefixed { adjustment, ..self }
    }

    /// So many bytes stand before the length.
    ///
    /// They say something too: a type, a version. So the frame is then the whole message from its first byte, length
    /// included; that is what is handed out, what has to be given to a writer, and what the limit is about. A writer adds
    /// nothing to it, but refuses a message that is not as long as it says.
    ///
    /// # Example
    ///
    /// A message of PostgreSQL is a letter, then a length that counts itself, then the rest:
    ///
    /// ```
    /// use framing::{FrameReader, LengthPrefixed, Width};
    ///
    /// let postgres = LengthPrefixed::new(Width::Four, 8192).offset(1).adjustment(-4);
    /// let mut reader = FrameReader::new(&b"Q\0\0\0\x0dselect 1\0X\0\0\0\x04"[..], postgres);
    /// assert_eq!(reader.read_frame()?, Some(&b"Q\0\0\0\x0dselect 1\0"[..]));
    /// assert_eq!(reader.read_frame()?, Some(&b"X\0\0\0\x04"[..]));
    /// # Ok::<(), framing::FrameError>(())
    /// ```
    pub const fn offset(self, offset: usize) -> LengthPrefixed {
        LengthPrefixed { offset, ..self }
    }

    /// Where the length ends.
    #[inline]
    fn header(&self) -> usize {
        self.offset.saturating_add(self.width.bytes())
    }

    /// Whether the bytes up to and with the length belong to the frame.
    #[inline]
    fn is_whole(&self) -> bool {
        self.offset > 0
    }

    /// The number at the end of `header`.
    #[inline]
    fn number(&self, header: &[u8]) -> u64 {
        // One arm for each width, so that each is a single load, and no loop over bytes.
        let number = match (self.width, &header[self.offset..]) {
            (Width::One, &[byte]) => byte.into(),
            (Width::Two, &[a, b]) => u16::from_be_bytes([a, b]).into(),
            (Width::Four, &[a, b, c, d]) => u32::from_be_bytes([a, b, c, d]).into(),
            (Width::Eight, &[a, b, c, d, e, f, g, h]) => u64::from_be_bytes([a, b, c, d, e, f, g, h]),
            _ => unreachable!("a header ends with the length"),
        };
        if self.little_endian { number.swap_bytes() >> self.width.unused_bits() } else { number }
    }

    /// Where the frame ends whose header this is.
    #[inline]
    fn end(&self, header: &[u8]) -> Result<usize, Fault> {
        let number = self.number(header);
        let body = number.checked_add_signed(self.adjustment.into());
        let body = match body {
            Some(body) => body,
            None if self.adjustment < 0 => {
                return Err(Fault::Malformed { at: self.offset, expected: "a length that counts at least itself" });
            }
            None => u64::MAX,
        };
        // The limit is about what is handed out, so it is compared after everything has been added.
        let kept = if self.is_whole() { header.len() } else { 0 };
        let length = body.saturating_add(kept as u64);
        match usize::try_from(length) {
            Ok(fitting) if fitting <= self.limit => Ok(fitting.saturating_add(header.len() - kept)),
            _ => Err(Fault::TooLong { length: Some(length), limit: self.limit }),
        }
    }
}

impl Framing for LengthPrefixed {
    type Progress = ();

    #[inline]
    fn find(&self, arrived: &[u8], (): &mut ()) -> Result<Found, Fault> {
        let header = self.header();
        let Some(bytes) = arrived.get(..header) else {
            return Ok(Found::More(header - arrived.len()));
        };
        let next = self.end(bytes)?;
        Ok(match next.checked_sub(arrived.len()) {
            None | Some(0) => Found::Frame { payload: if self.is_whole() { 0 } else { header }..next, next },
            Some(missing) => Found::More(missing),
        })
    }

    #[inline]
    fn enclose(&self, payload: &[u8]) -> Result<Envelope<'_>, Fault> {
        let too_long = |limit| Fault::TooLong { length: Some(payload.len() as u64), limit };
        if payload.len() > self.limit {
            return Err(too_long(self.limit));
        }
        if self.is_whole() {
            let header = self.header();
            let Some(bytes) = payload.get(..header) else {
                return Err(Fault::WrongLength { length: payload.len(), expected: header });
            };
            let expected = self.end(bytes)?;
            if payload.len() != expected {
                return Err(Fault::WrongLength { length: payload.len(), expected });
            }
            return Ok(Envelope::NONE);
        }
        let adjustment = i64::from(self.adjustment);
        let Some(number) = (payload.len() as u64).checked_sub_signed(adjustment) else {
            return Err(Fault::WrongLength {
                length: payload.len(),
                expected: self.adjustment.unsigned_abs() as usize,
            });
        };
        if number > self.width.max() {
            let longest = self.width.max().saturating_add_signed(adjustment);
            return Err(too_long(usize::try_from(longest).unwrap_or(usize::MAX)));
        }
        let head =
            if self.little_endian { number.to_le_bytes() } else { (number << self.width.unused_bits()).to_be_bytes() };
        Ok(Envelope { head, head_length: self.width.bytes(), ..Envelope::NONE })
    }

    fn longest(&self) -> usize {
        if self.is_whole() { self.limit.max(self.header()) } else { self.limit.saturating_add(self.width.bytes()) }
    }
}
