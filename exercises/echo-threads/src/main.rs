//! An echo server on port 7007.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

fn main() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 7007))?;
    println!("`nc 127.0.0.1 7007` finds me here. Ctrl+C ends this.");
    echo_threads::serve(listener.incoming());
    Ok(())
}
