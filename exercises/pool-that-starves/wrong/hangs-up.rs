//! Wrong: it hangs up on whoever is silent. A server may want that, after a few minutes; a turn is much shorter, and here it was
//! promised to nobody.

use std::io::{self, BufRead, BufReader, Write};
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
    let answer = Arc::new(answer);
    for stream in listener.incoming().flatten() {
        if stream.set_read_timeout(Some(limits.turn)).is_err() {
            continue;
        }
        let answer = Arc::clone(&answer);
        let job = move || {
            // A client that fails is no affair of anybody else.
            _ = converse(&stream, &*answer);
        };
        // The pool is open, and its queue has no limit: nothing is refused.
        _ = pool.execute(job);
    }
    Ok(())
}

/// Answers lines until the client has said all.
fn converse(mut stream: &TcpStream, answer: impl Fn(&str) -> String) -> io::Result<()> {
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        let reply = answer(line.trim_end_matches('\n'));
        stream.write_all(format!("{reply}\n").as_bytes())?;
        line.clear();
    }
    Ok(())
}
