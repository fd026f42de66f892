//! Connections beside those that are measured: the ones that make a server's life hard.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::client::connect;
use crate::service::{Protocol, wire};
use crate::{Plan, Unable};

/// A slow reader takes a byte of each connection this often.
const BREATH: Duration = Duration::from_millis(10);

/// Connections that are there, and silent.
pub(crate) struct Idle(Vec<TcpStream>);

impl Idle {
    pub(crate) fn open(plan: &Plan) -> Result<Idle, Unable> {
        open(plan, plan.idle).map(Idle)
    }

    /// How many of them the server has closed.
    pub(crate) fn closed(&self) -> usize {
        self.0.iter().filter(|stream| !matches!(stream.peek(&mut [0]), Err(error) if is_for_now(&error))).count()
    }
}

/// Connections that ask all they can, and read next to nothing.
pub(crate) struct Slow {
    streams: Vec<SlowStream>,
    request: Vec<u8>,
}

struct SlowStream {
    stream: TcpStream,
    /// So much of the request under way has been written.
    written: usize,
}

impl Slow {
    pub(crate) fn open<P: Protocol>(plan: &Plan, protocol: &P) -> Result<Slow, Unable> {
        let streams = open(plan, plan.slow)?.into_iter().map(|stream| SlowStream { stream, written: 0 }).collect();
        Ok(Slow { streams, request: wire(protocol, plan.connections, 0) })
    }

    /// Goes on until `stop`. One thread is enough for all of them: it never blocks. Returns how many the server has closed.
    pub(crate) fn annoy(mut self, stop: &AtomicBool) -> usize {
        let all = self.streams.len();
        // ORDERING: Relaxed; the flag publishes nothing.
        while !self.streams.is_empty() && !stop.load(Ordering::Relaxed) {
            self.streams.retain_mut(|stream| stream.ask(&self.request).and_then(|()| stream.sip()).is_ok());
            thread::sleep(BREATH);
        }
        all - self.streams.len()
    }
}

impl SlowStream {
    fn ask(&mut self, request: &[u8]) -> io::Result<()> {
        loop {
            match self.stream.write(&request[self.written..]) {
                Ok(count) => self.written = (self.written + count) % request.len(),
                Err(error) if is_for_now(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    fn sip(&mut self) -> io::Result<()> {
        match self.stream.read(&mut [0]) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => Ok(()),
            Err(error) if is_for_now(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn open(plan: &Plan, count: usize) -> Result<Vec<TcpStream>, Unable> {
    let one = || {
        let stream = connect(plan)?;
        stream.set_nonblocking(true)?;
        Ok(stream)
    };
    (0..count).map(|_| one().map_err(|error| plan.unable(error))).collect()
}

fn is_for_now(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock
}
