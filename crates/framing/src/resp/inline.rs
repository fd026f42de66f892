//! Requests that are a line of words, for people with a terminal.

use std::borrow::Cow;

use crate::{Fault, Found};

/// Looks for the end of the line, which is not before `searched`.
pub(super) fn find(arrived: &[u8], searched: &mut usize, limit: usize) -> Result<Found, Fault> {
    let too_long = |length| Err(Fault::TooLong { length, limit });
    match memchr::memchr(b'\n', &arrived[*searched..]) {
        Some(place) => {
            let next = *searched + place + 1;
            if next > limit { too_long(Some(next as u64)) } else { Ok(Found::Frame { payload: 0..next, next }) }
        }
        // The line feed would be beyond the limit.
        None if arrived.len() >= limit => too_long(None),
        None => {
            *searched = arrived.len();
            Ok(Found::More(1))
        }
    }
}

/// The words of a line. Between quotes, spaces belong to a word; between double quotes, a backslash gives characters that
/// cannot be typed.
pub(super) fn words(line: &[u8]) -> Result<Vec<Cow<'_, [u8]>>, Fault> {
    let Some(line) = line.strip_suffix(b"\n") else {
        return Err(Fault::Malformed { at: line.len(), expected: "a line feed" });
    };
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(skip) = line[at..].iter().position(|byte| !is_space(*byte)) {
        at += skip;
        let length = line[at..].iter().position(|byte| is_space(*byte) || b"'\"".contains(byte));
        let end = length.map_or(line.len(), |length| at + length);
        if line.get(end).is_none_or(|byte| is_space(*byte)) {
            words.push(Cow::Borrowed(&line[at..end]));
            at = end;
        } else {
            let mut word = line[at..end].to_vec();
            at = quoted(line, end, &mut word)?;
            words.push(Cow::Owned(word));
        }
    }
    Ok(words)
}

/// Appends to `word` what is between the quote at `at` and the next, and says where the line goes on.
fn quoted(line: &[u8], at: usize, word: &mut Vec<u8>) -> Result<usize, Fault> {
    let quote = line[at];
    let mut rest = &line[at + 1..];
    loop {
        rest = match *rest {
            [] => return Err(Fault::Malformed { at: line.len(), expected: "a closing quote" }),
            [byte, ref after @ ..] if byte == quote => {
                let end = line.len() - after.len();
                if after.first().is_some_and(|byte| !is_space(*byte)) {
                    return Err(Fault::Malformed { at: end, expected: "a space after the closing quote" });
                }
                return Ok(end);
            }
            [b'\\', b'x', high, low, ref after @ ..]
                if quote == b'"' && digit(high).is_some() && digit(low).is_some() =>
            {
                word.extend(digit(high).zip(digit(low)).map(|(high, low)| high << 4 | low));
                after
            }
            [b'\\', byte, ref after @ ..] if quote == b'"' => {
                word.push(escaped(byte));
                after
            }
            [b'\\', b'\'', ref after @ ..] if quote == b'\'' => {
                word.push(b'\'');
                after
            }
            [byte, ref after @ ..] => {
                word.push(byte);
                after
            }
        };
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)
}

/// What a hexadecimal digit stands for.
fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// What a backslash and `byte` stand for.
fn escaped(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 0x08,
        b'a' => 0x07,
        other => other,
    }
}
