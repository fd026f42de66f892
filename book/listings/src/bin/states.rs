//! The life of a connection, as the system's table has it. Linux only.

use std::io::{self, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use listings::sockets::entries;

// ANCHOR: states
fn main() -> io::Result<()> {
    let shop = TcpListener::bind("127.0.0.1:0")?;
    let address = shop.local_addr()?;
    show("a server listens", address.port())?;

    let mut client = TcpStream::connect(address)?;
    show("a client has connected", address.port())?;

    let (mut served, _) = shop.accept()?;
    show("the server has accepted", address.port())?;

    client.shutdown(Shutdown::Write)?;
    assert_eq!(served.read(&mut [0])?, 0);
    show("the client says no more", address.port())?;

    drop(served);
    assert_eq!(client.read(&mut [0])?, 0);
    show("the server has closed", address.port())
}
// ANCHOR_END: states

fn show(when: &str, port: u16) -> io::Result<()> {
    println!("{when}");
    let mut found = entries(port)?;
    // An acknowledgement is under way, or is held back for some 40 ms in case it can go along with something else.
    while found.iter().any(|entry| ["SYN_RECV", "FIN_WAIT1", "LAST_ACK"].contains(&entry.state)) {
        thread::sleep(Duration::from_millis(1));
        found = entries(port)?;
    }
    for entry in found {
        let side = if entry.local.port() == port { "server" } else { "client" };
        println!("  {side}  {entry}");
    }
    Ok(())
}
