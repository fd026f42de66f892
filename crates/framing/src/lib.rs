//! Messages over a stream of bytes.
//!
//! TCP is a pipe. What one end pours in runs out at the other end, every byte once and in order, and that is all. Three
//! writes of ten bytes may arrive in one read of thirty, or in thirty reads of one. Whoever wants to send *messages*
//! has to say in the bytes themselves where each one ends, and a way of saying that is called a framing. Python's
//! sockets leave it to you as well: `recv(10)` gives *up to* ten bytes.
//!
//! # The ways
//!
//! | framing | the end is | the wire, for `hello` | good for |
//! |---|---|---|---|
//! | [`FixedLength`] | agreed on | `hello` | records that are all alike |
//! | [`LengthPrefixed`] | announced | `00 00 00 05` `hello` | anything; the payload may hold any bytes |
//! | [`Delimited`] | marked | `hello` `\r\n` | text, and people who type |
//!
//! Each is a [`Framing`]: a plain value that knows the rules and holds no bytes. A [`FrameReader`] keeps what has
//! arrived and asks the framing what it makes of it; a [`FrameWriter`] asks it for what to write around a payload.
//! Other rules can be written down outside this crate; [`resp`] shows how.
//!
//! What a payload *means* is the business of a codec on top. [`command`] is one made up for teaching, with its other
//! side in Python. [`resp`], [`dns`] and [`proxy`] speak with programs that you have: Redis, `dig`, HAProxy.
//!
//! # Protocol
//!
//! - **The reader looks** at all that has arrived and not been handed out. The framing finds a frame in it, or says how
//!   many bytes more it needs at least, or finds a [`Fault`].
//! - **If a frame is found**, the reader hands out a slice of its own buffer. Nothing is copied, and many frames that came
//!   in one read are handed out without another.
//! - **If more is needed**, the reader reads once, as much as the stream has and the buffer has room for, and looks again
//!   as soon as there is a point in it.
//!
//! # Invariants
//!
//! 1. Memory follows what has arrived, never what a peer promises: the buffer grows, to twice its size, only when it is
//!    more than half full of bytes that are there.
//! 2. No frame is longer than its limit. There is no constructor without one, and the reader holds to
//!    [`Framing::longest`] even if the framing forgets.
//! 3. No byte is searched again on account of a small read: a framing leaves itself a note, its
//!    [`Progress`](Framing::Progress), and goes on from there.
//! 4. After a fault the reader stays failed. It has lost its place, and whatever it took for the beginning of the next
//!    frame would be made up.
//! 5. An error of the stream loses nothing: what has arrived stays, and a later call goes on. A reader with a time-out
//!    may be asked again and again.
//! 6. The end of the stream is clean between two frames only. Anywhere else it is a fault, after a complete header too.
//! 7. A payload that the other side could not read back as it is, too long or with the delimiter in it, is refused
//!    before its first byte is written.
//!
//! # A tempting mistake
//!
//! Four bytes say how long the message is. So make room for it, and fill the room:
//!
//! ```text
//! let mut length = [0; 4];
//! stream.read_exact(&mut length)?;
//! let mut frame = vec![0; u32::from_be_bytes(length) as usize];
//! stream.read_exact(&mut frame)?;
//! ```
//!
//! 1. Mallory connects and sends `ff ff ff ff`. Four bytes, and the server has promised her four gigabytes.
//! 2. She connects again, a hundred times.
//! 3. Even a modest limit does not help much: 10,000 connections, each with a megabyte reserved, are ten gigabytes.
//!
//! It has a second flaw. If the stream has a time-out, and it strikes in the middle, the bytes read so far are gone with
//! the local variables, and the next call takes the middle of a payload for a length.
//!
//! The mutant `believes-the-prefix` makes the first mistake here, and the test `memory_follows_what_has_arrived` finds it.
//!
//! # No threads here
//!
//! A reader and a writer belong to one thread at a time, as `&mut self` says, and nothing in this crate is shared. So no
//! model checker watches it. What takes the place of schedules are the ways in which a stream can be cut into reads: the
//! tests cut every message at every place.

pub mod command;
mod delimited;
pub mod dns;
mod error;
mod fixed_length;
mod length_prefixed;
pub mod proxy;
mod reader;
pub mod resp;
mod writer;

use std::ops::Range;

