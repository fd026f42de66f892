//! A small Redis, on port 6380: `PING`, `ECHO`, `SET`, `GET`, `MGET`, `DEL` and `INCR`.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

mod store;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 6380))?;
    println!("redis-cli -p 6380 finds me here. Ctrl+C ends this.");
    store::Store::default().serve(&listener, None)
}
