//! Wrong: each error of `read` is taken for an interruption.

use std::io::{self, Read, Write};
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

/// Sends back what comes, until the client ends.
fn echo(mut stream: impl Read + Write) {
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                if stream.write_all(&buffer[..count]).is_err() {
                    return;
                }
            }
            Err(_) => {}
        }
    }
}
