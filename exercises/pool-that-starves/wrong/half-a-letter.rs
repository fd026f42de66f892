//! Wrong: `read_line` gives back what is text. If the time is over within a letter, it forgets what it has read.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use pool::ThreadPool;

/// How a server shares its time.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many threads serve.
    pub workers: usize,
    /// For so long a worker waits for a client to say something.
    pub turn: Duration,
}

/// Serves whoever connects to `listener`, with a pool of workers. Each line that a client sends is answered with what `answer`
/// makes of it, both without their ends.
///
/// A client may be silent for as long as it likes, also in the middle of a line, and keeps no worker meanwhile. One that never
/// stops talking does not keep a worker for itself, either. Serves as long as the program runs.
///
/// # Errors
///
/// If the pool's threads cannot be started.
pub fn serve(
    listener: &TcpListener,
    limits: Limits,
    answer: impl Fn(&str) -> String + Send + Sync + 'static,
) -> io::Result<()> {
    let pool = ThreadPool::builder().workers(limits.workers).build()?;
    let server = Arc::new(Server { pool, answer });
    for stream in listener.incoming().flatten() {
        // A client that fails is no affair of anybody else, here and below.
        if stream.set_read_timeout(Some(limits.turn)).is_ok() {
            server.queue(Client { lines: BufReader::new(stream), line: String::new() });
        }
    }
    Ok(())
}

struct Server<A> {
    pool: ThreadPool,
    answer: A,
}

impl<A: Fn(&str) -> String + Send + Sync + 'static> Server<A> {
    /// Puts `client` at the end of the queue. When its turn has come, it takes a worker for one line at most.
    fn queue(self: &Arc<Self>, mut client: Client) {
        let server = Arc::clone(self);
        let turn = move || {
            if let Ok(true) = client.turn(&server.answer) {
                server.queue(client);
            }
        };
        // The pool is open, and its queue has no limit: nothing is refused.
        _ = self.pool.execute(turn);
    }
}

/// A client, with all that is known of it while no worker cares for it.
struct Client {
    lines: BufReader<TcpStream>,
    /// The line that it is sending, as far as it has come.
    line: String,
}

impl Client {
    /// Answers a line, or waits for one in vain. `false`: the client has said all.
    fn turn(&mut self, answer: impl Fn(&str) -> String) -> io::Result<bool> {
        match self.lines.read_line(&mut self.line) {
            Ok(_) if self.line.is_empty() => return Ok(false),
            Ok(_) => {}
            // What has come of the line stays in it.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Ok(true),
            Err(error) => return Err(error),
        }
        let line = std::mem::take(&mut self.line);
        let reply = answer(line.trim_end_matches('\n'));
        self.lines.get_mut().write_all(format!("{reply}\n").as_bytes())?;
        Ok(true)
    }
}
