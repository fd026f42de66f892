//! What a reader has to know of a socket: it can be read, and a read can be given a time-out.

use std::io::{self, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A stream whose reads can end without a byte, when some time is over.
pub trait Socket: Read {
    /// From now on each read waits for `patience` at most, and fails then: with `WouldBlock`, or on Windows with `TimedOut`.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if `patience` is zero: that is no time-out.
    fn set_read_timeout(&self, patience: Duration) -> io::Result<()>;

    /// What time it is. The check has sockets that it moves through the day by hand.
    fn now(&self) -> Instant;
}

impl Socket for TcpStream {
    fn set_read_timeout(&self, patience: Duration) -> io::Result<()> {
        TcpStream::set_read_timeout(self, Some(patience))
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}
