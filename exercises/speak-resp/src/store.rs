//! A small Redis, made of what the exercise is about.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use speak_resp::{Malformed, Reply, parse_request, write_reply};

/// Values under names.
#[derive(Debug, Default)]
pub(crate) struct Store(Mutex<HashMap<Vec<u8>, Vec<u8>>>);

impl Store {
    /// Serves whoever connects, each with a thread, until they hang up or have said nothing for as long as `patience` lasts.
    /// Returns only with an error.
    pub(crate) fn serve(&self, listener: &TcpListener, patience: Option<Duration>) -> io::Result<()> {
        thread::scope(|scope| {
            for stream in listener.incoming() {
                let stream = stream?;
                stream.set_read_timeout(patience)?;
                // Who hangs up in the middle has lost only what was theirs.
                scope.spawn(|| self.talk(stream).unwrap_or_else(|error| eprintln!("a connection: {error}")));
            }
            Ok(())
        })
    }

    /// Answers until the other side hangs up.
    fn talk(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut arrived = Vec::new();
        loop {
            let mut replies = Vec::new();
            let good = self.answer_all(&mut arrived, &mut replies);
            stream.write_all(&replies)?;
            let mut piece = [0; 4096];
            match stream.read(&mut piece)? {
                count if count > 0 && good.is_ok() => arrived.extend(&piece[..count]),
                _ => return Ok(()),
            }
        }
    }

    /// Answers all requests that have arrived, and forgets them. After one that is malformed there is no going on.
    pub(crate) fn answer_all(&self, arrived: &mut Vec<u8>, replies: &mut Vec<u8>) -> Result<(), Malformed> {
        let mut at = 0;
        let mut good = Ok(());
        while good.is_ok() && at < arrived.len() {
            match parse_request(&arrived[at..]) {
                Ok(Some((words, length))) => {
                    // As with Redis, who has said nothing is told nothing.
                    if let Some((command, arguments)) = words.split_first() {
                        write_reply(&self.answer(command, arguments), replies);
                    }
                    at += length;
                }
                Ok(None) => break,
                Err(malformed) => {
                    write_reply(&Reply::Error(format!("ERR Protocol error: {malformed}")), replies);
                    good = Err(malformed);
                }
            }
        }
        arrived.drain(..at);
        good
    }

    fn answer(&self, command: &[u8], arguments: &[Vec<u8>]) -> Reply {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bulk = |value: Option<&Vec<u8>>| value.map_or(Reply::Null, |value| Reply::Bulk(value.clone()));
        match (&*command.to_ascii_uppercase(), arguments) {
            (b"PING", []) => Reply::Simple("PONG".to_owned()),
            (b"ECHO", [text]) => Reply::Bulk(text.clone()),
            (b"SET", [key, value]) => {
                values.insert(key.clone(), value.clone());
                Reply::Simple("OK".to_owned())
            }
            (b"GET", [key]) => bulk(values.get(key)),
            (b"MGET", keys) => Reply::Array(keys.iter().map(|key| bulk(values.get(key))).collect()),
            (b"DEL", keys) => Reply::Integer(keys.iter().filter(|key| values.remove(*key).is_some()).count() as i64),
            (b"INCR", [key]) => {
                let number = values.get(key).map_or(Some(0), |value| str::from_utf8(value).ok()?.parse::<i64>().ok());
                let Some(number) = number.and_then(|number| number.checked_add(1)) else {
                    return Reply::Error("ERR value is not an integer or out of range".to_owned());
                };
                values.insert(key.clone(), number.to_string().into_bytes());
                Reply::Integer(number)
            }
            _ => Reply::Error(format!("ERR unknown command '{}'", String::from_utf8_lossy(command))),
        }
    }
}
