//! What is promised about the first line of a connection, however the stream is cut.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use proxy_header::client_of;

#[path = "../../pieces.rs"]
mod pieces;

use pieces::{Pieces, every_cut, shown};

/// The proxy, which is trusted.
const PROXY: &str = "10.0.0.1:40000";

/// Somebody who is not.
const STRANGER: &str = "203.0.113.9:50000";

/// More than any test takes.
const LONG: Duration = Duration::from_secs(10);

/// Who the client is, or how that fails.
fn asked(stream: &mut impl Read, peer: &str) -> Result<String, ErrorKind> {
    let trusted = [Ipv4Addr::new(10, 0, 0, 2).into(), Ipv4Addr::new(10, 0, 0, 1).into()];
    let peer: SocketAddr = peer.parse().expect("the test's own address is well formed");
    client_of(stream, peer, &trusted).map(|client| client.to_string()).map_err(|error| error.kind())
}

/// That the proxy introduces `client` with `line`, wherever the stream is cut, and that the rest of the stream is left there.
#[track_caller]
fn assert_introduces(line: &str, client: &str) {
    const REST: &[u8] = b"hi\r\n";
    let wire = [line.as_bytes(), REST].concat();
    for cut in every_cut(&wire) {
        let mut stream = Pieces::new(&cut);
        let got = asked(&mut stream, PROXY);
        assert_eq!(got.as_deref(), Ok(client), "after the pieces {}", shown(&cut));
        let left = stream.left();
        let left = left.escape_ascii();
        assert_eq!(stream.left(), REST, "of what follows the line \"{left}\" is left: {}", shown(&cut));
    }
}

#[test]
fn the_proxy_introduces_its_client() {
    let line = "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n";
    assert_eq!(
        asked(&mut line.as_bytes(), PROXY).as_deref(),
        Ok("192.0.2.7:56324"),
        "who the client is after {line:?}"
    );
}

#[test]
fn not_a_byte_is_taken_of_what_follows() {
    assert_introduces("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n", "192.0.2.7:56324");
}

#[test]
fn a_stranger_is_not_believed_and_not_read() {
    for wire in [&b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n"[..], b"hi\r\n"] {
        let mut stream = Pieces::new(&[wire]);
        let got = asked(&mut stream, STRANGER);
        assert_eq!(got.as_deref(), Ok(STRANGER), "a stranger has sent \"{}\"", wire.escape_ascii());
        assert_eq!(stream.left(), wire, "what a stranger sends is not for you to read");
    }
}

#[test]
fn a_proxy_that_introduces_nobody_is_refused() {
    let mut stream = Pieces::new(&[b"hi\r\n"]);
    assert_eq!(asked(&mut stream, PROXY), Err(ErrorKind::InvalidData), "the proxy has sent \"hi\\r\\n\"");
}

#[test]
fn the_client_may_have_an_ipv6_address() {
    assert_introduces("PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n", "[2001:db8::7]:56324");
}

#[test]
fn a_client_that_is_unknown_is_the_proxy_itself() {
    assert_introduces("PROXY UNKNOWN\r\n", PROXY);
    assert_introduces("PROXY UNKNOWN ask me  later 0 \r\n", PROXY);
}

#[test]
fn the_longest_line_is_read_and_one_more_byte_refused() {
    let longest = format!("PROXY UNKNOWN {}\r\n", "x".repeat(107 - 16));
    assert_eq!(longest.len(), 107);
    assert_introduces(&longest, PROXY);
    for wire in [format!("PROXY UNKNOWN {}\r\n", "x".repeat(108 - 16)), "x".repeat(200)] {
        let mut stream = Pieces::new(&[wire.as_bytes()]);
        let got = asked(&mut stream, PROXY);
        let taken = wire.len() - stream.left().len();
        assert_eq!(got, Err(ErrorKind::InvalidData), "{taken} bytes have been read, and 107 are the limit");
        assert!(taken <= 107, "{taken} bytes were read for a line of 107 at most");
    }
}

