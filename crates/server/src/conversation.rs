//! The conversation with a peer: its rules, whoever waits for what.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use framing::{FrameError, FrameReader, FrameWriter, Framing};

use crate::connection::Connection;
use crate::handler::{End, Handler, Replies, Sink, Then};
use crate::wire::{Farewell, Incoming, Outgoing, Waiting, end_of, timed_out};

/// A service as the door sees it, whatever its framing and handler are.
pub(crate) trait Service: Send + Sync {
    /// A conversation that has yet to begin.
    fn talk(self: Arc<Self>, connection: Arc<Connection>, waiting: Waiting) -> Box<dyn Talk>;

    /// The bytes for somebody who is turned away.
    fn refusal(&self) -> Vec<u8>;
}

/// A conversation with a peer.
pub(crate) trait Talk: Send {
    /// Goes on as far as the peer lets it.
    fn go_on(&mut self) -> Next;

    /// As [`go_on`](Talk::go_on), by a thread that waits elsewhere and lends its buffers. `ended`: the poller has seen the
    /// end of the stream.
    #[cfg(unix)]
    fn go_on_at(&mut self, desk: &mut Desk, ended: bool) -> Next;
}

/// How it goes on with a conversation.
pub(crate) enum Next {
    /// The peer has to do something, and has so much time for it. Zero: it has done something already, and others go first.
    Wait(Duration),
    /// Not at all.
    Over(End),
}

/// The buffers of a thread that goes on with now this conversation, now that. One that waits, with nothing half done, has
/// none of its own.
#[cfg(unix)]
#[derive(Default)]
pub(crate) struct Desk {
    requests: Vec<u8>,
    replies: Vec<u8>,
}

/// Who always has something to say is interrupted after so many reads, where others wait for the thread.
#[cfg(unix)]
const READS: usize = 16;

/// A buffer that has grown beyond this is given back: the next conversation might keep it for half a frame.
#[cfg(unix)]
const LENT: usize = 16 * 1024;

/// A handler and its framing.
pub(crate) struct Conversation<F, H> {
    pub(crate) framing: F,
    pub(crate) handler: H,
}

