//! One connection: reading with a deadline, writing with a deadline, and taking leave.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use framing::{FrameError, FrameReader, FrameWriter, Framing};
use mutex::Mutex;
use socket2::SockRef;

use crate::handler::{End, Handler, Replies, Sink, Then};
use crate::limits::Limits;
use crate::stats::{ConnectionStats, State};

/// So many bytes of replies are collected at most before they go out.
const COLLECTED: usize = 64 * 1024;

/// So many bytes are listened to at most after the last reply.
const FAREWELL: usize = 256 * 1024;

/// A connection, as all threads see it.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    local: SocketAddr,
    peer: SocketAddr,
    since: Instant,
    record: Mutex<Record>,
}

/// What changes about a connection. The thread that serves it writes here, and anybody may look.
#[derive(Debug)]
struct Record {
    state: State,
    thread: Option<String>,
    received: u64,
    sent: u64,
    frames: u64,
    /// The server shuts down. No request is begun any more.
    stopping: bool,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, local: SocketAddr, peer: SocketAddr) -> Connection {
        let record = Record { state: State::Queued, thread: None, received: 0, sent: 0, frames: 0, stopping: false };
        Connection { stream, local, peer, since: Instant::now(), record: Mutex::new(record) }
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub(crate) fn stats(&self) -> ConnectionStats {
        let record = self.record.lock();
        ConnectionStats {
            local: self.local,
            peer: self.peer,
            state: record.state,
            thread: record.thread.clone(),
            received: record.received,
            sent: record.sent,
            frames: record.frames,
            age: self.since.elapsed(),
        }
    }

    /// The calling thread serves it from now on.
    pub(crate) fn served_here(&self) {
        self.record.lock().thread = std::thread::current().name().map(str::to_owned);
    }

    /// Begins no more requests. One that has begun is completed and answered (invariants 4 and 5).
    pub(crate) fn stop(&self) {
        let mut record = self.record.lock();
        record.stopping = true;
        // Its thread lies in `read`, or is about to. Once this is done, that returns. Any other thread comes by
        // `begin_frame`, and looks at `stopping` there: under the same lock, so that nobody slips through.
        if record.state == State::Idle {
            // It fails if the peer has reset the connection, and then `read` does not block.
            _ = self.stream.shutdown(Shutdown::Read);
        }
    }

    /// Ends it without ceremony: whoever reads or writes here fails at once.
    pub(crate) fn cut(&self) {
        _ = self.stream.shutdown(Shutdown::Both);
    }

    /// False: no frame is to be begun any more. `begun`: some of it has arrived already.
    fn begin_frame(&self, begun: bool) -> bool {
        let mut record = self.record.lock();
        record.state = if begun { State::Reading } else { State::Idle };
        !record.stopping
    }

    fn is_stopping(&self) -> bool {
        self.record.lock().stopping
    }

    fn enter(&self, state: State) {
        self.record.lock().state = state;
    }

    /// Closes it for good, in such a way that the peer gets the last reply.
    pub(crate) fn close(&self, end: &End, limits: &Limits) {
        self.enter(State::Closing);
        match end {
            End::Failed(_) => {}
            // The replies that it does not read are not worth the memory. A reset throws them away.
            End::Unread => _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)),
            _ => self.take_leave(limits.linger),
        }
    }

    /// Says that nothing more will come, and listens until the peer has said so too.
    fn take_leave(&self, linger: Duration) {
        if self.stream.shutdown(Shutdown::Write).is_err() {
            return;
        }
        let (since, mut heard, mut scrap) = (Instant::now(), 0, [0; 4096]);
        while heard < FAREWELL {
            let left = linger.saturating_sub(since.elapsed());
            if left.is_zero() || self.stream.set_read_timeout(Some(at_least(left))).is_err() {
                return;
            }
            match (&self.stream).read(&mut scrap) {
                Ok(0) => return,
                Ok(count) => heard += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }
}

/// A service as the door sees it, whatever its framing and handler are.
pub(crate) trait Service: Send + Sync {
    /// Talks with the peer until one of the two has enough.
    fn converse(&self, connection: &Connection, limits: &Limits) -> End;

    /// The bytes for somebody who is turned away.
    fn refusal(&self) -> Vec<u8>;
}

/// A handler and its framing.
pub(crate) struct Conversation<F, H> {
    pub(crate) framing: F,
    pub(crate) handler: H,
}

impl<F: Framing + Clone + Send + Sync, H: Handler> Service for Conversation<F, H> {
    fn converse(&self, connection: &Connection, limits: &Limits) -> End {
        let Some(mut session) = survive(|| self.handler.begin(connection.peer)) else { return End::Panicked };
        let end = survive(|| match self.exchange(&mut session, connection, limits) {
            // What woke it from its wait looks like the end of the stream.
            Ok(End::Closed) if connection.is_stopping() => End::Stopped,
            Ok(end) => end,
            Err(error) => end_of(&error),
        });
        let end = end.unwrap_or(End::Panicked);
        let told = survive(|| {
            self.handler.end(&mut session, &end);
            drop(session);
        });
        told.map_or(End::Panicked, |()| end)
    }

    fn refusal(&self) -> Vec<u8> {
        let mut bytes = FrameWriter::new(Vec::new(), self.framing.clone());
        if let Some(frame) = survive(|| self.handler.refusal().map(<[u8]>::to_vec)).flatten() {
            // What cannot be framed is not said.
            _ = bytes.write_frame(&frame);
        }
        bytes.into_inner()
    }
}

impl<F: Framing + Clone, H: Handler> Conversation<F, H> {
    // ANCHOR: exchange
    fn exchange(&self, session: &mut H::Session, connection: &Connection, limits: &Limits) -> Result<End, FrameError> {
        let mut requests = FrameReader::new(Incoming::new(connection, limits), self.framing.clone());
        let mut replies = FrameWriter::new(Outgoing::new(connection, limits), self.framing.clone());
        loop {
            let begun = !requests.buffered().is_empty();
            if !requests.get_mut().begin_frame(begun) {
                return Ok(End::Stopped);
            }
            let mut handled = 0;
            let mut next = requests.read_frame();
            // All that came in one read is answered in one write.
            let end = loop {
                match next {
                    Ok(Some(frame)) => {
                        handled += 1;
                        match self.handler.frame(session, frame, &mut Replies::new(&mut replies)) {
                            Ok(Then::GoOn) => {}
                            Ok(Then::HangUp) => break Some(End::HungUp),
                            Err(FrameError::Fault(fault)) => break Some(End::Fault(fault)),
                            Err(error) => return Err(error),
                        }
                    }
                    // At the first look: the stream has ended. Later: nothing more has come with that read.
                    Ok(None) => break (handled == 0).then_some(End::Closed),
                    // Half a frame, because `stop` has closed the stream behind it.
                    Err(FrameError::Fault(_)) if connection.is_stopping() => break Some(End::Stopped),
                    Err(FrameError::Fault(fault)) => {
                        self.handler.fault(session, fault, &mut Replies::new(&mut replies))?;
                        break Some(End::Fault(fault));
                    }
                    Err(error) => return Err(error),
                }
                next = requests.try_read_frame();
            };
            connection.record.lock().frames += handled;
            replies.flush()?;
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }
    // ANCHOR_END: exchange
}

/// What `body` returns; `None` if it panics.
fn survive<T>(body: impl FnOnce() -> T) -> Option<T> {
    let caught = catch_unwind(AssertUnwindSafe(body));
    caught
        .map_err(|payload| {
            // Whatever somebody panicked with may panic once more when it is dropped. That one is let go undropped.
            if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(again);
            }
        })
        .ok()
}

/// The reading side, with its deadlines.
struct Incoming<'connection> {
    connection: &'connection Connection,
    limits: &'connection Limits,
    /// The time-out that the socket has.
    timeout: Option<Duration>,
    /// Since when a frame has been arriving, and how much has come since.
    frame: Option<(Instant, usize)>,
}

