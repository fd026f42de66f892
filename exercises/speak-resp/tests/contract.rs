//! What the two functions promise: by the rules, and then with a program that others have written.

use std::env;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;
use std::thread;
use std::time::Duration;

use speak_resp::{LONGEST, Malformed, Reply, parse_request, write_reply};

#[path = "../../memory.rs"]
mod memory;
#[path = "../src/store.rs"]
mod store;
mod transcript;

use memory::{SMALL, watched};
use store::Store;
use transcript::TRANSCRIPT;

/// The words as text: what is none is escaped.
fn shown(words: &[impl AsRef<[u8]>]) -> Vec<String> {
    words.iter().map(|word| word.as_ref().escape_ascii().to_string()).collect()
}

/// What is read of `arrived`, with the words as text.
fn read(arrived: &[u8]) -> Result<Option<(Vec<String>, usize)>, Malformed> {
    Ok(parse_request(arrived)?.map(|(words, length)| (shown(&words), length)))
}

/// The request of these words, as it has to be on the wire.
fn request(words: &[&[u8]]) -> Vec<u8> {
    let strings = words.iter().flat_map(|word| [format!("${}\r\n", word.len()).as_bytes(), word, b"\r\n"].concat());
    format!("*{}\r\n", words.len()).into_bytes().into_iter().chain(strings).collect()
}

#[test]
fn a_request_of_one_word_is_read() {
    assert_eq!(read(b"*1\r\n$4\r\nPING\r\n"), Ok(Some((shown(&["PING"]), 14))));
}

#[test]
fn what_redis_cli_sends_is_understood() {
    for exchange in &TRANSCRIPT {
        let expected = (shown(exchange.typed), exchange.sent.len());
        assert_eq!(
            read(exchange.sent),
            Ok(Some(expected)),
            "\"{}\" is {:?}",
            exchange.sent.escape_ascii(),
            exchange.typed
        );
    }
}

#[test]
fn a_request_is_not_complete_before_its_last_byte() {
    for exchange in &TRANSCRIPT {
        for arrived in 0..exchange.sent.len() {
            let arrived = &exchange.sent[..arrived];
            assert_eq!(read(arrived), Ok(None), "\"{}\" has arrived", arrived.escape_ascii());
        }
    }
}

#[test]
fn a_request_ends_where_the_next_begins() {
    for first in &TRANSCRIPT {
        for second in [&b"*1\r\n$4\r\nPING\r\n"[..], b"*", b"\r\n"] {
            let request = parse_request(&[first.sent, second].concat());
            let length = request.map(|request| request.map(|(_, length)| length));
            let behind = second.escape_ascii();
            assert_eq!(length, Ok(Some(first.sent.len())), "\"{}\" and then \"{behind}\"", first.sent.escape_ascii());
        }
    }
}

#[test]
fn a_word_may_hold_any_bytes_or_none() {
    let all: Vec<u8> = (0..=255).collect();
    let wire = request(&[b"ECHO", &all, b"", b"\r\n$4\r\n*1\r\n"]);
    let expected = shown(&[&b"ECHO"[..], &all, b"", b"\r\n$4\r\n*1\r\n"]);
    assert_eq!(read(&wire), Ok(Some((expected, wire.len()))));
    assert_eq!(read(b"*0\r\n"), Ok(Some((Vec::new(), 4))));
}

#[test]
fn what_is_no_request_is_refused() {
    for bytes in [
        &b"PING\r\n"[..],
        b"$4\r\nPING\r\n",
        b"$1\r\n$4\r\nPING\r\n",
        b"*\r\n",
        b"*x\r\n",
        b"*-1\r\n",
        b"*+1\r\n$4\r\nPING\r\n",
        b"* 1\r\n$4\r\nPING\r\n",
        b"*1 \r\n$4\r\nPING\r\n",
        b"*1\n$4\r\nPING\r\n",
        b"*1\r.$4\r\nPING\r\n",
        b"*1\r\n+PING\r\n",
        b"*1\r\n:4\r\nPING\r\n",
        b"*1\r\n$-1\r\n",
        b"*1\r\n$+4\r\nPING\r\n",
        b"*1\r\n$4\r\nPINGED\r\n",
        b"*1\r\n$4\r\nPING\r.",
        b"*1\r\n$4\r\nPING.\n",
        b"*1\r\n*1\r\n$4\r\nPING\r\n",
    ] {
        assert_eq!(read(bytes), Err(Malformed), "\"{}\"", bytes.escape_ascii());
    }
}