impl<F: Framing + Clone + Send + Sync + 'static, H: Handler> Service for Conversation<F, H> {
    fn talk(self: Arc<Self>, connection: Arc<Connection>, waiting: Waiting) -> Box<dyn Talk> {
        let requests = FrameReader::new(Incoming::new(Arc::clone(&connection), waiting), self.framing.clone());
        let replies = FrameWriter::new(Outgoing::new(Arc::clone(&connection), waiting), self.framing.clone());
        let exchange = Exchange { requests, replies, awaiting: false, handled: 0, sending: false, end: None, waiting };
        Box::new(Dialogue { service: self, connection, exchange, session: None, leave: None })
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

/// A conversation, from the first word to the last.
struct Dialogue<F: Framing, H: Handler> {
    service: Arc<Conversation<F, H>>,
    connection: Arc<Connection>,
    exchange: Exchange<F>,
    /// It is there while frames are exchanged.
    session: Option<H::Session>,
    /// It is there when that is over.
    leave: Option<(End, Option<Farewell>)>,
}

impl<F: Framing, H: Handler> Dialogue<F, H> {
    /// Goes on with all that the handler has a part in.
    fn talk(&mut self) -> Next {
        let (handler, connection) = (&self.service.handler, &*self.connection);
        let session = match &mut self.session {
            Some(session) => session,
            None => match survive(|| handler.begin(connection.peer())) {
                Some(session) => self.session.insert(session),
                None => return Next::Over(End::Panicked),
            },
        };
        let next = survive(|| match self.exchange.go_on(handler, session, connection) {
            // What woke it from its wait looks like the end of the stream.
            Ok(Next::Over(End::Closed)) if connection.is_stopping() => Next::Over(End::Stopped),
            Ok(next) => next,
            Err(error) => Next::Over(end_of(&error)),
        });
        let end = match next {
            Some(Next::Wait(patience)) => return Next::Wait(patience),
            Some(Next::Over(end)) => end,
            None => End::Panicked,
        };
        let told = survive(|| handler.end(session, &end));
        let dropped = survive(|| self.session = None);
        Next::Over(told.and(dropped).map_or(End::Panicked, |()| end))
    }
}

impl<F: Framing + Send + Sync, H: Handler> Talk for Dialogue<F, H> {
    fn go_on(&mut self) -> Next {
        if self.leave.is_none() {
            match self.talk() {
                Next::Wait(patience) => return Next::Wait(patience),
                Next::Over(end) => {
                    let farewell = Farewell::begin(&self.connection, &end);
                    self.leave = Some((end, farewell));
                }
            }
        }
        let (end, farewell) = self.leave.as_mut().expect("it was so above");
        let left = farewell.as_mut().and_then(|farewell| farewell.listen(&self.connection, self.exchange.waiting));
        left.map_or_else(|| Next::Over(end.clone()), Next::Wait)
    }

    #[cfg(unix)]
    fn go_on_at(&mut self, desk: &mut Desk, ended: bool) -> Next {
        self.exchange.borrow_from(desk, ended);
        let next = self.go_on();
        self.exchange.give_back_to(desk);
        next
    }
}

/// Requests and replies.
struct Exchange<F: Framing> {
    requests: FrameReader<Incoming, F>,
    replies: FrameWriter<Outgoing, F>,
    /// All that has come has been handled, and something more may be read.
    awaiting: bool,
    /// So many frames since somebody was told how many.
    handled: u64,
    /// What has been said goes out before anything else happens.
    sending: bool,
    /// It ends so, when that has gone out.
    end: Option<End>,
    waiting: Waiting,
}

impl<F: Framing> Exchange<F> {
    // ANCHOR: exchange
    /// Goes on until the peer has to do something, or all is said.
    fn go_on<H: Handler>(
        &mut self,
        handler: &H,
        session: &mut H::Session,
        connection: &Connection,
    ) -> Result<Next, FrameError> {
        #[cfg(unix)]
        let mut reads = 0;
        loop {
            if self.sending {
                connection.handled(std::mem::take(&mut self.handled));
                // Whoever does not take its replies is not listened to either (invariant 3).
                if let Some(patience) = self.replies.get_mut().send()? {
                    return Ok(Next::Wait(patience));
                }
                self.sending = false;
                if let Some(end) = self.end.take() {
                    return Ok(Next::Over(end));
                }
            }
            let next = if self.awaiting { self.requests.read_frame() } else { self.requests.try_read_frame() };
            match next {
                Ok(Some(frame)) => {
                    self.awaiting = false;
                    self.handled += 1;
                    match handler.frame(session, frame, &mut Replies::new(&mut self.replies)) {
                        Ok(Then::GoOn) => self.sending = self.replies.get_ref().is_full(),
                        Ok(Then::HangUp) => self.finish(End::HungUp),
                        Err(FrameError::Fault(fault)) => self.finish(End::Fault(fault)),
                        Err(error) => return Err(error),
                    }
                }
                // The stream has ended.
                Ok(None) if self.awaiting => self.finish(End::Closed),
                // All that came in one read is answered in one write.
                Ok(None) if self.handled > 0 || !self.replies.get_ref().is_empty() => self.sending = true,
                #[cfg(unix)]
                Ok(None) if reads == READS && self.waiting == Waiting::Elsewhere => {
                    return Ok(Next::Wait(Duration::ZERO));
                }
                Ok(None) => {
                    #[cfg(unix)]
                    {
                        reads += 1;
                    }
                    let begun = !self.requests.buffered().is_empty();
                    self.awaiting = self.requests.get_mut().begin_frame(begun);
                    if !self.awaiting {
                        self.finish(End::Stopped);
                    }
                }
                // Half a frame, because `stop` has closed the stream behind it.
                Err(FrameError::Fault(_)) if connection.is_stopping() => self.finish(End::Stopped),
                Err(FrameError::Fault(fault)) => {
                    handler.fault(session, fault, &mut Replies::new(&mut self.replies))?;
                    self.finish(End::Fault(fault));
                }
                Err(FrameError::Io(error)) if timed_out(&error) => {
                    return Ok(Next::Wait(self.requests.get_ref().patience()?));
                }
                Err(error) => return Err(error),
            }
        }
    }
    // ANCHOR_END: exchange

    /// Ends it so, when the replies have gone out.
    fn finish(&mut self, end: End) {
        (self.sending, self.end) = (true, Some(end));
    }

    /// The poller has seen something come, its end perhaps, and the desk is free.
    #[cfg(unix)]
    fn borrow_from(&mut self, desk: &mut Desk, ended: bool) {
        self.requests.get_mut().something_has_come(ended);
        if self.requests.buffered().is_empty() {
            self.requests.set_buffer(std::mem::take(&mut desk.requests));
        }
        self.replies.get_mut().lend_buffer(&mut desk.replies);
    }

    #[cfg(unix)]
    fn give_back_to(&mut self, desk: &mut Desk) {
        for (place, buffer) in [
            (&mut desk.requests, self.requests.take_buffer()),
            (&mut desk.replies, self.replies.get_mut().take_buffer()),
        ] {
            if let Some(buffer) = buffer.filter(|buffer| buffer.capacity() <= LENT) {
                *place = buffer;
            }
        }
    }
}

impl<F: Framing> Sink for FrameWriter<Outgoing, F> {
    fn send(&mut self, frame: &[u8]) -> Result<(), FrameError> {
        self.write_frame(frame)
    }
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
