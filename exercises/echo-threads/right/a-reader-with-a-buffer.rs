//! An echo server: whatever a client sends comes back to it.
//!
//! A client's thread returns how it ended, and nobody asks.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::thread;

/// Serves each of `connections` on a thread of its own: all that a client sends is sent back to it, until it has said that
/// no more will come.
///
/// A client that fails is let go. Where there is an error in place of a connection, the next one is asked for. Returns
/// when there are no more connections and the last client has left.
pub fn serve<S: Read + Write + Send>(connections: impl IntoIterator<Item = io::Result<S>>) {
    thread::scope(|scope| {
        for connection in connections {
            match connection {
                Ok(stream) => drop(scope.spawn(|| echo(stream))),
                Err(error) => eprintln!("nobody was let in: {error}"),
            }
        }
    });
}

fn echo(stream: impl Read + Write) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let come = match stream.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            come => come?.to_vec(),
        };
        if come.is_empty() {
            return Ok(());
        }
        stream.get_mut().write_all(&come)?;
        stream.consume(come.len());
    }
}
