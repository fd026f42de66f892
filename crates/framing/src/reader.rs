//! The side that reads.

use std::fmt;
use std::io::{self, Read};
use std::ops::Range;

use crate::{Fault, Found, FrameError, Framing};

/// How long the buffer is at first, which is how much is asked for in one read.
const FIRST: usize = 8 * 1024;

/// Reads frames from a stream.
///
/// The reader has a buffer of its own, so the stream needs none. It reads ahead: what belongs to later frames waits in
/// the buffer ([`buffered`](FrameReader::buffered)).
///
/// **Memory.** The buffer begins with 8 KiB, at the first read. It doubles when more than half of it is filled with an
/// unfinished frame, so it is at most four times as long as the longest frame that has arrived so far.
///
/// **Blocking.** As the stream does. One that has nothing for now and says so (`WouldBlock`, `TimedOut`) makes
/// [`read_frame`](FrameReader::read_frame) return that, with nothing lost.
///
/// # Example
///
/// ```
/// use framing::{FrameReader, LengthPrefixed, Width};
///
/// let wire = b"\x03one\x03two";
/// let mut reader = FrameReader::new(&wire[..], LengthPrefixed::new(Width::One, 100));
/// let mut lengths = 0;
/// while let Some(frame) = reader.read_frame()? {
///     lengths += frame.len();
/// }
/// assert_eq!(lengths, 6);
/// # Ok::<(), framing::FrameError>(())
/// ```
pub struct FrameReader<R, F: Framing> {
    stream: R,
    framing: F,
    /// Of this, `start..end` has arrived and not been handed out. The rest means nothing.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// The framing's note about the frame that begins at `start`.
    progress: F::Progress,
    /// With fewer bytes than this there is no point in looking.
    wanted: usize,
    /// Why nothing can be read any more.
    fault: Option<Fault>,
}

impl<R: Read, F: Framing> FrameReader<R, F> {
    /// Reads the frames in `stream`, which is at the beginning of one.
    pub fn new(stream: R, framing: F) -> FrameReader<R, F> {
        FrameReader {
            stream,
            framing,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            progress: F::Progress::default(),
            wanted: 1,
            fault: None,
        }
    }

    /// Reads the next frame. `None`: the stream has ended, where a frame has ended too.
    ///
    /// The frame lies in the reader's buffer, until the next call.
    ///
    /// # Errors
    ///
    /// [`FrameError::Io`] if the stream fails. An interrupted read is tried again; any other failure is passed on, and a
    /// later call goes on with what has arrived.
    ///
    /// [`FrameError::Fault`] if the bytes break the rules, or if the stream ends inside a frame. From then on each call
    /// returns the same fault.
    #[inline]
    pub fn read_frame(&mut self) -> Result<Option<&[u8]>, FrameError> {
        let payload = loop {
            if let Some(payload) = self.look()? {
                break payload;
            }
            if self.fill()? == 0 {
                if self.start == self.end {
                    return Ok(None);
                }
                return Err(self.end_within_a_frame().into());
            }
        };
        Ok(Some(&self.buffer[payload]))
    }

    /// Hands out the next frame if it has arrived already; `None` if not. It never reads, and so never blocks.
    ///
    /// Who answers requests can write all the answers to what came in one read, and only then flush.
    ///
    /// # Errors
    ///
    /// [`FrameError::Fault`] as [`read_frame`](FrameReader::read_frame), and never [`FrameError::Io`].
    ///
    /// # Example
    ///
    /// ```
    /// use framing::{Delimited, FrameReader};
    ///
    /// let mut reader = FrameReader::new(&b"one\ntwo\nthr"[..], Delimited::lf(80));
    /// assert_eq!(reader.try_read_frame()?, None, "nothing has been read");
    /// assert_eq!(reader.read_frame()?, Some(&b"one"[..]));
    /// assert_eq!(reader.try_read_frame()?, Some(&b"two"[..]));
    /// assert_eq!(reader.try_read_frame()?, None);
    /// assert_eq!(reader.buffered(), b"thr");
    /// # Ok::<(), framing::FrameError>(())
    /// ```
    pub fn try_read_frame(&mut self) -> Result<Option<&[u8]>, FrameError> {
        Ok(self.look()?.map(|payload| &self.buffer[payload]))
    }