#[test]
fn what_is_not_in_the_rules_is_refused() {
    for line in [
        "\r\n",
        "PROXY\r\n",
        "PROXY \r\n",
        " PROXY UNKNOWN\r\n",
        "proxy UNKNOWN\r\n",
        "PROXYUNKNOWN\r\n",
        "PROXY UNKNOWNS\r\n",
        "PROXY  UNKNOWN\r\n",
        "PROXY\tUNKNOWN\r\n",
        "PROXY TCP4\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443 \r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443 80\r\n",
        "PROXY TCP4  192.0.2.7 198.51.100.1 56324 443\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1\t56324 443\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\r\n",
        "PROXY TCP4 192.0.2 198.51.100.1 56324 443\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.256 56324 443\r\n",
        "PROXY TCP4 2001:db8::7 2001:db8::1 56324 443\r\n",
        "PROXY TCP4 192.0.2.7 2001:db8::1 56324 443\r\n",
        "PROXY TCP6 192.0.2.7 198.51.100.1 56324 443\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 65536\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 65536 443\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 +56324 443\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 0443\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 \r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 -1\r\n",
        "PROXY UDP4 192.0.2.7 198.51.100.1 56324 443\r\n",
    ] {
        let got = asked(&mut Pieces::new(&[line.as_bytes()]), PROXY);
        assert_eq!(got, Err(ErrorKind::InvalidData), "the line is {line:?}");
    }
    let got = asked(&mut Pieces::new(&[b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 44\xb3\r\n"]), PROXY);
    assert_eq!(got, Err(ErrorKind::InvalidData), "a line with bytes that are no text");
}

/// Neither of the two is the end without the other.
#[test]
fn a_line_feed_alone_does_not_end_the_line() {
    for wire in ["PROXY UNKNOWN\nhi\r\n", "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\n\r\n"] {
        let got = asked(&mut wire.as_bytes(), PROXY);
        assert_eq!(got, Err(ErrorKind::InvalidData), "the stream is {wire:?}");
    }
}

#[test]
fn an_end_within_the_line_is_an_error() {
    let line = b"PROXY UNKNOWN\r\n";
    for arrived in 0..line.len() {
        let got = asked(&mut Pieces::new(&[&line[..arrived]]), PROXY);
        assert_eq!(got, Err(ErrorKind::UnexpectedEof), "the stream ends after {arrived} bytes");
    }
}

#[test]
fn the_stream_may_be_interrupted_and_may_fail() {
    for cut in every_cut(b"PROXY UNKNOWN\r\n") {
        let got = asked(&mut Pieces::with_failures(&cut, ErrorKind::Interrupted), PROXY);
        assert_eq!(got.as_deref(), Ok(PROXY), "interrupted before each of the pieces {}", shown(&cut));
        let got = asked(&mut Pieces::with_failures(&cut, ErrorKind::ConnectionReset), PROXY);
        assert_eq!(got, Err(ErrorKind::ConnectionReset), "the stream has failed");
    }
}

/// The line and the client's first bytes come in one packet here.
#[test]
fn the_client_is_heard_behind_a_real_proxy() -> io::Result<()> {
    let server = TcpListener::bind("127.0.0.1:0")?;
    let mut proxy = TcpStream::connect(server.local_addr()?)?;
    let (mut stream, peer) = server.accept()?;
    stream.set_read_timeout(Some(LONG))?;
    proxy.write_all(b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\nhi\r\n")?;
    // Whoever waits for what is gone waits for the end, and not for ever.
    proxy.shutdown(Shutdown::Write)?;
    let client = client_of(&mut stream, peer, &[IpAddr::V4(Ipv4Addr::LOCALHOST)])?;
    assert_eq!(client.to_string(), "192.0.2.7:56324");
    let mut said = [0; 4];
    let heard = stream.read_exact(&mut said).map_err(|error| error.kind());
    assert_eq!(heard, Ok(()), "the client's first bytes are not in the socket any more");
    assert_eq!(said, *b"hi\r\n");
    Ok(())
}
