//! What a service has to say for itself, and how it is told what happens.

use std::io::ErrorKind;
use std::net::SocketAddr;

use framing::{Envelope, Fault, Found, FrameError, Framing};

/// What is done with the frames of a connection. One handler serves all connections, on all strategies.
///
/// It is called from many threads at once, but for one connection by one thread at a time: the strategy decides which. What
/// belongs to a connection is in its [`Session`](Handler::Session); what belongs to all is in the handler, behind a lock.
///
/// **Panics.** A panic costs the connection in which it happens, and nothing else. [`end`](Handler::end) is called all
/// the same.
///
/// # Example
///
/// It counts the lines of each connection, until somebody says good-bye:
///
/// ```
/// use std::net::SocketAddr;
/// use framing::FrameError;
/// use server::{Handler, Replies, Then};
///
/// struct Count;
///
/// impl Handler for Count {
///     type Session = u32;
///
///     fn begin(&self, _peer: SocketAddr) -> u32 {
///         0
///     }
///
///     fn frame(&self, count: &mut u32, frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError> {
///         *count += 1;
///         replies.send(count.to_string().as_bytes())?;
///         Ok(if frame == b"good-bye" { Then::HangUp } else { Then::GoOn })
///     }
/// }
/// ```
pub trait Handler: Send + Sync + 'static {
    /// What is kept for a connection while it lasts.
    type Session: Send;

    /// A connection with somebody at the address `peer` begins. This is called by a thread that serves it.
    fn begin(&self, peer: SocketAddr) -> Self::Session;

    /// A frame has come. What it is answered with goes into `replies`: nothing, a frame, or many.
    ///
    /// # Errors
    ///
    /// Those of [`Replies::send`]: the connection ends with them.
    fn frame(&self, session: &mut Self::Session, frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError>;

    /// The peer has broken the rules of the framing, and the connection is about to end. Here it can be told why.
    ///
    /// # Errors
    ///
    /// Those of [`Replies::send`].
    fn fault(&self, _session: &mut Self::Session, _fault: Fault, _replies: &mut Replies<'_>) -> Result<(), FrameError> {
        Ok(())
    }

    /// The connection is at its end. Nothing can be sent any more.
    fn end(&self, _session: &mut Self::Session, _end: &End) {}

    /// What somebody is told for whom there is no room. By default nothing. It is sent without waiting.
    fn refusal(&self) -> Option<&[u8]> {
        None
    }
}

/// How it goes on after a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// With the next frame.
    GoOn,
    /// Not at all: what has been sent goes out, then the connection is closed.
    HangUp,
}

/// Why a connection has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The peer has said all that it had to say, and has been answered.
    Closed,
    /// The handler wanted it so.
    HungUp,
    /// The server shuts down. Every request that had been read has been answered.
    Stopped,
    /// The peer let some time go by without a request: [`Limits::idle`](crate::Limits::idle).
    Idle,
    /// The peer took too long over one frame: [`Limits::frame`](crate::Limits::frame) and [`Limits::rate`](crate::Limits::rate).
    Slow,
    /// The peer did not read its replies: [`Limits::write`](crate::Limits::write) and [`Limits::rate`](crate::Limits::rate).
    Unread,
    /// The peer broke the rules of the framing; or the handler did, with a reply that cannot be framed.
    Fault(Fault),
    /// The connection failed. The peer has reset it, most often.
    Failed(ErrorKind),
    /// The handler panicked.
    Panicked,
}

/// Where a handler puts its answers.
///
/// They are collected, and go out with one write as soon as all requests are answered that came in one read. If they
/// get many, some go out earlier, and [`send`](Replies::send) blocks while the peer does not take them. So a peer that asks and
/// never reads makes the server wait, and not fill its memory. Where nobody may wait for a peer, on
/// [`Polled`](crate::Polled), [`send`](Replies::send) never blocks, and no other frame is handled until the peer has taken them.
pub struct Replies<'connection> {
    sink: &'connection mut dyn Sink,
}

/// Something that takes frames, whatever the framing is.
pub(crate) trait Sink {
    fn send(&mut self, frame: &[u8]) -> Result<(), FrameError>;
}

impl<'connection> Replies<'connection> {
    pub(crate) fn new(sink: &'connection mut dyn Sink) -> Replies<'connection> {
        Replies { sink }
    }

    /// Answers with a frame.
    ///
    /// # Errors
    ///
    /// [`FrameError::Fault`] if this cannot be framed; not a byte of it is sent. [`FrameError::Io`] if the connection is
    /// broken, or the peer has not read for too long.
    pub fn send(&mut self, frame: &[u8]) -> Result<(), FrameError> {
        self.sink.send(frame)
    }
}

/// A framing for a protocol in which requests are framed in one way, and replies in another.
///
/// # Example
///
/// ```
/// use framing::resp::{Requests, Values};
///
/// let redis = server::Duplex { requests: Requests::new(1024), replies: Values::new(4096) };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Duplex<Q, A> {
    /// How what comes in is framed.
    pub requests: Q,
    /// How what goes out is framed.
    pub replies: A,
}

impl<Q: Framing, A: Framing> Framing for Duplex<Q, A> {
    type Progress = Q::Progress;

    fn find(&self, arrived: &[u8], progress: &mut Q::Progress) -> Result<Found, Fault> {
        self.requests.find(arrived, progress)
    }

    fn enclose(&self, payload: &[u8]) -> Result<Envelope<'_>, Fault> {
        self.replies.enclose(payload)
    }

    fn longest(&self) -> usize {
        self.requests.longest()
    }
}
