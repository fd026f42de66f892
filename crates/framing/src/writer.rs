//! The side that writes.

use std::fmt;
use std::io::{self, IoSlice, Write};

use crate::{FrameError, Framing};

/// Writes frames to a stream.
///
/// Each frame goes out with one vectored write, envelope and payload together, if the stream takes that much at once:
/// one system call, and no packet that holds a length alone. Nothing is copied. Who writes many small frames in a row
/// saves calls by putting a [`BufWriter`](io::BufWriter) around the stream; so does who writes to a stream whose
/// `write_vectored` takes only the first slice.
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
    /// What is still to be written of a frame that has begun to go out.
    rest: Vec<u8>,
}

impl<W: Write, F: Framing> FrameWriter<W, F> {
    /// Writes frames to `stream`.
    pub fn new(stream: W, framing: F) -> FrameWriter<W, F> {
        FrameWriter { stream, framing, rest: Vec::new() }
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
    pub fn write_frame(&mut self, payload: &[u8]) -> Result<(), FrameError> {
        let envelope = self.framing.enclose(payload)?;
        send_rest(&mut self.stream, &mut self.rest)?;

        let mut slices = [envelope.head(), payload, envelope.tail()].map(IoSlice::new);
        let mut slices = &mut slices[..];
        // Takes away slices that are empty from the first.
        IoSlice::advance_slices(&mut slices, 0);
        let mut begun = false;
        while !slices.is_empty() {
            match some(self.stream.write_vectored(slices)) {
                Ok(count) => {
                    begun |= count > 0;
                    IoSlice::advance_slices(&mut slices, count);
                }
                Err(error) => {
                    if begun {
                        slices.iter().for_each(|slice| self.rest.extend_from_slice(slice));
                        if would_block(&error) {
                            return Ok(());
                        }
                    }
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }

    /// Sends what is [`unsent`](FrameWriter::unsent), then flushes the stream.
    ///
    /// # Errors
    ///
    /// If the stream fails, or would block. A later call goes on.
    pub fn flush(&mut self) -> io::Result<()> {
        send_rest(&mut self.stream, &mut self.rest)?;
        self.stream.flush()
    }
}

/// Writes `rest`, and takes away from it what has been written.
fn send_rest(stream: &mut impl Write, rest: &mut Vec<u8>) -> io::Result<()> {
    while !rest.is_empty() {
        let count = some(stream.write(rest))?;
        rest.drain(..count);
    }
    Ok(())
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
        self.rest.len()
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
            .field("unsent", &self.rest.len())
            .finish()
    }
}
