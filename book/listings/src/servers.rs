//! A server in ten lines.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

/// Sends each line back to whoever has sent it. Wrong.
///
/// # Errors
///
/// If a connection cannot be accepted.
// ANCHOR: hopeful
pub fn serve_hopefully(door: &TcpListener) -> io::Result<()> {
    for client in door.incoming() {
        let mut client = client?;
        thread::spawn(move || -> io::Result<()> {
            for line in BufReader::new(client.try_clone()?).lines() {
                client.write_all(format!("{}\n", line?).as_bytes())?;
            }
            Ok(())
        });
    }
    Ok(())
}
// ANCHOR_END: hopeful
