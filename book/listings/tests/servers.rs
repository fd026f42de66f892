//! What the chapter on servers says of its listings. The model knows no sockets.
#![cfg(not(loom))]

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use framing::{Delimited, FrameError};
use listings::servers::serve_hopefully;
use mutex::Mutex;
use server::services::Store;
use server::{Accepting, Handler, Pooled, Replies, Server, ServerHandle, Then, ThreadPerConnection};

// ANCHOR: tally
/// Adds up the numbers of each client, and of all together.
struct Tally {
    all: Mutex<u64>,
}

impl Handler for Tally {
    type Session = u64;

    fn begin(&self, _peer: SocketAddr) -> u64 {
        0
    }

    fn frame(&self, mine: &mut u64, frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError> {
        let number: u64 = str::from_utf8(frame).unwrap().parse().unwrap();
        *mine += number;
        let mut all = self.all.lock();
        *all += number;
        let sum = *all;
        drop(all);
        replies.send(format!("{mine} of {sum}").as_bytes())?;
        Ok(Then::GoOn)
    }
}
// ANCHOR_END: tally

/// Servers with three places, one on each strategy.
fn tallies() -> io::Result<[ServerHandle; 3]> {
    let tally = || Tally { all: Mutex::new(0) };
    // ANCHOR: start
    let each = Server::bind("127.0.0.1:0")?.start(ThreadPerConnection, Delimited::lf(1000), tally())?;
    let pool = Server::bind("127.0.0.1:0")?.start(Pooled::new(3), Delimited::lf(1000), tally())?;
    let accept = Server::bind("127.0.0.1:0")?.start(Accepting::new(3), Delimited::lf(1000), tally())?;
    // ANCHOR_END: start
    Ok([each, pool, accept])
}

/// Sends a line, and returns the next one: empty if the connection is closed.
fn ask(client: &mut BufReader<TcpStream>, question: &str) -> String {
    writeln!(client.get_mut(), "{question}").expect("the server is there");
    let mut answer = String::new();
    client.read_line(&mut answer).expect("the server is polite");
    answer.trim_end().to_owned()
}

fn connect(address: SocketAddr) -> BufReader<TcpStream> {
    BufReader::new(TcpStream::connect(address).expect("somebody listens"))
}

#[test]
fn a_hopeful_server_serves_who_is_well_meant() {
    rehearsal::rehearse(|| {
        let door = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = door.local_addr().expect("it is bound");
        // It has no end. This is one of the things that are wrong with it.
        thread::spawn(move || serve_hopefully(&door));
        let (mut first, mut second) = (connect(address), connect(address));
        assert_eq!(ask(&mut second, "hello"), "hello");
        assert_eq!(ask(&mut first, "how"), "how");
    });
}

#[test]
fn a_session_is_one_clients_and_the_handler_is_everybodys() {
    rehearsal::rehearse(|| {
        for server in tallies().expect("ports are free") {
            let (mut first, mut second) = (connect(server.local_addr()), connect(server.local_addr()));
            assert_eq!(ask(&mut first, "3"), "3 of 3");
            assert_eq!(ask(&mut second, "4"), "4 of 7");
            assert_eq!(ask(&mut first, "5"), "8 of 12");
        }
    });
}

#[test]
fn a_panic_in_the_handler_costs_one_connection() {
    rehearsal::rehearse(|| {
        for server in tallies().expect("ports are free") {
            let mut first = connect(server.local_addr());
            assert_eq!(ask(&mut first, "3"), "3 of 3");
            // As many as there are places: if each took a worker with it, nobody would be left.
            for _ in 0..3 {
                assert_eq!(ask(&mut connect(server.local_addr()), "seven"), "", "the connection is closed");
            }
            assert_eq!(ask(&mut first, "5"), "8 of 8");
            assert_eq!(ask(&mut connect(server.local_addr()), "1"), "1 of 9");
        }
    });
}

#[test]
fn a_client_in_python_sets_and_gets() {
    rehearsal::rehearse(|| {
        let store = Server::bind("127.0.0.1:0").expect("a port is free");
        let store = store.start(ThreadPerConnection, Store::framing(1000), Store::new(1000)).expect("it can listen");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/ask.py");
        let client = Command::new("python3").arg(script).arg(store.local_addr().port().to_string()).output();
        match client {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                eprintln!("there is no python3 here: ask.py was not run");
            }
            client => {
                let client = client.expect("python3 can be run");
                assert_eq!(
                    String::from_utf8_lossy(&client.stdout),
                    "b'+OK\\r\\n'\nb'$2\\r\\n'\nb'42\\r\\n'\n",
                    "{client:?}"
                );
            }
        }
    });
}
