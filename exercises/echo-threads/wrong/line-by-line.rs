//! Wrong: it waits for the end of a line, and not everybody speaks in lines.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::thread;

/// Serves each of `connections` on a thread of its own: all that a client sends is sent back to it, until it has said that
/// no more will come.
///
/// A client that fails is let go. Where there is an error in place of a connection, the next one is asked for. Returns
/// when there are no more connections and the last client has left.
pub fn serve<S: Read + Write + Send>(connections: impl IntoIterator<Item = io::Result<S>>) {
    thread::scope(|scope| {
        // An error is somebody who has left before they were let in, or a shortage that passes. Others come.
        for stream in connections.into_iter().flatten() {
            // If the system has no more threads, the client goes with the closure: it is turned away.
            _ = thread::Builder::new().spawn_scoped(scope, || echo(stream));
        }
    });
}

/// Sends back line after line, until the client ends or fails.
fn echo(stream: impl Read + Write) {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    // `read_until` goes on by itself when it is interrupted.
    while stream.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        if stream.get_mut().write_all(&line).is_err() {
            return;
        }
        line.clear();
    }
}
