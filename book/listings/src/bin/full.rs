//! Nobody reads, and somebody writes: how much does the system take? Linux only.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use listings::sockets::entries;

const MEGABYTE: usize = 1_000_000;

fn main() -> io::Result<()> {
    let shop = TcpListener::bind("127.0.0.1:0")?;
    let client = TcpStream::connect(shop.local_addr()?)?;
    let (mut served, _) = shop.accept()?;
    let port = client.local_addr()?.port();

    println!("                         taken     to send      unread");
    let mut taken = fill(&client)?;
    row("nobody reads", port, taken, 0)?;
    served.read_exact(&mut vec![0; MEGABYTE])?;
    row("a megabyte is read", port, taken, MEGABYTE)?;
    taken += fill(&client)?;
    row("more is written", port, taken, MEGABYTE)
}

/// Prints where the bytes are that were `taken`, and not `read`, of the client at `port`.
fn row(when: &str, port: u16, taken: usize, read: usize) -> io::Result<()> {
    let (to_send, unread) = loop {
        let (to_send, unread) =
            entries(port)?.iter().fold((0, 0), |sum, entry| (sum.0 + entry.to_send, sum.1 + entry.unread));
        // What has arrived counts twice, until that is known here as well.
        if to_send + unread + read == taken {
            break (to_send, unread);
        }
        thread::sleep(Duration::from_millis(1));
    };
    println!("{when:<19} {taken:>10}  {to_send:>10}  {unread:>10}");
    Ok(())
}

// ANCHOR: fill
/// Writes until the system has taken nothing for a while, and returns how much it has taken.
fn fill(mut stream: &TcpStream) -> io::Result<usize> {
    stream.set_write_timeout(Some(Duration::from_millis(300)))?;
    let mut taken = 0;
    loop {
        match stream.write(&[0; 100_000]) {
            Ok(count) => taken += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(taken),
            Err(error) => return Err(error),
        }
    }
}
// ANCHOR_END: fill