#[test]
fn a_number_beyond_the_limit_is_refused_at_once() {
    for number in [LONGEST + 1, usize::MAX] {
        for begun in ["*", "*1\r\n$"] {
            assert_eq!(read(format!("{begun}{number}\r\n").as_bytes()), Err(Malformed), "{begun}{number}");
        }
    }
    // In 64 bits this is 4.
    assert_eq!(read(b"*1\r\n$18446744073709551620\r\nPING\r\n"), Err(Malformed), "2 to the power of 64, and 4");
    for begun in ["*", "*1\r\n$"] {
        assert_eq!(read(format!("{begun}{LONGEST}\r\n").as_bytes()), Ok(None), "this much is allowed");
    }
}

#[test]
fn a_number_takes_no_memory() {
    for begun in ["*", "*1\r\n$"] {
        let (request, largest) = watched(|| parse_request(format!("{begun}{LONGEST}\r\n").as_bytes()));
        assert_eq!(request, Ok(None), "{begun}{LONGEST}");
        assert!(largest <= SMALL, "one line has come, {begun}{LONGEST}, and {largest} bytes were asked for at once");
    }
}

/// The reply as it is on the wire, with its bytes escaped.
fn written(reply: &Reply) -> String {
    let mut wire = Vec::new();
    write_reply(reply, &mut wire);
    wire.escape_ascii().to_string()
}

#[test]
fn each_reply_is_written_as_redis_has_it() {
    let bulk = |bytes: &[u8]| Reply::Bulk(bytes.to_vec());
    for (reply, wire) in [
        (Reply::Simple("OK".to_owned()), r"+OK\r\n"),
        (Reply::Error("ERR no".to_owned()), r"-ERR no\r\n"),
        (Reply::Integer(42), r":42\r\n"),
        (Reply::Integer(i64::MIN), r":-9223372036854775808\r\n"),
        (bulk(b"hello"), r"$5\r\nhello\r\n"),
        (bulk(b""), r"$0\r\n\r\n"),
        (bulk(b"\r\n\0"), r"$3\r\n\r\n\x00\r\n"),
        (bulk(b"caf\xe9"), r"$4\r\ncaf\xe9\r\n"),
        (Reply::Null, r"$-1\r\n"),
        (Reply::Array(vec![]), r"*0\r\n"),
        (Reply::Array(vec![Reply::Integer(1), Reply::Array(vec![Reply::Null])]), r"*2\r\n:1\r\n*1\r\n$-1\r\n"),
    ] {
        assert_eq!(written(&reply), wire, "{reply:?}");
    }
}

#[test]
fn a_reply_is_appended() {
    let mut wire = b":1\r\n".to_vec();
    write_reply(&Reply::Integer(2), &mut wire);
    assert_eq!(wire.escape_ascii().to_string(), r":1\r\n:2\r\n");
}

#[test]
fn a_line_stays_one_line() {
    assert_eq!(written(&Reply::Error("ERR a\nb\r\n+OK".to_owned())), r"-ERR a b  +OK\r\n");
    assert_eq!(written(&Reply::Simple("\r\n".to_owned())), r"+  \r\n");
}

/// All that redis-cli has said, in two reads, with each of the ways to cut it.
#[test]
fn the_conversation_is_the_one_that_was_recorded() {
    let sent = TRANSCRIPT.iter().map(|exchange| exchange.sent).collect::<Vec<_>>().concat();
    let replied = TRANSCRIPT.iter().map(|exchange| exchange.replied).collect::<Vec<_>>().concat();
    for cut in 1..=sent.len() {
        let store = Store::default();
        let (mut arrived, mut replies) = (Vec::new(), Vec::new());
        for piece in [&sent[..cut], &sent[cut..]] {
            arrived.extend(piece);
            store.answer_all(&mut arrived, &mut replies).expect("redis-cli has said it");
        }
        assert_eq!(replies.escape_ascii().to_string(), replied.escape_ascii().to_string(), "cut at {cut}");
    }
}

/// Says what redis-cli prints for a request; `None` if it is not installed.
fn redis_cli(port: u16, words: &[&str]) -> io::Result<Option<String>> {
    let port = port.to_string();
    match Command::new("redis-cli").args(["-p", &port, "--no-raw"]).args(words).output() {
        Ok(output) => Ok(Some(String::from_utf8_lossy(&output.stdout).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound && env::var_os("CI").is_none() => Ok(None),
        Err(error) => Err(error),
    }
}

#[test]
fn redis_cli_itself_is_answered() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    // Nobody joins it: it serves until the program ends.
    thread::spawn(move || Store::default().serve(&listener, Some(Duration::from_secs(5))));
    for exchange in &TRANSCRIPT {
        let Some(printed) = redis_cli(port, exchange.typed)? else {
            println!("skipped: there is no redis-cli here");
            return Ok(());
        };
        assert_eq!(printed.trim_end(), exchange.printed, "{:?} was typed", exchange.typed);
    }
    Ok(())
}
