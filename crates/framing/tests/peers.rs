//! Programs that others have written, talking to small servers made of this crate.
//!
//! A test whose program is not installed says so and passes; where `CI` is set it fails instead. On Debian the packages
//! are `redis-tools`, `bind9-dnsutils` and `python3`.

use std::collections::HashMap;
use std::env;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use framing::command::{Reply, Request};
use framing::dns::{self, Message, Record};
use framing::resp::{self, Requests, Value};
use framing::{FrameError, FrameReader, FrameWriter, Framing, command};

/// A connection on which nothing comes for this long is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Lets `talk` talk to a server that gives each connection a thread and `serve`.
fn with_server<T>(serve: impl Fn(TcpStream) -> Result<(), FrameError> + Sync, talk: impl FnOnce(SocketAddr) -> T) -> T {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for stream in listener.incoming() {
                if over.load(SeqCst) {
                    return;
                }
                let stream = stream.unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream.set_nodelay(true).unwrap();
                scope.spawn(|| match serve(stream) {
                    // A client may hang up while it is being answered.
                    Err(FrameError::Io(error)) if error.kind() == ErrorKind::ConnectionReset => {}
                    Err(FrameError::Io(error)) if error.kind() == ErrorKind::BrokenPipe => {}
                    served => served.unwrap(),
                });
            }
        });
        // Also if `talk` panics, the listener has to be let go.
        struct Release<'server>(&'server AtomicBool, SocketAddr);
        impl Drop for Release<'_> {
            fn drop(&mut self) {
                self.0.store(true, SeqCst);
                _ = TcpStream::connect(self.1);
            }
        }
        let _release = Release(&over, address);
        talk(address)
    })
}

/// Both directions of a connection.
fn split<F: Framing + Clone>(
    stream: TcpStream,
    framing: F,
) -> io::Result<(FrameReader<TcpStream, F>, FrameWriter<TcpStream, F>)> {
    Ok((FrameReader::new(stream.try_clone()?, framing.clone()), FrameWriter::new(stream, framing)))
}

