//! DNS over TCP.
//!
//! A DNS message is made to fit into one UDP packet, so it does not say how long it is. Over TCP it gets two bytes in
//! front that do, and that is the whole of [`FRAMING`].
//!
//! What makes the message itself worth a look is how it saves space. A name is a row of labels, each with its length
//! before it, and a zero at the end; and where a name ends like one that came earlier, two bytes may point there instead:
//!
//! ```text
//!  place 12  07 e x a m p l e 03 o r g 00     example.org
//!  place 29  03 w w w c0 0c                   www, and then as at place 12
//! ```
//!
//! A pointer is a promise by the other side. Mallory sends one that points to itself, and whoever follows it never comes
//! back. Here each pointer must point before all that has been read of its name so far. So the places become smaller and
//! smaller, which ends, and a name longer than 255 bytes is refused in any case.
//!
//! # Example
//!
//! ```
//! use std::net::Ipv4Addr;
//!
//! use framing::dns::{self, FRAMING, Message, Name, Question, Record};
//! use framing::{FrameReader, FrameWriter};
//!
//! let question = Question { name: Name::new("example.org")?, kind: dns::A, class: dns::INTERNET };
//! let query = Message { id: 7, flags: dns::RECURSION_DESIRED, questions: vec![question], answers: vec![] };
//! let mut wire = Vec::new();
//! FrameWriter::new(&mut wire, FRAMING).write_frame(&query.encode()?)?;
//!
//! let mut reader = FrameReader::new(&wire[..], FRAMING);
//! let query = Message::parse(reader.read_frame()?.expect("a query"))?;
//! let name = query.questions[0].name.clone();
//! let reply = query.reply(vec![Record::address(name, 60, Ipv4Addr::new(192, 0, 2, 1))]);
//! assert_eq!(Message::parse(&reply.encode()?)?, reply);
//! # Ok::<(), framing::FrameError>(())
//! ```

use std::fmt;
use std::net::Ipv4Addr;

use crate::{Fault, LengthPrefixed, Width};

/// How a message is framed: two bytes with its length.
pub const FRAMING: LengthPrefixed = LengthPrefixed::new(Width::Two, u16::MAX as usize);

/// The kind of record that holds an IPv4 address.
pub const A: u16 = 1;

/// The class of all records that one meets.
pub const INTERNET: u16 = 1;

/// The flag of a reply.
pub const RESPONSE: u16 = 1 << 15;

/// The flag of a reply by who is in charge of the name.
pub const AUTHORITATIVE: u16 = 1 << 10;

/// The flag of a query whose sender wants the server to ask others.
pub const RECURSION_DESIRED: u16 = 1 << 8;

/// Where in the flags of a query its purpose is said. A reply repeats it.
const PURPOSE: u16 = 0b1111 << 11;

/// How long the header is.
const HEADER: usize = 12;

/// How long a name can be, in its labels with their lengths.
const LONGEST_NAME: usize = 255;

/// How long a label can be. The two bits above that in a length mark a pointer.
const LONGEST_LABEL: usize = 63;

/// The two bits.
const POINTER: u8 = 0b1100_0000;

/// A message, as far as the answers go. What may follow them, on authorities and on the sender, is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// A number that the reply repeats, so that the asker knows which query it answers.
    pub id: u16,
    /// What kind of message it is, bit by bit.
    pub flags: u16,
    /// What is asked.
    pub questions: Vec<Question>,
    /// What is answered.
    pub answers: Vec<Record>,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// About which name.
    pub name: Name,
    /// Which kind of record is wanted, such as [`A`].
    pub kind: u16,
    /// Of which class; [`INTERNET`].
    pub class: u16,
}

/// What is known about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// About which name.
    pub name: Name,
    /// Of which kind, such as [`A`].
    pub kind: u16,
    /// Of which class; [`INTERNET`].
    pub class: u16,
    /// For how many seconds it may be kept.
    pub time_to_live: u32,
    /// What it is. Pointers in here, which some kinds may have, are left as they are.
    pub data: Vec<u8>,
}

