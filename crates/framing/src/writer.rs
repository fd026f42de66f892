//! The side that writes.

use std::fmt;
use std::io::{self, IoSlice, Write};

use crate::{Envelope, FrameError, Framing};

/// A frame with a payload of at most this length is put together and written as one piece. To copy so little costs less
/// than to have the stream gather it.
const SMALL: usize = 1024;

/// Writes frames to a stream.
///
/// Each frame goes out with one write, envelope and payload together, if the stream takes that much at once: one system
/// call, and no packet that holds a length alone. A small frame is put together first; of a large one nothing is copied,
/// the write is a vectored one. Who writes many small frames in a row saves calls by putting a
/// [`BufWriter`](io::BufWriter) around the stream.
///
/// **Flushing.** [`write_frame`](FrameWriter::write_frame) does not flush. A socket needs none; with a `BufWriter`,
/// call [`flush`](FrameWriter::flush) before you wait for an answer.
///
/// **Streams that would block.** Once a byte of a frame is out, the rest has to follow, or the other side reads nonsense
/// from then on. If the stream takes only a part of a frame and then would block, the writer keeps a copy of the rest
/// ([`unsent`](FrameWriter::unsent)), which goes out first in the next call. Dropping the writer loses it.
///
/// # Example
///
/// ```
/// use framing::{Delimited, FrameWriter};
///
/// let mut writer = FrameWriter::new(Vec::new(), Delimited::crlf(80));
/// writer.write_frame(b"hello")?;
/// assert!(writer.write_frame(b"two\r\nlines").is_err());
/// assert_eq!(writer.get_ref(), b"hello\r\n", "not a byte of the second");
/// # Ok::<(), framing::FrameError>(())
/// ```
pub struct FrameWriter<W, F> {
    stream: W,
    framing: F,
    rest: Rest,
}

impl<W: Write, F: Framing> FrameWriter<W, F> {
    /// Writes frames to `stream`.
    pub fn new(stream: W, framing: F) -> FrameWriter<W, F> {
        FrameWriter { stream, framing, rest: Rest::default() }
    }

    /// Writes one frame.
    ///
    /// `Ok` means that the frame is on its way: in the stream, or, if the stream would block in the middle of it, partly
    /// in the writer's keeping.
    ///
    /// # Errors
    ///
    /// [`FrameError::Fault`] if the payload cannot be framed. Not a byte has been written.
    ///
    /// [`FrameError::Io`] if the stream fails. An interrupted write is tried again. If it would block (`WouldBlock`,
    /// `TimedOut`) before the frame's first byte, not a byte of it has been written or kept, and it may be written again.
    /// After any other failure something may be [`unsent`](FrameWriter::unsent), and goes first if there is a next time.
    #[inline]
    pub fn write_frame(&mut self, payload: &[u8]) -> Result<(), FrameError> {
        let envelope = self.framing.enclose(payload)?;
        self.rest.send(&mut self.stream)?;
        let sent = if payload.len() <= SMALL {
            self.rest.send_copied(&mut self.stream, &envelope, payload)
        } else {
            self.rest.send_gathered(&mut self.stream, &envelope, payload)
        };
        match sent {
            // The frame has begun to go out, and the rest of it will follow.
            Err(error) if would_block(&error) && self.unsent() > 0 => Ok(()),
            sent => Ok(sent?),
        }
    }

    /// Sends what is [`unsent`](FrameWriter::unsent), then flushes the stream.
    ///
    /// # Errors
    ///
    /// If the stream fails, or would block. A later call goes on.
    pub fn flush(&mut self) -> io::Result<()> {
        self.rest.send(&mut self.stream)?;
        self.stream.flush()
    }
}

/// What is still to be written of a frame that has begun to go out.
#[derive(Default)]
struct Rest {
    /// It is empty if nothing is to be written.
    bytes: Vec<u8>,
    /// So many of the bytes have been written already.
    sent: usize,
}

impl Rest {
    /// Writes it all.
    #[inline]
    fn send(&mut self, stream: &mut impl Write) -> io::Result<()> {
        while self.sent < self.bytes.len() {
            self.sent += some(stream.write(&self.bytes[self.sent..]))?;
        }
        self.clear();
        Ok(())
    }

    /// Writes a frame as one piece. On failure keeps what is missing, if a byte is out.
    #[inline]
    fn send_copied(&mut self, stream: &mut impl Write, envelope: &Envelope<'_>, payload: &[u8]) -> io::Result<()> {
        // To copy all that could be a head takes one store; to copy just so many bytes would take a loop.
        self.bytes.extend_from_slice(&envelope.head);
        self.bytes.truncate(envelope.head_length);
        self.bytes.extend_from_slice(payload);
        self.bytes.extend_from_slice(envelope.tail);
        let sent = self.send(stream);
        if self.sent == 0 {
            self.clear();
        }
        sent
    }

    /// Writes a frame from where its parts are. On failure keeps what is missing, if a byte is out.
    fn send_gathered(&mut self, stream: &mut impl Write, envelope: &Envelope<'_>, payload: &[u8]) -> io::Result<()> {
        let mut slices = [envelope.head(), payload, envelope.tail()].map(IoSlice::new);
        let mut slices = &mut slices[..];
        // Takes away slices that are empty from the first.
        IoSlice::advance_slices(&mut slices, 0);
        let mut begun = false;
        while !slices.is_empty() {
            match some(stream.write_vectored(slices)) {
                Ok(count) => {
                    begun |= count > 0;
                    IoSlice::advance_slices(&mut slices, count);
                }
                Err(error) => {
                    if begun {
                        slices.iter().for_each(|slice| self.bytes.extend_from_slice(slice));
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.sent = 0;
    }
}

/// How much a write has taken: nothing if it was interrupted, and nothing for no reason is an error.
fn some(written: io::Result<usize>) -> io::Result<usize> {
    match written {
        Ok(0) => Err(io::ErrorKind::WriteZero.into()),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
        other => other,
    }
}

/// Whether this tells that the stream takes nothing for now. Which of the two it is depends on the system.
fn would_block(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

impl<W, F> FrameWriter<W, F> {
    /// How many bytes are still to be written of a frame that has begun to go out.
    pub fn unsent(&self) -> usize {
        self.rest.bytes.len() - self.rest.sent
    }

    /// The stream.
    pub fn get_ref(&self) -> &W {
        &self.stream
    }

    /// The stream, to change its settings. What is written to it ends up between the frames, or within one.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.stream
    }

    /// The stream. What is [`unsent`](FrameWriter::unsent) is lost.
    pub fn into_inner(self) -> W {
        self.stream
    }

    /// The rules.
    pub fn framing(&self) -> &F {
        &self.framing
    }
}

impl<W: fmt::Debug, F: fmt::Debug> fmt::Debug for FrameWriter<W, F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FrameWriter")
            .field("stream", &self.stream)
            .field("framing", &self.framing)
            .field("unsent", &self.unsent())
            .finish()
    }
}
