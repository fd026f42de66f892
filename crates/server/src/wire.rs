//! The two directions of a connection: reading with a deadline, writing with a deadline, and taking leave.
//!
//! All of it goes as far as it can, and says how long the peer has for what comes next. So it does not matter to the rules
//! who waits, and where.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::{Duration, Instant};

use framing::FrameError;
use socket2::SockRef;

use crate::connection::Connection;
use crate::handler::End;
use crate::stats::State;

/// So many bytes of replies are collected before they go out.
pub(crate) const COLLECTED: usize = 64 * 1024;

/// So many bytes are listened to at most after the last reply.
const FAREWELL: usize = 256 * 1024;

/// Where one waits for the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// In `read` and `write`: the socket blocks, and has a time-out.
    InTheCall,
    /// Nowhere near here: the socket does not block, and a poller tells when there is a point in going on.
    #[cfg(unix)]
    Elsewhere,
}

/// The reading side, with its deadlines.
pub(crate) struct Incoming {
    connection: Arc<Connection>,
    waiting: Waiting,
    /// The time-out that the socket has.
    timeout: Option<Duration>,
    /// Since when what comes next is awaited: a frame's first byte, or its last.
    since: Instant,
    /// How many bytes have come since then, if the frame has begun.
    frame: Option<usize>,
    /// A read has brought less than it had room for, so the next would bring nothing. To know that saves a call a request.
    #[cfg(unix)]
    drained: bool,
    /// The poller has seen the end of the stream. It will not tell of that again.
    #[cfg(unix)]
    ended: bool,
}

impl Incoming {
    pub(crate) fn new(connection: Arc<Connection>, waiting: Waiting) -> Incoming {
        Incoming {
            connection,
            waiting,
            timeout: None,
            since: Instant::now(),
            frame: None,
            #[cfg(unix)]
            drained: false,
            #[cfg(unix)]
            ended: false,
        }
    }

    /// What is read next belongs to the next frame, which may have `begun` to arrive. False: it is not to be read.
    pub(crate) fn begin_frame(&mut self, begun: bool) -> bool {
        self.since = Instant::now();
        self.frame = begun.then_some(0);
        self.connection.begin_frame(begun)
    }

    /// How much longer the peer has for what comes next.
    pub(crate) fn patience(&self) -> io::Result<Duration> {
        let (limits, elapsed) = (self.connection.limits(), self.since.elapsed());
        match self.frame {
            None => limits.idle.checked_sub(elapsed).filter(|left| !left.is_zero()).ok_or_else(|| over(End::Idle)),
            Some(bytes) => limits.patience(limits.frame, elapsed, bytes).ok_or_else(|| over(End::Slow)),
        }
    }

    /// The poller says that something has come; the stream's end, it may be.
    #[cfg(unix)]
    pub(crate) fn something_has_come(&mut self, ended: bool) {
        self.drained = false;
        self.ended |= ended;
    }
}

impl Read for Incoming {
    /// The time-out of a socket begins anew with each read, and a byte a minute would satisfy it for ever. So each read of
    /// a frame gets what is left of the frame's own time.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.frame.is_some() {
            self.connection.enter(State::Reading);
        }
        match self.waiting {
            Waiting::InTheCall => {
                // The same for each request, so that the socket need not be told.
                let patience = if self.frame.is_none() { self.connection.limits().idle } else { self.patience()? };
                let stream = self.connection.stream();
                set_timeout(&mut self.timeout, patience, |timeout| stream.set_read_timeout(timeout))?;
            }
            #[cfg(unix)]
            Waiting::Elsewhere if self.drained => return Err(ErrorKind::WouldBlock.into()),
            #[cfg(unix)]
            Waiting::Elsewhere => {}
        }
        let count = self.connection.stream().read(buffer)?;
        #[cfg(unix)]
        {
            // What comes from now on, its end included, is something new to the poller.
            self.drained = self.waiting == Waiting::Elsewhere && 0 < count && count < buffer.len() && !self.ended;
        }
        match &mut self.frame {
            None => (self.since, self.frame) = (Instant::now(), Some(count)),
            Some(bytes) => *bytes += count,
        }
        self.connection.received(count);
        Ok(count)
    }
}

/// The writing side, with its deadlines.
pub(crate) struct Outgoing {
    connection: Arc<Connection>,
    waiting: Waiting,
    /// The time-out that the socket has.
    timeout: Option<Duration>,
    /// What has been collected, of which so much has gone.
    buffer: Vec<u8>,
    gone: usize,
    /// A long reply to a slow peer takes its time, as long as it goes on: each piece of 64 KiB has a deadline of its own.
    /// Since when the present one is going, and how much of it has gone.
    piece: (Option<Instant>, usize),
}

