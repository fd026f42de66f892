//! The PROXY protocol, version 1.
//!
//! A server behind a proxy sees only connections from the proxy. So the proxy sends one line first, which tells who the
//! client is, and after that passes on what the client sends:
//!
//! ```text
//! PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n
//! ```
//!
//! The line has at most 107 bytes, with its end. It is trusted with the client's address, so nothing is guessed here: one
//! space between the fields, addresses and ports in their ordinary form, and not a byte that is not in the rules. A server
//! must expect the line on every connection or on none. If it looked whether there is one, each client could send its
//! own.
//!
//! # Example
//!
//! ```
//! use framing::proxy::{Header, Version1};
//! use framing::{Delimited, FrameReader};
//!
//! let connection = &b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\nhello\n"[..];
//! let mut reader = FrameReader::new(connection, Version1::new());
//! let line = reader.read_frame()?.expect("a line");
//! let Header::Tcp4 { source, .. } = Header::parse(line)? else { panic!("neither IPv6 nor unknown") };
//! assert_eq!(source.to_string(), "192.0.2.7:56324");
//!
//! // What follows is the client's, and is framed as the server likes. It may have come in the same read.
//! let mut reader = reader.with_framing(Delimited::lf(80));
//! assert_eq!(reader.read_frame()?, Some(&b"hello"[..]));
//! # Ok::<(), framing::FrameError>(())
//! ```

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
use std::str::FromStr;

use crate::{Delimited, Envelope, Fault, Found, Framing};

/// How long the line may be, with its end.
const LONGEST: usize = 107;

/// What the line begins with.
const SIGNATURE: &[u8] = b"PROXY ";

/// The framing of the line. The payload comes without its end.
///
/// It is a delimited frame, but what does not begin like one is refused at its first wrong byte, not when 107 of them
/// have come.
#[derive(Clone, Debug)]
pub struct Version1 {
    line: Delimited,
}

impl Version1 {
    /// The protocol sets the limit.
    pub fn new() -> Version1 {
        Version1 { line: Delimited::crlf(LONGEST - 2) }
    }
}

impl Default for Version1 {
    fn default() -> Version1 {
        Version1::new()
    }
}

impl Framing for Version1 {
    type Progress = <Delimited as Framing>::Progress;

    fn find(&self, arrived: &[u8], progress: &mut Self::Progress) -> Result<Found, Fault> {
        expect_signature(arrived)?;
        self.line.find(arrived, progress)
    }

    fn enclose(&self, payload: &[u8]) -> Result<Envelope<'_>, Fault> {
        Header::parse(payload)?;
        self.line.enclose(payload)
    }

    fn longest(&self) -> usize {
        LONGEST
    }
}

/// That `bytes` begin with the signature, as far as they go.
fn expect_signature(bytes: &[u8]) -> Result<(), Fault> {
    match bytes.iter().zip(SIGNATURE).position(|(is, should_be)| is != should_be) {
        None => Ok(()),
        Some(at) => Err(Fault::Malformed { at, expected: "a byte of `PROXY `" }),
    }
}

/// What the line says. Its `Display` is the line, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// The proxy does not know, or asks on its own account whether the server is alive. The connection's own addresses
    /// count.
    Unknown,
    /// The client came by IPv4.
    Tcp4 {
        /// The client.
        source: SocketAddrV4,
        /// Where the client thinks it has connected to.
        destination: SocketAddrV4,
    },
    /// The client came by IPv6.
    Tcp6 {
        /// The client.
        source: SocketAddrV6,
        /// Where the client thinks it has connected to.
        destination: SocketAddrV6,
    },
}

impl Header {
    /// Reads the line, without its end.
    ///
    /// # Errors
    ///
    /// If it does not keep to the rules. What follows `UNKNOWN` is ignored, as the rules want it.
    pub fn parse(line: &[u8]) -> Result<Header, Fault> {
        if line.len() > LONGEST - 2 {
            return Err(Fault::TooLong { length: Some(line.len() as u64), limit: LONGEST - 2 });
        }
        expect_signature(line)?;
        let mut fields = Fields { line, at: SIGNATURE.len() };
        let header = match fields.next("TCP4, TCP6 or UNKNOWN")? {
            b"UNKNOWN" => return Ok(Header::Unknown),
            b"TCP4" => {
                let source: Ipv4Addr = fields.parse("an IPv4 address")?;
                let destination: Ipv4Addr = fields.parse("an IPv4 address")?;
                Header::Tcp4 {
                    source: SocketAddrV4::new(source, fields.port()?),
                    destination: SocketAddrV4::new(destination, fields.port()?),
                }
            }
            b"TCP6" => {
                let source: Ipv6Addr = fields.parse("an IPv6 address")?;
                let destination: Ipv6Addr = fields.parse("an IPv6 address")?;
                Header::Tcp6 {
                    source: SocketAddrV6::new(source, fields.port()?, 0, 0),
                    destination: SocketAddrV6::new(destination, fields.port()?, 0, 0),
                }
            }
            _ => return Err(Fault::Malformed { at: SIGNATURE.len(), expected: "TCP4, TCP6 or UNKNOWN" }),
        };
        fields.end()?;
        Ok(header)
    }
}

impl fmt::Display for Header {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Header::Unknown => formatter.write_str("PROXY UNKNOWN"),
            Header::Tcp4 { source: from, destination: to } => {
                write!(formatter, "PROXY TCP4 {} {} {} {}", from.ip(), to.ip(), from.port(), to.port())
            }
            Header::Tcp6 { source: from, destination: to } => {
                write!(formatter, "PROXY TCP6 {} {} {} {}", from.ip(), to.ip(), from.port(), to.port())
            }
        }
    }
}

/// The fields of a line, with one space between them.
struct Fields<'line> {
    line: &'line [u8],
    /// Where the next field begins; behind the line's end if there is none.
    at: usize,
}

impl<'line> Fields<'line> {
    fn next(&mut self, expected: &'static str) -> Result<&'line [u8], Fault> {
        let Some(rest) = self.line.get(self.at..) else {
            return Err(Fault::Malformed { at: self.line.len(), expected });
        };
        let length = memchr::memchr(b' ', rest).unwrap_or(rest.len());
        self.at += length + 1;
        Ok(&rest[..length])
    }

    fn parse<T: FromStr>(&mut self, expected: &'static str) -> Result<T, Fault> {
        let at = self.at.min(self.line.len());
        let field = str::from_utf8(self.next(expected)?).ok();
        field.and_then(|field| field.parse().ok()).ok_or(Fault::Malformed { at, expected })
    }

    /// A port has neither a sign nor zeros before it.
    fn port(&mut self) -> Result<u16, Fault> {
        let at = self.at.min(self.line.len());
        let begins_well = match self.line.get(at..).unwrap_or_default() {
            [b'0', b'0'..=b'9', ..] => false,
            [byte, ..] => byte.is_ascii_digit(),
            [] => false,
        };
        if !begins_well {
            return Err(Fault::Malformed { at, expected: "a port" });
        }
        self.parse("a port")
    }

    fn end(&self) -> Result<(), Fault> {
        if self.at <= self.line.len() {
            return Err(Fault::Malformed { at: self.at - 1, expected: "the end of the line" });
        }
        Ok(())
    }
}
