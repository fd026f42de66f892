//! Names and values, for clients that speak Redis' protocol.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use framing::resp::{self, Requests, Value, Values};
use framing::{Fault, FrameError};
use rwlock::RwLock;

use crate::{Duplex, End, Handler, Replies, Then};

/// What a client is told for whom there is no room.
const REFUSAL: &[u8] = b"-ERR max number of clients reached\r\n";

/// What a key and a value take in the map beside their bytes, about.
const OVERHEAD: usize = 100;

/// A store with a few of Redis' commands: `PING`, `ECHO`, `SET`, `GET`, `DEL`, `INFO` and `QUIT`.
///
/// The map is behind one readers-writer lock. Whoever reads copies the value out under it, and sends it without: to a peer
/// that takes its time, that may take a while.
///
/// What is stored is bounded, for anybody may store. Beyond the bound `SET` is refused.
pub struct Store {
    map: RwLock<Map>,
    bound: usize,
    since: Instant,
    clients: AtomicU64,
    commands: AtomicU64,
}

#[derive(Default)]
struct Map {
    values: HashMap<Box<[u8]>, Box<[u8]>>,
    /// How much memory they take, about.
    size: usize,
}

/// What a connection to a [`Store`] keeps between its requests, so that it is not allocated anew for each.
#[derive(Debug, Default)]
pub struct Session {
    /// The command's name, in capitals.
    name: Vec<u8>,
    reply: Vec<u8>,
    value: Vec<u8>,
}

impl Store {
    /// An empty store, for about so many bytes.
    pub fn new(bound: usize) -> Store {
        Store {
            map: RwLock::new(Map::default()),
            bound,
            since: Instant::now(),
            clients: AtomicU64::new(0),
            commands: AtomicU64::new(0),
        }
    }

    /// How its requests and replies are framed. A request is at most so many bytes long.
    pub fn framing(limit: usize) -> Duplex<Requests, Values> {
        // A reply is not much longer than the request that brought the value.
        Duplex { requests: Requests::new(limit), replies: Values::new(limit.saturating_add(1024)) }
    }

    fn set(&self, key: &[u8], value: &[u8]) -> Value<'static> {
        let size = key.len() + value.len() + OVERHEAD;
        // Before the lock is taken, as all that can be done without it.
        let (key, value) = (Box::from(key), Box::from(value));
        let mut map = self.map.write();
        let replaced = map.values.get(&key).map_or(0, |old| key.len() + old.len() + OVERHEAD);
        if map.size - replaced + size > self.bound {
            return Value::Error(b"OOM the store is full");
        }
        map.size = map.size - replaced + size;
        let old = map.values.insert(key, value);
        drop(map);
        // What was there is given back after the lock.
        drop(old);
        Value::Simple(b"OK")
    }

    fn delete(&self, keys: &[Cow<'_, [u8]>]) -> i64 {
        let mut map = self.map.write();
        let mut deleted = 0;
        for key in keys {
            if let Some(old) = map.values.remove(&**key) {
                map.size -= key.len() + old.len() + OVERHEAD;
                deleted += 1;
            }
        }
        deleted
    }

    fn info(&self) -> String {
        let map = self.map.read();
        let (keys, size) = (map.values.len(), map.size);
        drop(map);
        // ORDERING: Relaxed; they are numbers to look at, and nothing follows from them.
        let clients = self.clients.load(Ordering::Relaxed);
        let commands = self.commands.load(Ordering::Relaxed);
        format!(
            "# Server\r\nuptime_in_seconds:{}\r\n# Clients\r\nconnected_clients:{clients}\r\n# Memory\r\n\
             used_memory:{size}\r\nmaxmemory:{}\r\n# Stats\r\ntotal_commands_processed:{commands}\r\n# Keyspace\r\n\
             db0:keys={keys},expires=0\r\n",
            self.since.elapsed().as_secs(),
            self.bound,
        )
    }
}

impl Handler for Store {
    type Session = Session;

    fn begin(&self, _peer: SocketAddr) -> Session {
        // ORDERING: Relaxed, as in `info`.
        self.clients.fetch_add(1, Ordering::Relaxed);
        Session::default()
    }

    fn frame(&self, session: &mut Session, frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError> {
        let Session { name, reply, value } = session;
        let words = match resp::arguments(frame) {
            Ok(words) => words,
            Err(fault) => {
                complain(fault, replies)?;
                return Ok(Then::HangUp);
            }
        };
        // An empty line has no answer.
        let Some((command, arguments)) = words.split_first() else { return Ok(Then::GoOn) };
        // ORDERING: Relaxed, as in `info`.
        self.commands.fetch_add(1, Ordering::Relaxed);
        let mut then = Then::GoOn;
        name.clear();
        name.extend_from_slice(command);
        name.make_ascii_uppercase();
        let answer = match (&name[..], arguments) {
            (b"PING", []) => Value::Simple(b"PONG"),
            (b"PING" | b"ECHO", [text]) => Value::Bulk(text),
            (b"SET", [key, value]) => self.set(key, value),
            (b"GET", [key]) => match self.map.read().values.get(&**key) {
                None => Value::Null,
                Some(found) => {
                    value.clear();
                    value.extend_from_slice(found);
                    Value::Bulk(value)
                }
            },
            (b"DEL", [_, ..]) => Value::Integer(self.delete(arguments)),
            (b"INFO", _) => {
                value.clear();
                value.extend_from_slice(self.info().as_bytes());
                Value::Bulk(value)
            }
            (b"QUIT", _) => {
                then = Then::HangUp;
                Value::Simple(b"OK")
            }
            (b"PING" | b"ECHO" | b"SET" | b"GET" | b"DEL", _) => Value::Error(b"ERR wrong number of arguments"),
            _ => Value::Error(b"ERR unknown command"),
        };
        reply.clear();
        answer.encode_to(reply)?;
        replies.send(reply)?;
        Ok(then)
    }

    fn fault(&self, _session: &mut Session, fault: Fault, replies: &mut Replies<'_>) -> Result<(), FrameError> {
        complain(fault, replies)
    }

    fn end(&self, _session: &mut Session, _end: &End) {
        // ORDERING: Relaxed, as in `info`.
        self.clients.fetch_sub(1, Ordering::Relaxed);
    }

    fn refusal(&self) -> Option<&[u8]> {
        Some(REFUSAL)
    }
}

/// Tells the peer how it has broken the protocol.
fn complain(fault: Fault, replies: &mut Replies<'_>) -> Result<(), FrameError> {
    let text = format!("ERR Protocol error: {fault}");
    replies.send(&Value::Error(text.as_bytes()).encode()?)
}