impl Record {
    /// That `name` has this `address`.
    pub fn address(name: Name, time_to_live: u32, address: Ipv4Addr) -> Record {
        Record { name, kind: A, class: INTERNET, time_to_live, data: address.octets().to_vec() }
    }
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    ///
    /// If it is cut off, or has a name that breaks the rules.
    pub fn parse(message: &[u8]) -> Result<Message, Fault> {
        let mut cursor = Cursor { message, at: 0 };
        let [id, flags, questions, answers, _authorities, _additional] = cursor.header()?;
        let question = |cursor: &mut Cursor<'_>| {
            Ok(Question { name: cursor.name()?, kind: cursor.short()?, class: cursor.short()? })
        };
        let record = |cursor: &mut Cursor<'_>| {
            let name = cursor.name()?;
            let (kind, class) = (cursor.short()?, cursor.short()?);
            let time_to_live = u32::from_be_bytes(*cursor.take()?);
            let length = cursor.short()?.into();
            Ok(Record { name, kind, class, time_to_live, data: cursor.slice(length)?.to_vec() })
        };
        // The vectors grow with what is there, not with what the counts say.
        let questions = (0..questions).map(|_| question(&mut cursor)).collect::<Result<_, _>>()?;
        let answers = (0..answers).map(|_| record(&mut cursor)).collect::<Result<_, _>>()?;
        Ok(Message { id, flags, questions, answers })
    }

    /// The message as it is on the wire, before it is framed. A name that was written already is pointed to.
    ///
    /// # Errors
    ///
    /// [`Fault::TooLong`] if it does not fit into a message: its parts are too many or too long.
    pub fn encode(&self) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        let counts = [short(self.questions.len())?, short(self.answers.len())?, 0, 0];
        for number in [self.id, self.flags].into_iter().chain(counts) {
            bytes.extend(number.to_be_bytes());
        }
        let mut names = Vec::new();
        for question in &self.questions {
            encode_name(&question.name, &mut names, &mut bytes);
            bytes.extend(question.kind.to_be_bytes());
            bytes.extend(question.class.to_be_bytes());
        }
        for record in &self.answers {
            encode_name(&record.name, &mut names, &mut bytes);
            bytes.extend(record.kind.to_be_bytes());
            bytes.extend(record.class.to_be_bytes());
            bytes.extend(record.time_to_live.to_be_bytes());
            bytes.extend(short(record.data.len())?.to_be_bytes());
            bytes.extend(&record.data);
        }
        short(bytes.len())?;
        Ok(bytes)
    }

    /// The reply to this query, from who is in charge of the name.
    pub fn reply(&self, answers: Vec<Record>) -> Message {
        let flags = RESPONSE | AUTHORITATIVE | self.flags & (PURPOSE | RECURSION_DESIRED);
        Message { id: self.id, flags, questions: self.questions.clone(), answers }
    }
}

/// A number of two bytes, which most are.
fn short(number: usize) -> Result<u16, Fault> {
    let too_long = Fault::TooLong { length: Some(number as u64), limit: u16::MAX.into() };
    number.try_into().map_err(|_| too_long)
}

/// Writes `name`, or points to where it was written before; `names` remembers these places.
fn encode_name<'name>(name: &'name Name, names: &mut Vec<(&'name Name, usize)>, bytes: &mut Vec<u8>) {
    let pointer = u16::from(POINTER) << 8;
    match names.iter().find(|(known, _)| *known == name) {
        Some((_, place)) => bytes.extend((pointer | *place as u16).to_be_bytes()),
        None => {
            // A pointer has fourteen bits.
            if bytes.len() < usize::from(!pointer) {
                names.push((name, bytes.len()));
            }
            bytes.extend(&name.labels);
        }
    }
}

/// A name: labels, such as `www` and `example` and `org`.
///
/// Names are equal if they are so byte for byte. Who looks one up should ignore case, as DNS does, and answer with the name
/// as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Each label with its length before it, and a zero after the last.
    labels: Vec<u8>,
}

