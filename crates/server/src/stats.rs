//! What a server tells about itself.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// How a server is doing. See [`ServerHandle::stats`](crate::ServerHandle::stats).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// The connections, the oldest first.
    pub connections: Vec<ConnectionStats>,
    /// How many threads there are, those that accept and those of a pool included.
    pub threads: usize,
    /// What has been so far.
    pub totals: Totals,
}

/// A connection, in one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionStats {
    /// The server's end. The two addresses, each with a port, and TCP: no two connections have the same.
    pub local: SocketAddr,
    /// The client's end.
    pub peer: SocketAddr,
    /// What it is doing.
    pub state: State,
    /// The name of the thread that serves it, or has been the last to do so.
    pub thread: Option<String>,
    /// How many bytes have come.
    pub received: u64,
    /// How many bytes have gone.
    pub sent: u64,
    /// How many frames have been handled.
    pub frames: u64,
    /// How long ago it was accepted.
    pub age: Duration,
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No thread has turned to it yet.
    Queued,
    /// It waits for a request.
    Idle,
    /// It waits for the rest of a frame.
    Reading,
    /// The handler has a frame.
    Handling,
    /// It waits for the peer to make room.
    Writing,
    /// The last reply is out, and the peer has yet to close.
    Closing,
}

/// What has been so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many connections have been accepted and let in.
    pub accepted: u64,
    /// How many have been turned away: there was no room, or no thread.
    pub refused: u64,
    /// How many have ended, all that follow included.
    pub ended: u64,
    /// How many because the peer was idle, slow, or did not read.
    pub lapsed: u64,
    /// How many because the peer broke the rules of the framing.
    pub faults: u64,
    /// How many because the handler panicked.
    pub panicked: u64,
    /// How many times a connection could not be accepted, or not given a thread.
    pub troubles: u64,
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            State::Queued => "queued",
            State::Idle => "idle",
            State::Reading => "reading",
            State::Handling => "handling",
            State::Writing => "writing",
            State::Closing => "closing",
        })
    }
}

/// A table of the connections, as `ss` prints one, and the totals below.
impl fmt::Display for Stats {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.connections.is_empty() {
            writeln!(
                formatter,
                "{:<21}  {:<21}  {:<8}  {:<14}  {:>9}  {:>9}  {:>8}  {:>8}",
                "local", "peer", "state", "thread", "received", "sent", "frames", "age"
            )?;
        }
        for connection in &self.connections {
            writeln!(
                formatter,
                "{:<21}  {:<21}  {:<8}  {:<14}  {:>9}  {:>9}  {:>8}  {:>6.1} s",
                connection.local.to_string(),
                connection.peer.to_string(),
                connection.state,
                connection.thread.as_deref().unwrap_or("none"),
                connection.received,
                connection.sent,
                connection.frames,
                connection.age.as_secs_f64(),
            )?;
        }
        let Totals { accepted, refused, ended, lapsed, faults, panicked, troubles } = self.totals;
        write!(
            formatter,
            "{} open, {accepted} accepted, {refused} refused, {ended} ended ({lapsed} lapsed, {faults} at fault, \
             {panicked} panicked), {troubles} troubles",
            self.connections.len()
        )
    }
}
