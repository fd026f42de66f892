//! A connection to a customer, and its end.
//!
//! Its thread wakes up now and then and looks whether it is to stop. That costs a little for each customer who is silent, and
//! the stream stays open for reading to the end.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a thread sleeps before it looks up.
const NOW_AND_THEN: Duration = Duration::from_millis(20);

/// A connection. One thread serves it, and others may tell it to come to an end.
pub(crate) struct Connection {
    stream: TcpStream,
    stopping: AtomicBool,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Connection {
        Connection { stream, stopping: AtomicBool::new(false) }
    }

    /// Answers each request, a line, with a line, until the customer hangs up or [`stop`](Connection::stop) is called.
    ///
    /// What was carried out is answered, and the customer gets each answer, whatever it does meanwhile. Every request is
    /// carried out that was read whole; half a request is none.
    pub(crate) fn serve(&self, answer: &dyn Fn(&str) -> String) -> io::Result<()> {
        self.stream.set_read_timeout(Some(NOW_AND_THEN))?;
        let mut requests = BufReader::new(&self.stream);
        let mut request = Vec::new();
        // ORDERING: Relaxed; see `stop`.
        while requests.buffer().contains(&b'\n') || !self.stopping.load(Ordering::Relaxed) {
            match requests.read_until(b'\n', &mut request) {
                Ok(_) => {}
                // What has arrived stays in `request`.
                Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            }
            // The stream has ended, between two requests or within one.
            let Some(line) = request.strip_suffix(b"\n") else { break };
            let reply = answer(&String::from_utf8_lossy(line));
            (&self.stream).write_all(format!("{reply}\n").as_bytes())?;
            request.clear();
        }
        self.stream.set_read_timeout(None)?;
        self.take_leave()
    }

    /// Says that nothing more will come, and listens until the customer has said so too, or the deadline has passed: bytes
    /// that nobody has read when the socket is closed make a reset of it, and that overtakes the last answer.
    fn take_leave(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)?;
        let mut scrap = [0; 4096];
        while (&self.stream).read(&mut scrap)? > 0 {}
        Ok(())
    }

    /// Has the connection come to an end: at once if its thread waits for a request, and otherwise when it has answered.
    ///
    /// Another thread calls this. It does not wait for the end.
    pub(crate) fn stop(&self) {
        // ORDERING: Relaxed; the note is all that there is to see.
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Ends the connection without ceremony: the deadline has passed. Whoever reads or writes here is woken.
    pub(crate) fn cut(&self) {
        _ = self.stream.shutdown(Shutdown::Both);
    }
}
