//! Wrong: all is answered, and so it closes. What the customer has sent meanwhile is unread, and the system says so, with a
//! reset.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};

use mutex::Mutex;

/// A connection. One thread serves it, and others may tell it to come to an end.
pub(crate) struct Connection {
    stream: TcpStream,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Its thread sleeps until something comes, or is about to.
    waits: bool,
    /// It is to come to an end.
    stopping: bool,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Connection {
        Connection { stream, state: Mutex::new(State::default()) }
    }

    /// Answers each request, a line, with a line, until the customer hangs up or [`stop`](Connection::stop) is called.
    ///
    /// What was carried out is answered, and the customer gets each answer, whatever it does meanwhile. Every request is
    /// carried out that was read whole; half a request is none.
    pub(crate) fn serve(&self, answer: &dyn Fn(&str) -> String) -> io::Result<()> {
        let mut requests = BufReader::new(&self.stream);
        let mut request = String::new();
        while requests.buffer().contains(&b'\n') || self.may_wait() {
            request.clear();
            requests.read_line(&mut request)?;
            self.state.lock().waits = false;
            // The stream has ended, between two requests or within one.
            let Some(request) = request.strip_suffix('\n') else { break };
            let reply = answer(request);
            (&self.stream).write_all(format!("{reply}\n").as_bytes())?;
        }
        Ok(())
    }

    /// Whether to wait for what comes next.
    fn may_wait(&self) -> bool {
        let mut state = self.state.lock();
        state.waits = !state.stopping;
        state.waits
    }

    /// Has the connection come to an end: at once if its thread waits for a request, and otherwise when it has answered.
    ///
    /// Another thread calls this. It does not wait for the end.
    pub(crate) fn stop(&self) {
        let mut state = self.state.lock();
        state.stopping = true;
        if state.waits {
            _ = self.stream.shutdown(Shutdown::Read);
        }
    }

    /// Ends the connection without ceremony: the deadline has passed. Whoever reads or writes here is woken.
    pub(crate) fn cut(&self) {
        _ = self.stream.shutdown(Shutdown::Both);
    }
}
