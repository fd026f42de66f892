//! One connection, as all threads see it.

use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::Thread;
use std::time::Instant;

use mutex::Mutex;

use crate::limits::Limits;
use crate::stats::{ConnectionStats, State};

/// A connection, as all threads see it.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    local: SocketAddr,
    peer: SocketAddr,
    since: Instant,
    limits: Arc<Limits>,
    record: Mutex<Record>,
}

/// What changes about a connection. The thread that serves it writes here, and anybody may look.
#[derive(Debug)]
struct Record {
    state: State,
    thread: Option<Thread>,
    received: u64,
    sent: u64,
    frames: u64,
    /// The server shuts down. No request is begun any more.
    stopping: bool,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, local: SocketAddr, peer: SocketAddr, limits: Arc<Limits>) -> Connection {
        let record = Record { state: State::Queued, thread: None, received: 0, sent: 0, frames: 0, stopping: false };
        Connection { stream, local, peer, since: Instant::now(), limits, record: Mutex::new(record) }
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub(crate) fn peer(&self) -> SocketAddr {
        self.peer
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn stats(&self) -> ConnectionStats {
        let record = self.record.lock();
        ConnectionStats {
            local: self.local,
            peer: self.peer,
            state: record.state,
            thread: record.thread.as_ref().and_then(Thread::name).map(str::to_owned),
            received: record.received,
            sent: record.sent,
            frames: record.frames,
            age: self.since.elapsed(),
        }
    }

    /// This thread serves it from now on.
    pub(crate) fn served_by(&self, thread: &Thread) {
        let mut record = self.record.lock();
        // It is the same as before, mostly.
        if record.thread.as_ref().is_none_or(|known| known.id() != thread.id()) {
            record.thread = Some(thread.clone());
        }
    }

    // ANCHOR: stop
    /// Begins no more requests. One that has begun is completed and answered (invariants 4 and 5).
    pub(crate) fn stop(&self) {
        let mut record = self.record.lock();
        record.stopping = true;
        // Its thread lies in `read`, or is about to; or nobody serves it until something comes. Once this is done, `read`
        // returns, and a poller is told that something has come. Whoever serves any other connection comes by
        // `begin_frame`, and looks at `stopping` there: under the same lock, so that nobody slips through.
        if record.state == State::Idle {
            // It fails if the peer has reset the connection, and then `read` does not block.
            _ = self.stream.shutdown(Shutdown::Read);
        }
    }
    // ANCHOR_END: stop

    /// Ends it without ceremony: whoever reads or writes here fails at once.
    pub(crate) fn cut(&self) {
        _ = self.stream.shutdown(Shutdown::Both);
    }

    /// False: no frame is to be begun any more. `begun`: some of it has arrived already.
    pub(crate) fn begin_frame(&self, begun: bool) -> bool {
        let mut record = self.record.lock();
        record.state = if begun { State::Reading } else { State::Idle };
        !record.stopping
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.record.lock().stopping
    }

    pub(crate) fn enter(&self, state: State) {
        self.record.lock().state = state;
    }

    /// So many bytes have come.
    pub(crate) fn received(&self, count: usize) {
        let mut record = self.record.lock();
        record.state = State::Handling;
        record.received += count as u64;
    }

    /// So many bytes have gone.
    pub(crate) fn sent(&self, count: usize) {
        let mut record = self.record.lock();
        record.state = State::Handling;
        record.sent += count as u64;
    }

    /// So many frames have been handled.
    pub(crate) fn handled(&self, count: u64) {
        self.record.lock().frames += count;
    }
}
