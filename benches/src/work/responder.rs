//! A process that answers questions, after as long as each asks for.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::Error;
use crate::pool::number;

/// A process that answers [`Work::Ask`](super::Work::Ask). It ends, and is waited for, when this is dropped.
///
/// It is a process of its own, so that its work is not counted as that of those who ask.
#[derive(Debug)]
pub struct Responder {
    child: Child,
    port: u16,
}

impl Responder {
    /// Starts one: `program` with `--role responder`.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or does not say where it listens.
    pub fn start(program: &Path) -> Result<Responder, Error> {
        let mut command = Command::new(program);
        command.args(["--role", "responder"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let child = command.spawn().map_err(|error| Error::io("start a responder", error))?;
        // From here on it is ended in any case.
        let mut responder = Responder { child, port: 0 };
        let mut line = String::new();
        if let Some(output) = responder.child.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(|error| Error::io("hear of a responder", error))?;
        }
        let mute = || Error::io("hear where a responder listens", io::ErrorKind::UnexpectedEof.into());
        responder.port = line.trim_end().parse().map_err(|_| mute())?;
        Ok(responder)
    }

    /// Where it listens, on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        // It has nothing to lose. Both fail only if it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the responder does: says where it listens, and answers until its input ends, which it does when whoever started
/// it ends.
///
/// # Errors
///
/// If it cannot listen, or say where.
pub fn respond() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("{}", listener.local_addr()?.port());
    io::stdout().flush()?;
    thread::spawn(move || {
        // A connection that fails is the business of the one who asks, and notices.
        for connection in listener.incoming().flatten() {
            thread::spawn(move || answer(connection));
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
}

fn answer(mut connection: TcpStream) -> io::Result<()> {
    let (mut micros, mut seed) = ([0; 8], [0; 8]);
    connection.read_exact(&mut micros)?;
    connection.read_exact(&mut seed)?;
    thread::sleep(Duration::from_micros(u64::from_le_bytes(micros)));
    connection.write_all(&number(u64::from_le_bytes(seed)).to_le_bytes())
}