    /// Looks for a frame in what has arrived, and says where in the buffer its payload is.
    #[inline]
    fn look(&mut self) -> Result<Option<Range<usize>>, Fault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let arrived = &self.buffer[self.start..self.end];
        if arrived.len() < self.wanted {
            return Ok(None);
        }
        match self.framing.find(arrived, &mut self.progress) {
            Ok(Found::Frame { payload, next }) => {
                debug_assert!(0 < next && next <= arrived.len() && payload.end <= next);
                let payload = self.start + payload.start..self.start + payload.end;
                self.start += next;
                self.progress = F::Progress::default();
                self.wanted = 1;
                Ok(Some(payload))
            }
            Ok(Found::More(missing)) => {
                self.wanted = arrived.len().saturating_add(missing.max(1));
                let limit = self.framing.longest();
                if self.wanted > limit {
                    return Err(self.fail(Fault::TooLong { length: Some(self.wanted as u64), limit }));
                }
                Ok(None)
            }
            Err(fault) => Err(self.fail(fault)),
        }
    }

    /// The stream has ended, and something has arrived that is no frame.
    #[cold]
    fn end_within_a_frame(&mut self) -> Fault {
        // A look that seemed to have no point yet finds what is wrong with these bytes, or exactly what is missing.
        self.wanted = 1;
        match self.look() {
            Err(fault) => fault,
            Ok(_) => {
                let arrived = self.end - self.start;
                self.fail(Fault::Truncated { arrived, missing: self.wanted.saturating_sub(arrived) })
            }
        }
    }

    #[cold]
    fn fail(&mut self, fault: Fault) -> Fault {
        self.fault = Some(fault);
        fault
    }

    /// Reads once, and says how many bytes have come.
    fn fill(&mut self) -> io::Result<usize> {
        self.make_room();
        loop {
            match self.stream.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Makes room behind what has arrived, all of which belongs to one unfinished frame.
    ///
    /// It is moved to the front if there is no other room, or if it is so little that this costs next to nothing. When it
    /// fills more than half of the buffer, that becomes twice as large. So each byte is moved a few times at most, however
    /// the frames lie.
    fn make_room(&mut self) {
        let (arrived, length) = (self.end - self.start, self.buffer.len());
        let is_cheap = self.start > length / 2 && arrived < self.start / 4;
        if arrived == 0 {
            (self.start, self.end) = (0, 0);
        } else if is_cheap || self.end == length && self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, arrived);
        }
        if self.end == length || arrived > length / 2 {
            // Invariant 1: it counts what is there, not what `wanted` says.
            self.buffer.resize(FIRST.max(2 * length), 0);
        }
    }
}

impl<R, F: Framing> FrameReader<R, F> {
    /// What has arrived and not been handed out.
    pub fn buffered(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Gives the reader's buffer away, if nothing is [`buffered`](FrameReader::buffered). The next read makes a new one.
    ///
    /// Who has thousands of readers, most of which wait, can so have a few buffers for all:
    /// [`set_buffer`](FrameReader::set_buffer) lends one to the reader whose turn it is.
    ///
    /// # Example
    ///
    /// ```
    /// use framing::{Delimited, FrameReader};
    ///
    /// let mut first = FrameReader::new(&b"one\ntwo\n"[..], Delimited::lf(80));
    /// let mut second = FrameReader::new(&b"three\n"[..], Delimited::lf(80));
    /// assert_eq!(first.read_frame()?, Some(&b"one"[..]));
    /// assert!(first.take_buffer().is_none(), "there is a frame in it");
    /// assert_eq!(first.read_frame()?, Some(&b"two"[..]));
    /// second.set_buffer(first.take_buffer().expect("nothing is in it"));
    /// assert_eq!(second.read_frame()?, Some(&b"three"[..]));
    /// assert_eq!(first.read_frame()?, None);
    /// # Ok::<(), framing::FrameError>(())
    /// ```
    pub fn take_buffer(&mut self) -> Option<Vec<u8>> {
        if self.start < self.end {
            return None;
        }
        (self.start, self.end) = (0, 0);
        Some(std::mem::take(&mut self.buffer))
    }

    /// Has the reader use `buffer`, at the length that it has. What is in it means nothing.
    ///
    /// # Panics
    ///
    /// If something is [`buffered`](FrameReader::buffered): it would be lost.
    pub fn set_buffer(&mut self, buffer: Vec<u8>) {
        assert!(self.start == self.end, "what is buffered would be lost");
        (self.start, self.end) = (0, 0);
        self.buffer = buffer;
    }

    /// The stream.
    pub fn get_ref(&self) -> &R {
        &self.stream
    }

    /// The stream, to change its settings. Who reads from it takes bytes away from the frames.
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.stream
    }

    /// The stream. What is [`buffered`](FrameReader::buffered) is lost.
    pub fn into_inner(self) -> R {
        self.stream
    }

    /// The rules.
    pub fn framing(&self) -> &F {
        &self.framing
    }

    /// Goes on under other rules, with what is buffered: for protocols that begin with one framing and go on with
    /// another. A fault stays.
    ///
    /// # Example
    ///
    /// A line that says how long each record is, then the records:
    ///
    /// ```
    /// use framing::{Delimited, FixedLength, FrameReader};
    ///
    /// let mut lines = FrameReader::new(&b"3\nonetwo"[..], Delimited::lf(10));
    /// assert_eq!(lines.read_frame()?, Some(&b"3"[..]));
    /// let mut records = lines.with_framing(FixedLength::new(3));
    /// assert_eq!(records.read_frame()?, Some(&b"one"[..]));
    /// assert_eq!(records.read_frame()?, Some(&b"two"[..]));
    /// # Ok::<(), framing::FrameError>(())
    /// ```
    pub fn with_framing<G: Framing>(self, framing: G) -> FrameReader<R, G> {
        FrameReader {
            stream: self.stream,
            framing,
            buffer: self.buffer,
            start: self.start,
            end: self.end,
            progress: G::Progress::default(),
            wanted: 1,
            fault: self.fault,
        }
    }
}

impl<R: fmt::Debug, F: Framing + fmt::Debug> fmt::Debug for FrameReader<R, F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FrameReader")
            .field("stream", &self.stream)
            .field("framing", &self.framing)
            .field("buffered", &(self.end - self.start))
            .field("fault", &self.fault)
            .finish()
    }
}