/// Runs a program to its end; `None` if it is not installed.
fn run(program: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == ErrorKind::NotFound && env::var_os("CI").is_none() => {
            println!("skipped: there is no {program} here");
            None
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

/// What a program has printed, which must have gone well.
#[track_caller]
fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// A Redis with five commands.
#[derive(Default)]
struct Store(Mutex<HashMap<Vec<u8>, Vec<u8>>>);

impl Store {
    fn serve(&self, stream: TcpStream) -> Result<(), FrameError> {
        let mut requests = FrameReader::new(stream.try_clone()?, Requests::new(1 << 20));
        let mut replies = FrameWriter::new(io::BufWriter::new(stream), resp::Values::new(1 << 20));
        let mut reply = Vec::new();
        while let Some(request) = requests.read_frame()? {
            reply.clear();
            if self.answer(request, &mut reply)? {
                replies.write_frame(&reply)?;
            }
            // All that came in one read is answered in one write.
            while let Some(request) = requests.try_read_frame()? {
                reply.clear();
                if self.answer(request, &mut reply)? {
                    replies.write_frame(&reply)?;
                }
            }
            replies.flush()?;
        }
        Ok(())
    }

    /// Whether there is an answer: an empty line has none.
    fn answer(&self, request: &[u8], reply: &mut Vec<u8>) -> Result<bool, FrameError> {
        let words = resp::arguments(request)?;
        let mut store = self.0.lock().unwrap();
        let words: Vec<&[u8]> = words.iter().map(AsRef::as_ref).collect();
        let Some((command, arguments)) = words.split_first() else { return Ok(false) };
        let value = match (&*command.to_ascii_uppercase(), arguments) {
            (b"PING", []) => Value::Simple(b"PONG"),
            (b"ECHO", [text]) => Value::Bulk(text),
            (b"SET", [key, value]) => {
                store.insert(key.to_vec(), value.to_vec());
                Value::Simple(b"OK")
            }
            (b"GET", [key]) => store.get(*key).map_or(Value::Null, |value| Value::Bulk(value)),
            (b"MGET", keys) => {
                let get = |key: &&[u8]| store.get(*key).map_or(Value::Null, |value| Value::Bulk(value));
                Value::Array(keys.iter().map(get).collect())
            }
            (b"DBSIZE", []) => Value::Integer(store.len() as i64),
            _ => Value::Error(b"ERR unknown command"),
        };
        value.encode_to(reply)?;
        Ok(true)
    }
}

#[test]
fn redis_cli_is_understood_and_understands() {
    let store = Store::default();
    with_server(
        |stream| store.serve(stream),
        |address| {
            let port = address.port().to_string();
            let ask = |words: &[&str]| {
                let output = run("redis-cli", &[&["-p", &port, "--no-raw"], words].concat())?;
                Some(said(&output))
            };
            let Some(pong) = ask(&["PING"]) else { return };
            assert_eq!(pong, "PONG\n");
            let long = "x".repeat(100_000);
            for (words, answer) in [
                (&["SET", "key", "a value"][..], "OK\n".to_owned()),
                (&["GET", "key"], "\"a value\"\n".to_owned()),
                (&["GET", "no key"], "(nil)\n".to_owned()),
                (&["SET", "", "line\r\nfeed"], "OK\n".to_owned()),
                (&["MGET", "key", "no key", ""], "1) \"a value\"\n2) (nil)\n3) \"line\\r\\nfeed\"\n".to_owned()),
                (&["MGET"], "(empty array)\n".to_owned()),
                (&["DBSIZE"], "(integer) 2\n".to_owned()),
                (&["ECHO", &long], format!("\"{long}\"\n")),
                (&["NONSENSE"], "(error) ERR unknown command\n\n".to_owned()),
            ] {
                assert_eq!(ask(words).unwrap().trim_end(), answer.trim_end(), "{words:?}");
            }
        },
    );
}

#[test]
fn redis_benchmark_is_served_one_by_one_in_pipelines_and_inline() {
    let store = Store::default();
    with_server(
        |stream| store.serve(stream),
        |address| {
            let port = address.port().to_string();
            let measure = |arguments: &[&str]| {
                let common = ["-p", &port, "-q", "-n", "2000", "-c", "10"];
                Some(said(&run("redis-benchmark", &[&common, arguments].concat())?))
            };
            // `ping` is two tests: inline, and as an array.
            let Some(report) = measure(&["-t", "ping"]) else { return };
            assert_eq!(report.matches("requests per second").count(), 2, "{report}");
            let report = measure(&["-P", "16", "-t", "ping,set,get", "-d", "1000"]).unwrap();
            assert_eq!(report.matches("requests per second").count(), 4, "{report}");
        },
    );
}

#[test]
fn people_may_type_to_the_store() {
    use std::io::{Read, Write};
    let store = Store::default();
    with_server(
        |stream| store.serve(stream),
        |address| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(b"\r\nSET k \"a b\"\r\nGET k\nPING\r\n").unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answers = Vec::new();
            stream.read_to_end(&mut answers).unwrap();
            assert_eq!(answers.escape_ascii().to_string(), "+OK\\r\\n$3\\r\\na b\\r\\n+PONG\\r\\n");
        },
    );
}

#[test]
fn dig_is_answered() {
    let serve = |stream| {
        let (mut queries, mut replies) = split(stream, dns::FRAMING)?;
        while let Some(query) = queries.read_frame()? {
            let query = Message::parse(query)?;
            let name = query.questions[0].name.clone();
            let addresses = [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2)];
            let answers = addresses.map(|address| Record::address(name.clone(), 60, address)).to_vec();
            replies.write_frame(&query.reply(answers).encode()?)?;
        }
        Ok(())
    };
    with_server(serve, |address| {
        let port = address.port().to_string();
        let server = format!("@{}", address.ip());
        let common = ["+tcp", "+time=10", "+tries=1", "-p", &port, &server];
        let Some(short) = run("dig", &[&common[..], &["+short", "www.example.org"]].concat()) else { return };
        assert_eq!(said(&short), "192.0.2.1\n192.0.2.2\n");
        let long = said(&run("dig", &[&common[..], &["a\\.b.Example.org"]].concat()).unwrap());
        assert!(long.contains("status: NOERROR") && !long.contains("WARNING: Message"), "{long}");
        assert!(
            long.lines().any(|line| line.starts_with("a\\.b.Example.org.") && line.ends_with("192.0.2.2")),
            "{long}"
        );
        // Two on one connection.
        let both = said(&run("dig", &[&common[..], &["+keepopen", "+short", "one.org", "two.org"]].concat()).unwrap());
        assert_eq!(both, "192.0.2.1\n192.0.2.2\n".repeat(2));
    });
}

#[test]
fn python_speaks_the_protocol_of_our_own() {
    let serve = |stream| {
        let (mut requests, mut replies) = split(stream, command::FRAMING)?;
        while let Some(frame) = requests.read_frame()? {
            let reply = match Request::parse(frame) {
                Ok(request) => request.answer(),
                Err(misunderstood) => Some(Reply::Refused(misunderstood.to_string())),
            };
            let Some(reply) = reply else { break };
            replies.write_frame(&reply.encode())?;
        }
        Ok(())
    };
    with_server(serve, |address| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command.py");
        let arguments = [script.to_str().unwrap(), "127.0.0.1", &address.port().to_string()];
        if let Some(output) = run("python3", &arguments) {
            assert_eq!(said(&output), "all is well\n");
        }
    });
}
