//! Wrong: it skips the letter in front of a number, and does not look what it is. A string is taken for an array, and a
//! number for a string.

use std::error::Error;
use std::fmt;

/// The highest number of words in a request, and the greatest length of a word.
pub const LONGEST: usize = 1 << 20;

/// A request, and how many bytes of those that have arrived it takes.
pub type Request = (Vec<Vec<u8>>, usize);

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A line of text.
    Simple(String),
    /// A line that says what is wrong, beginning with a word in capitals.
    Error(String),
    /// A number.
    Integer(i64),
    /// Any bytes.
    Bulk(Vec<u8>),
    /// No bytes: there is no such value.
    Null,
    /// Several answers.
    Array(Vec<Reply>),
}

/// These bytes are no request, whatever may follow them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("these bytes are no request")
    }
}

impl Error for Malformed {}

/// Reads the first request in `arrived`: its words, and how many bytes it takes. `None`: it is not complete yet.
///
/// A request without a word is one too.
///
/// # Errors
///
/// If it is no array of strings; if a number is not made of digits alone, or is more than [`LONGEST`]; if a string is not
/// followed by `\r\n`. It is told at the latest when the line, or the string, is complete.
pub fn parse_request(arrived: &[u8]) -> Result<Option<Request>, Malformed> {
    let Some((count, mut at)) = number(arrived, 0, b'*')? else { return Ok(None) };
    let mut words = Vec::new();
    for _ in 0..count {
        let Some((length, begin)) = number(arrived, at, b'$')? else { return Ok(None) };
        let end = begin + length;
        let Some(behind) = arrived.get(end..end + 2) else { return Ok(None) };
        if behind != b"\r\n" {
            return Err(Malformed);
        }
        words.push(arrived[begin..end].to_vec());
        at = end + 2;
    }
    Ok(Some((words, at)))
}

/// Reads the line that begins at `at`: a letter and a number. Returns the number, and where the next line begins.
fn number(arrived: &[u8], at: usize, _: u8) -> Result<Option<(usize, usize)>, Malformed> {
    let rest = &arrived[at..];
    let Some(length) = rest.windows(2).position(|pair| pair == b"\r\n") else { return Ok(None) };
    let Some(digits) = rest[..length].get(1..).filter(|digits| digits.iter().all(u8::is_ascii_digit)) else {
        return Err(Malformed);
    };
    let number = str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    let number = number.filter(|&number| number <= LONGEST).ok_or(Malformed)?;
    Ok(Some((number, at + length + 2)))
}

/// Appends `reply` to `wire`.
///
/// A carriage return or a line feed in a line of text becomes a space.
pub fn write_reply(reply: &Reply, wire: &mut Vec<u8>) {
    match reply {
        Reply::Simple(text) => write_line('+', text, wire),
        Reply::Error(text) => write_line('-', text, wire),
        Reply::Integer(number) => write_line(':', &number.to_string(), wire),
        Reply::Bulk(bytes) => {
            write_line('$', &bytes.len().to_string(), wire);
            wire.extend(bytes);
            wire.extend(b"\r\n");
        }
        Reply::Null => write_line('$', "-1", wire),
        Reply::Array(replies) => {
            write_line('*', &replies.len().to_string(), wire);
            replies.iter().for_each(|reply| write_reply(reply, wire));
        }
    }
}

fn write_line(letter: char, text: &str, wire: &mut Vec<u8>) {
    wire.extend(format!("{letter}{}\r\n", text.replace(['\r', '\n'], " ")).bytes());
}