impl<'connection> Incoming<'connection> {
    fn new(connection: &'connection Connection, limits: &'connection Limits) -> Incoming<'connection> {
        Incoming { connection, limits, timeout: None, frame: None }
    }

    /// What is read next belongs to the next frame, which may have `begun` to arrive. False: it is not to be read.
    fn begin_frame(&mut self, begun: bool) -> bool {
        self.frame = begun.then(|| (Instant::now(), 0));
        self.connection.begin_frame(begun)
    }
}

impl Read for Incoming<'_> {
    /// The time-out of a socket begins anew with each read, and a byte a minute would satisfy it for ever. So each read of
    /// a frame gets what is left of the frame's own time.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let patience = match self.frame {
                None => self.limits.idle,
                Some((since, bytes)) => {
                    self.connection.enter(State::Reading);
                    let patience = self.limits.patience(self.limits.frame, since.elapsed(), bytes);
                    patience.ok_or_else(|| over(End::Slow))?
                }
            };
            set_timeout(&mut self.timeout, patience, |timeout| self.connection.stream.set_read_timeout(timeout))?;
            match (&self.connection.stream).read(buffer) {
                Ok(count) => {
                    self.frame.get_or_insert_with(|| (Instant::now(), 0)).1 += count;
                    let mut record = self.connection.record.lock();
                    record.state = State::Handling;
                    record.received += count as u64;
                    return Ok(count);
                }
                Err(error) if !timed_out(&error) => return Err(error),
                Err(_) if self.frame.is_none() => return Err(over(End::Idle)),
                Err(_) => {}
            }
        }
    }
}

