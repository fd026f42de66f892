//! Wrong: a number may be parsed that nobody would write like that, with a sign or with zeros before it.

use std::io::{self, ErrorKind, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// How long the line may be, with its end.
const LONGEST: usize = 107;

/// Who the client is that is connected by `stream`, where the connection itself comes from `peer`.
///
/// If `peer` is one of the `trusted` proxies, the line is read with which it introduces the client, and not a byte more.
/// Otherwise it is `peer`, and nothing is read. It is `peer` too if the proxy says `UNKNOWN`.
///
/// # Errors
///
/// `InvalidData` if the line does not keep to the rules, or is longer than 107 bytes. `UnexpectedEof` if the stream ends
/// before it does. And the stream's own errors; to be interrupted is none.
pub fn client_of(stream: &mut impl Read, peer: SocketAddr, trusted: &[IpAddr]) -> io::Result<SocketAddr> {
    if !trusted.contains(&peer.ip()) {
        return Ok(peer);
    }
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        if line.len() == LONGEST {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        line.extend(byte);
    }
    introduced(&line[..line.len() - 2], peer).ok_or(ErrorKind::InvalidData.into())
}

/// Who is introduced by `line`; `None` if it does not keep to the rules.
fn introduced(line: &[u8], peer: SocketAddr) -> Option<SocketAddr> {
    let fields: Vec<&str> = str::from_utf8(line).ok()?.split(' ').collect();
    match fields[..] {
        ["PROXY", "UNKNOWN", ..] => Some(peer),
        ["PROXY", "TCP4", ref addresses @ ..] => source::<Ipv4Addr>(addresses),
        ["PROXY", "TCP6", ref addresses @ ..] => source::<Ipv6Addr>(addresses),
        _ => None,
    }
}

/// The first of the two addresses. The second one has to be good too.
fn source<T: FromStr + Into<IpAddr>>(fields: &[&str]) -> Option<SocketAddr> {
    let &[source, destination, from, to] = fields else { return None };
    let _: T = destination.parse().ok()?;
    port(to)?;
    Some(SocketAddr::new(source.parse::<T>().ok()?.into(), port(from)?))
}

/// A number.
fn port(field: &str) -> Option<u16> {
    field.parse().ok()
}