impl Name {
    /// Reads a name as people write it, with dots between the labels, and one at the end or none.
    ///
    /// # Errors
    ///
    /// If it is too long, or if a label is empty or too long.
    pub fn new(text: &str) -> Result<Name, Fault> {
        let mut labels = Vec::new();
        let text = text.strip_suffix('.').unwrap_or(text);
        if !text.is_empty() {
            for label in text.split('.') {
                if label.is_empty() {
                    return Err(Fault::Malformed { at: labels.len(), expected: "a label" });
                }
                if label.len() > LONGEST_LABEL {
                    return Err(Fault::TooLong { length: Some(label.len() as u64), limit: LONGEST_LABEL });
                }
                labels.push(label.len() as u8);
                labels.extend(label.as_bytes());
            }
        }
        labels.push(0);
        if labels.len() > LONGEST_NAME {
            return Err(Fault::TooLong { length: Some(labels.len() as u64), limit: LONGEST_NAME });
        }
        Ok(Name { labels })
    }
}

/// With a dot after each label. Bytes that are not printed, and dots within a label, are escaped.
impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = &self.labels[..];
        if *rest == [0] {
            return formatter.write_str(".");
        }
        while let Some((&length, after)) = rest.split_first()
            && length > 0
        {
            let (label, after) = after.split_at(length.into());
            for byte in label {
                match byte {
                    b'.' | b'\\' => write!(formatter, "\\{}", char::from(*byte))?,
                    0x21..=0x7e => write!(formatter, "{}", char::from(*byte))?,
                    _ => write!(formatter, "\\{byte:03}")?,
                }
            }
            formatter.write_str(".")?;
            rest = after;
        }
        Ok(())
    }
}

/// A place in a message.
struct Cursor<'message> {
    message: &'message [u8],
    at: usize,
}

impl<'message> Cursor<'message> {
    fn slice(&mut self, length: usize) -> Result<&'message [u8], Fault> {
        let rest = &self.message[self.at..];
        let truncated = Fault::Truncated { arrived: self.message.len(), missing: length.saturating_sub(rest.len()) };
        let slice = rest.get(..length).ok_or(truncated)?;
        self.at += length;
        Ok(slice)
    }

    fn take<const LENGTH: usize>(&mut self) -> Result<&'message [u8; LENGTH], Fault> {
        let slice = self.slice(LENGTH)?;
        Ok(slice.as_array().expect("as long as was asked for"))
    }

    fn short(&mut self) -> Result<u16, Fault> {
        Ok(u16::from_be_bytes(*self.take()?))
    }

    fn header(&mut self) -> Result<[u16; HEADER / 2], Fault> {
        let (numbers, _) = self.take::<HEADER>()?.as_chunks();
        Ok(std::array::from_fn(|index| u16::from_be_bytes(numbers[index])))
    }

    /// Reads a name, and follows its pointers.
    fn name(&mut self) -> Result<Name, Fault> {
        let mut labels = Vec::new();
        // Pointers have to point before this.
        let mut lowest = self.at;
        // Where the message goes on: behind the first pointer, if there is one.
        let mut behind = None;
        loop {
            let at = self.at;
            let [length] = *self.take()?;
            match length & POINTER {
                0 => {
                    labels.push(length);
                    labels.extend(self.slice(length.into())?);
                    if labels.len() > LONGEST_NAME {
                        return Err(Fault::TooLong { length: None, limit: LONGEST_NAME });
                    }
                    if length == 0 {
                        self.at = behind.unwrap_or(self.at);
                        return Ok(Name { labels });
                    }
                }
                POINTER => {
                    let [low] = *self.take()?;
                    let place = usize::from(u16::from_be_bytes([length & !POINTER, low]));
                    if place >= lowest {
                        return Err(Fault::Malformed { at, expected: "a pointer to an earlier place" });
                    }
                    behind = behind.or(Some(self.at));
                    lowest = place;
                    self.at = place;
                }
                _ => return Err(Fault::Malformed { at, expected: "a length below 64, or a pointer" }),
            }
        }
    }
}