impl Outgoing {
    pub(crate) fn new(connection: Arc<Connection>, waiting: Waiting) -> Outgoing {
        Outgoing { connection, waiting, timeout: None, buffer: Vec::new(), gone: 0, piece: (None, 0) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// So much has been collected that some of it has to go before there may be more.
    pub(crate) fn is_full(&self) -> bool {
        self.buffer.len() - self.gone >= COLLECTED
    }

    /// Sends what has been collected. `Some`: the peer takes no more for now, and has so much longer.
    pub(crate) fn send(&mut self) -> io::Result<Option<Duration>> {
        let buffer = std::mem::take(&mut self.buffer);
        let sent = self.send_from(&buffer);
        self.buffer = buffer;
        let Some(patience) = sent? else {
            self.buffer.clear();
            self.gone = 0;
            return Ok(None);
        };
        Ok(Some(patience))
    }

    /// Sends these bytes, but for those that have gone.
    fn send_from(&mut self, bytes: &[u8]) -> io::Result<Option<Duration>> {
        let connection = Arc::clone(&self.connection);
        while self.gone < bytes.len() {
            let end = bytes.len().min(self.gone + COLLECTED - self.piece.1);
            let patience = self.patience()?;
            self.piece.0.get_or_insert_with(Instant::now);
            if self.waiting == Waiting::InTheCall {
                connection.enter(State::Writing);
                set_timeout(&mut self.timeout, patience, |timeout| connection.stream().set_write_timeout(timeout))?;
            }
            match connection.stream().write(&bytes[self.gone..end]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    connection.sent(count);
                    self.gone += count;
                    self.piece.1 += count;
                    if self.piece.1 == COLLECTED {
                        self.piece = (None, 0);
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if timed_out(&error) => {
                    if self.waiting != Waiting::InTheCall {
                        connection.enter(State::Writing);
                        return self.patience().map(Some);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        self.piece = (None, 0);
        Ok(None)
    }

    /// How much longer the peer has to make room for the present piece.
    fn patience(&self) -> io::Result<Duration> {
        let (limits, (since, gone)) = (self.connection.limits(), self.piece);
        let elapsed = since.map_or(Duration::ZERO, |since| since.elapsed());
        limits.patience(limits.write, elapsed, gone).ok_or_else(|| over(End::Unread))
    }

    /// Gives the buffer away, if there is nothing in it.
    #[cfg(unix)]
    pub(crate) fn take_buffer(&mut self) -> Option<Vec<u8>> {
        self.buffer.is_empty().then(|| std::mem::take(&mut self.buffer))
    }

    /// Uses this buffer, which is empty, unless there is something in its own.
    #[cfg(unix)]
    pub(crate) fn lend_buffer(&mut self, buffer: &mut Vec<u8>) {
        if self.buffer.is_empty() {
            self.buffer = std::mem::take(buffer);
        }
    }
}

impl Write for Outgoing {
    /// Collects. Where one waits in the call, it does so here as well, when much has come together. Elsewhere all that one
    /// frame is answered with has to be kept: a handler cannot be interrupted and gone on with later.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.waiting == Waiting::InTheCall && self.buffer.len() + bytes.len() > COLLECTED {
            self.send()?;
            if bytes.len() > COLLECTED {
                self.send_from(bytes)?;
                self.gone = 0;
                return Ok(bytes.len());
            }
        }
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The end of a connection that did not fail: the peer has everything before the socket is closed.
pub(crate) struct Farewell {
    since: Instant,
    /// How much of what nobody wants to know has come.
    heard: usize,
}

impl Farewell {
    /// Says that nothing more will come. `None`: there is nobody to say it to, or no reason.
    pub(crate) fn begin(connection: &Connection, end: &End) -> Option<Farewell> {
        connection.enter(State::Closing);
        let stream = connection.stream();
        match end {
            End::Failed(_) => return None,
            // The replies that it does not read are not worth the memory. A reset throws them away.
            End::Unread => {
                _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
                return None;
            }
            _ => stream.shutdown(Shutdown::Write).ok()?,
        }
        Some(Farewell { since: Instant::now(), heard: 0 })
    }

    /// Listens until the peer has said so too. `Some`: it has not, and has so much longer.
    pub(crate) fn listen(&mut self, connection: &Connection, waiting: Waiting) -> Option<Duration> {
        let (mut stream, mut scrap) = (connection.stream(), [0; 4096]);
        while self.heard < FAREWELL {
            let left = connection.limits().linger.saturating_sub(self.since.elapsed());
            if left.is_zero() {
                return None;
            }
            if waiting == Waiting::InTheCall {
                stream.set_read_timeout(Some(at_least(left))).ok()?;
            }
            match stream.read(&mut scrap) {
                Ok(0) => return None,
                Ok(count) => self.heard += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if timed_out(&error) => return Some(left),
                Err(_) => return None,
            }
        }
        None
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

/// Whether there is only nothing for now. On Windows a time-out has a word of its own, by which other systems say that
/// they have asked after the peer ([`Limits::keepalive`](crate::Limits::keepalive)) and had no answer.
pub(crate) fn timed_out(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock || cfg!(windows) && error.kind() == ErrorKind::TimedOut
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

pub(crate) fn end_of(error: &FrameError) -> End {
    match error {
        FrameError::Fault(fault) => End::Fault(*fault),
        FrameError::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(Over(end)) => end.clone(),
            None => End::Failed(error.kind()),
        },
    }
}