pub use delimited::Delimited;
pub use error::{Fault, FrameError};
pub use fixed_length::FixedLength;
pub use length_prefixed::{LengthPrefixed, Width};
pub use reader::FrameReader;
pub use writer::FrameWriter;

/// Rules that say where in a stream of bytes one frame ends and the next begins.
///
/// A framing holds no bytes and is changed by none, so that one value, or clones of it, can serve both directions of a
/// connection.
///
/// # Example
///
/// Strings as Pascal had them: a byte with the length, then so many characters. ([`LengthPrefixed`] can do that too.)
///
/// ```
/// use framing::{Envelope, Fault, Found, FrameReader, Framing};
///
/// struct Pascal;
///
/// impl Framing for Pascal {
///     type Progress = ();
///
///     fn find(&self, arrived: &[u8], (): &mut ()) -> Result<Found, Fault> {
///         let next = 1 + usize::from(arrived[0]);
///         Ok(match next.checked_sub(arrived.len()) {
///             None | Some(0) => Found::Frame { payload: 1..next, next },
///             Some(missing) => Found::More(missing),
///         })
///     }
///
///     fn enclose(&self, payload: &[u8]) -> Result<Envelope<'_>, Fault> {
///         let length = u8::try_from(payload.len());
///         let length = length.map_err(|_| Fault::TooLong { length: Some(payload.len() as u64), limit: 255 })?;
///         Ok(Envelope::with_head(&[length]))
///     }
///
///     fn longest(&self) -> usize {
///         1 + 255
///     }
/// }
///
/// let mut reader = FrameReader::new(&b"\x05hello\x02yo"[..], Pascal);
/// assert_eq!(reader.read_frame()?, Some(&b"hello"[..]));
/// assert_eq!(reader.read_frame()?, Some(&b"yo"[..]));
/// # Ok::<(), framing::FrameError>(())
/// ```
pub trait Framing {
    /// What a look that found no whole frame leaves for the next look, which will see the same bytes and more. The first
    /// look at a frame gets the default.
    type Progress: Default + Send;

    /// Looks at the bytes that have arrived, of which there is at least one. They begin where a frame begins.
    ///
    /// # Errors
    ///
    /// What is wrong with these bytes, if no bytes that might follow can mend it.
    fn find(&self, arrived: &[u8], progress: &mut Self::Progress) -> Result<Found, Fault>;

    /// What belongs around `payload` on the wire.
    ///
    /// # Errors
    ///
    /// Why [`find`](Framing::find) would not find it there again.
    fn enclose(&self, payload: &[u8]) -> Result<Envelope<'_>, Fault>;

    /// How many bytes a frame can take on the wire, all included. A reader waits for no more than that.
    fn longest(&self) -> usize;
}

/// What a look at the bytes that have arrived has brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// There is a whole frame.
    Frame {
        /// Where in the bytes its payload is.
        payload: Range<usize>,
        /// Where the next frame begins; more than zero.
        next: usize,
    },
    /// So many bytes are missing at least, one or more. There may be no point in looking before they have come.
    More(usize),
}

/// What stands before and after a payload on the wire.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'framing> {
    head: [u8; Envelope::HEAD],
    head_length: usize,
    tail: &'framing [u8],
}

impl<'framing> Envelope<'framing> {
    /// So many bytes can stand before a payload.
    pub const HEAD: usize = 8;

    /// Nothing at all.
    pub const NONE: Envelope<'static> = Envelope { head: [0; Envelope::HEAD], head_length: 0, tail: &[] };

    /// These bytes before the payload.
    ///
    /// # Panics
    ///
    /// If they are more than [`HEAD`](Envelope::HEAD).
    pub fn with_head(bytes: &[u8]) -> Envelope<'framing> {
        let mut head = [0; Envelope::HEAD];
        head[..bytes.len()].copy_from_slice(bytes);
        Envelope { head, head_length: bytes.len(), tail: &[] }
    }

    /// These bytes after the payload.
    pub fn with_tail(tail: &'framing [u8]) -> Envelope<'framing> {
        Envelope { tail, ..Envelope::NONE }
    }

    /// What stands before the payload.
    pub fn head(&self) -> &[u8] {
        &self.head[..self.head_length]
    }

    /// What stands after it.
    pub fn tail(&self) -> &'framing [u8] {
        self.tail
    }
}