/// The writing side, with its deadlines.
struct Outgoing<'connection> {
    connection: &'connection Connection,
    limits: &'connection Limits,
    /// The time-out that the socket has.
    timeout: Option<Duration>,
    /// What has been collected.
    buffer: Vec<u8>,
}

impl<'connection> Outgoing<'connection> {
    fn new(connection: &'connection Connection, limits: &'connection Limits) -> Outgoing<'connection> {
        Outgoing { connection, limits, timeout: None, buffer: Vec::new() }
    }

    /// Sends these bytes. Blocks while the peer makes no room for them.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.connection.enter(State::Writing);
        // A long reply to a slow peer takes its time, as long as it goes on: each piece has a deadline of its own.
        for piece in bytes.chunks(COLLECTED) {
            self.send_piece(piece)?;
        }
        let mut record = self.connection.record.lock();
        record.state = State::Handling;
        record.sent += bytes.len() as u64;
        Ok(())
    }

    fn send_piece(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (since, mut sent) = (Instant::now(), 0);
        let mut elapsed = Duration::ZERO;
        while sent < bytes.len() {
            let patience = self.limits.patience(self.limits.write, elapsed, sent).ok_or_else(|| over(End::Unread))?;
            set_timeout(&mut self.timeout, patience, |timeout| self.connection.stream.set_write_timeout(timeout))?;
            match (&self.connection.stream).write(&bytes[sent..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => sent += count,
                Err(error) if timed_out(&error) || error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            elapsed = since.elapsed();
        }
        Ok(())
    }
}

impl Write for Outgoing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > COLLECTED {
            self.flush()?;
        }
        if bytes.len() > COLLECTED {
            self.send(bytes)?;
        } else {
            self.buffer.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        self.send(&buffer)?;
        buffer.clear();
        self.buffer = buffer;
        Ok(())
    }
}

impl<F: Framing> Sink for FrameWriter<Outgoing<'_>, F> {
    fn send(&mut self, frame: &[u8]) -> Result<(), FrameError> {
        self.write_frame(frame)
    }
}

/// Sets a socket's time-out, if it is not so already: that saves a system call a request.
fn set_timeout(
    current: &mut Option<Duration>,
    patience: Duration,
    set: impl FnOnce(Option<Duration>) -> io::Result<()>,
) -> io::Result<()> {
    let wanted = Some(at_least(patience));
    if *current != wanted {
        set(wanted)?;
        *current = wanted;
    }
    Ok(())
}

/// For a socket, a time-out of zero is none at all.
fn at_least(timeout: Duration) -> Duration {
    timeout.max(Duration::from_millis(1))
}

/// Which of the two it is depends on the system.
fn timed_out(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// A connection's end, on its way through a reader or a writer that knows errors of streams alone.
#[derive(Debug)]
struct Over(End);

impl fmt::Display for Over {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the connection is over: {:?}", self.0)
    }
}

impl Error for Over {}

fn over(end: End) -> io::Error {
    io::Error::other(Over(end))
}

fn end_of(error: &FrameError) -> End {
    match error {
        FrameError::Fault(fault) => End::Fault(*fault),
        FrameError::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(Over(end)) => end.clone(),
            None => End::Failed(error.kind()),
        },
    }
}
