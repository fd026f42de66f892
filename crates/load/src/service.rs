//! What is asked, and what has to be answered.

use std::io::Write;

use framing::resp::{Value, Values};
use framing::{Delimited, Framing, LengthPrefixed, Width};

/// What a server is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// To send back what it gets.
    Echo(Frames),
    /// What servers do that speak Redis' protocol.
    Resp(Command),
}

/// How an echo server tells messages apart, as `serve echo --framing` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frames {
    /// A line feed after each.
    Lines,
    /// Four bytes with the length, the highest first, before each.
    Length,
}

/// A command of Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// `PING` and a text, which comes back; of size 0, `PING` alone, which brings `PONG`, one like the other.
    Ping,
    /// `SET`. Each client has a key of its own.
    Set,
    /// `SET` and `GET` in turns. What was set last has to come back.
    SetGet,
}

/// More than protocols put around a text. Longer replies are not waited for.
const AROUND: usize = 1024;

/// Knows each request, and what has to be the reply, from the client's number and its own.
pub(crate) trait Protocol: Clone + Send + Sync {
    /// How requests and replies are framed.
    type Framing: Framing<Progress: Send> + Clone + Send;

    fn framing(&self) -> Self::Framing;

    /// Appends the payload of the request.
    fn request(&self, client: usize, number: u64, payload: &mut Vec<u8>);

    /// Appends the payload of the reply.
    fn reply(&self, client: usize, number: u64, payload: &mut Vec<u8>);
}

/// The request as it is on the wire.
pub(crate) fn wire(protocol: &impl Protocol, client: usize, number: u64) -> Vec<u8> {
    let (mut payload, mut bytes) = (Vec::new(), Vec::new());
    protocol.request(client, number, &mut payload);
    enclose(&protocol.framing(), &payload, &mut bytes);
    bytes
}

/// Appends `payload` with what belongs around it.
pub(crate) fn enclose(framing: &impl Framing, payload: &[u8], bytes: &mut Vec<u8>) {
    let envelope = framing.enclose(payload).expect("requests are such that they can be framed");
    bytes.extend_from_slice(envelope.head());
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(envelope.tail());
}

/// Appends a text of `size` bytes that says whose it is, as far as it fits.
fn text(client: usize, number: u64, size: usize, payload: &mut Vec<u8>) {
    let begin = payload.len();
    // The number comes first and backwards, so that even a short text differs from its neighbours.
    let mut rest = number;
    loop {
        payload.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    write!(payload, "/{client}/").expect("a vector takes everything");
    payload.resize(begin + size, b'.');
}

/// Whatever is sent comes back.
#[derive(Clone)]
pub(crate) struct Echo<F> {
    framing: F,
    size: usize,
}

impl Echo<Delimited> {
    pub(crate) fn lines(size: usize) -> Echo<Delimited> {
        Echo { framing: Delimited::lf(size + AROUND), size }
    }
}

impl Echo<LengthPrefixed> {
    pub(crate) fn length(size: usize) -> Echo<LengthPrefixed> {
        Echo { framing: LengthPrefixed::new(Width::Four, size + AROUND), size }
    }
}

impl<F: Framing<Progress: Send> + Clone + Send + Sync> Protocol for Echo<F> {
    type Framing = F;

    fn framing(&self) -> F {
        self.framing.clone()
    }

    fn request(&self, client: usize, number: u64, payload: &mut Vec<u8>) {
        text(client, number, self.size, payload);
    }

    fn reply(&self, client: usize, number: u64, payload: &mut Vec<u8>) {
        self.request(client, number, payload);
    }
}

#[derive(Clone)]
pub(crate) struct Resp {
    command: Command,
    size: usize,
}

impl Resp {
    pub(crate) fn new(command: Command, size: usize) -> Resp {
        Resp { command, size }
    }

    /// The text that goes with a request: of a `GET`, the one that was set just before.
    fn text(&self, client: usize, number: u64) -> Vec<u8> {
        let mut content = Vec::with_capacity(self.size);
        text(client, if self.gets(number) { number - 1 } else { number }, self.size, &mut content);
        content
    }

    fn gets(&self, number: u64) -> bool {
        self.command == Command::SetGet && !number.is_multiple_of(2)
    }
}

impl Protocol for Resp {
    type Framing = Values;

    fn framing(&self) -> Values {
        Values::new(self.size + AROUND)
    }

    fn request(&self, client: usize, number: u64, payload: &mut Vec<u8>) {
        let (key, text) = (format!("load:{client}"), self.text(client, number));
        let words: &[&[u8]] = match self.command {
            Command::Ping if self.size == 0 => &[b"PING"],
            Command::Ping => &[b"PING", &text],
            Command::SetGet if self.gets(number) => &[b"GET", key.as_bytes()],
            Command::Set | Command::SetGet => &[b"SET", key.as_bytes(), &text],
        };
        let request = Value::Array(words.iter().map(|word| Value::Bulk(word)).collect());
        request.encode_to(payload).expect("bulk strings may hold anything");
    }

    fn reply(&self, client: usize, number: u64, payload: &mut Vec<u8>) {
        let text = self.text(client, number);
        let reply = match self.command {
            Command::Ping if self.size == 0 => Value::Simple(b"PONG"),
            Command::Ping => Value::Bulk(&text),
            Command::SetGet if self.gets(number) => Value::Bulk(&text),
            Command::Set | Command::SetGet => Value::Simple(b"OK"),
        };
        reply.encode_to(payload).expect("neither OK nor PONG has an end of line in it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_their_size_and_differ_from_their_neighbours() {
        for size in [1, 2, 3, 64] {
            let texts: Vec<Vec<u8>> = (0..30)
                .map(|number| {
                    let mut payload = Vec::new();
                    text(3, number, size, &mut payload);
                    payload
                })
                .collect();
            assert!(texts.iter().all(|text| text.len() == size));
            assert!(texts.windows(2).all(|pair| pair[0] != pair[1]), "{size}");
        }
    }

    #[test]
    fn a_get_expects_what_was_set_before_it() {
        let resp = Resp::new(Command::SetGet, 4);
        assert_eq!(wire(&resp, 7, 2), b"*3\r\n$3\r\nSET\r\n$6\r\nload:7\r\n$4\r\n2/7/\r\n");
        assert_eq!(wire(&resp, 7, 3), b"*2\r\n$3\r\nGET\r\n$6\r\nload:7\r\n");
        let mut reply = Vec::new();
        resp.reply(7, 3, &mut reply);
        assert_eq!(reply, b"$4\r\n2/7/\r\n");
    }
}
