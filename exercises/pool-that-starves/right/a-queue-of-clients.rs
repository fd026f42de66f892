//! A server that answers lines, on a pool.
//!
//! There is a queue of clients. Each worker has a single job, which gives one turn after the other.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
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
    let (queue, clients) = channel();
    let (clients, answer) = (Arc::new(Mutex::new(clients)), Arc::new(answer));
    for _ in 0..limits.workers {
        let (queue, clients, answer) = (queue.clone(), Arc::clone(&clients), Arc::clone(&answer));
        // The pool is open, and its queue has no limit: nothing is refused.
        _ = pool.execute(move || attend(&queue, &clients, &*answer));
    }
    for stream in listener.incoming().flatten() {
        // A client that fails is no affair of anybody else, here and below.
        if stream.set_read_timeout(Some(limits.turn)).is_ok() {
            _ = queue.send(Client { lines: BufReader::new(stream), line: Vec::new() });
        }
    }
    Ok(())
}

/// Takes the first client out of the queue, gives it a turn, and puts it at the end; without end.
fn attend(queue: &Sender<Client>, clients: &Mutex<Receiver<Client>>, answer: impl Fn(&str) -> String) {
    loop {
        // Who waits for a client holds the lock, and the others wait for that.
        let next = clients.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut client) = next else { return };
        if let Ok(true) = client.turn(&answer) {
            _ = queue.send(client);
        }
    }
}

/// A client, with all that is known of it while no worker cares for it.
struct Client {
    lines: BufReader<TcpStream>,
    /// The line that it is sending, as far as it has come.
    line: Vec<u8>,
}

impl Client {
    /// Answers a line, or waits for one in vain. `false`: the client has said all.
    fn turn(&mut self, answer: impl Fn(&str) -> String) -> io::Result<bool> {
        match self.lines.read_until(b'\n', &mut self.line) {
            Ok(_) if self.line.is_empty() => return Ok(false),
            Ok(_) => {}
            // What has come of the line stays in it.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Ok(true),
            Err(error) => return Err(error),
        }
        let line = std::mem::take(&mut self.line);
        let reply = answer(String::from_utf8_lossy(&line).trim_end_matches('\n'));
        self.lines.get_mut().write_all(format!("{reply}\n").as_bytes())?;
        Ok(true)
    }
}
