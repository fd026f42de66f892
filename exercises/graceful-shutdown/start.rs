//! A connection to a customer, and its end.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};

/// A connection. One thread serves it, and others may tell it to come to an end.
pub(crate) struct Connection {
    stream: TcpStream,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Connection {
        Connection { stream }
    }

    /// Answers each request, a line, with a line, until the customer hangs up or [`stop`](Connection::stop) is called.
    ///
    /// What was carried out is answered, and the customer gets each answer, whatever it does meanwhile. Every request is
    /// carried out that was read whole; half a request is none.
    pub(crate) fn serve(&self, answer: &dyn Fn(&str) -> String) -> io::Result<()> {
        for request in BufReader::new(&self.stream).lines() {
            let reply = answer(&request?);
            (&self.stream).write_all(format!("{reply}\n").as_bytes())?;
        }
        Ok(())
    }

    /// Has the connection come to an end: at once if its thread waits for a request, and otherwise when it has answered.
    ///
    /// Another thread calls this. It does not wait for the end.
    pub(crate) fn stop(&self) {
        _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Ends the connection without ceremony: the deadline has passed. Whoever reads or writes here is woken.
    pub(crate) fn cut(&self) {
        _ = self.stream.shutdown(Shutdown::Both);
    }
}
