//! The system's table of connections.

use std::fmt;
use std::fs;
use std::io;
use std::net::SocketAddrV4;

/// What the numbers of the states mean, from 1 on.
// ANCHOR: table
const STATES: [&str; 12] = [
    "ESTABLISHED",
    "SYN_SENT",
    "SYN_RECV",
    "FIN_WAIT1",
    "FIN_WAIT2",
    "TIME_WAIT",
    "CLOSE",
    "CLOSE_WAIT",
    "LAST_ACK",
    "LISTEN",
    "CLOSING",
    "NEW_SYN_RECV",
];

/// One end of a connection, or a socket that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The address at this end.
    pub local: SocketAddrV4,
    /// The address at the other end.
    pub peer: SocketAddrV4,
    /// What TCP calls the state that it is in.
    pub state: &'static str,
    /// How many bytes are in the send buffer: not sent, or not acknowledged.
    pub to_send: usize,
    /// How many bytes are in the receive buffer. For a socket that listens: how many connections wait to be accepted.
    pub unread: usize,
}

impl Entry {
    /// Reads a line of `/proc/net/tcp`. `None` if it is not such a line; the first one is not, for it names the columns.
    pub fn parse(line: &str) -> Option<Entry> {
        let mut words = line.split_whitespace().skip(1);
        let (local, peer) = (address(words.next()?)?, address(words.next()?)?);
        let state = hexadecimal(words.next()?)?.checked_sub(1)?;
        let (to_send, unread) = words.next()?.split_once(':')?;
        Some(Entry {
            local,
            peer,
            state: STATES.get(state)?,
            to_send: hexadecimal(to_send)?,
            unread: hexadecimal(unread)?,
        })
    }
}

fn hexadecimal(text: &str) -> Option<usize> {
    usize::from_str_radix(text, 16).ok()
}

fn address(text: &str) -> Option<SocketAddrV4> {
    let (host, port) = text.split_once(':')?;
    // The four bytes of an address, as they lie in memory, are printed as if they were a number of this processor.
    let host = u32::from_str_radix(host, 16).ok()?.to_ne_bytes();
    let port = u16::from_str_radix(port, 16).ok()?;
    Some(SocketAddrV4::new(host.into(), port))
}
// ANCHOR_END: table

impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (local, peer) = (self.local.to_string(), self.peer.to_string());
        write!(formatter, "{local:<16} {peer:<16} {:<12} {:>6} {:>6}", self.state, self.to_send, self.unread)
    }
}

/// All entries that have to do with a port.
///
/// # Errors
///
/// If there is no such table: only Linux has it.
pub fn entries(port: u16) -> io::Result<Vec<Entry>> {
    let table = fs::read_to_string("/proc/net/tcp")?;
    let entries = table.lines().filter_map(Entry::parse);
    Ok(entries.filter(|entry| [entry.local.port(), entry.peer.port()].contains(&port)).collect())
}
