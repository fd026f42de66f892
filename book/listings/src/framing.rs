//! Messages over a stream of bytes.

use std::io::{self, Read, Write};

use framing::command::{FRAMING, Reply, Request};
use framing::{FrameError, FrameReader, FrameWriter};

/// Reads a message that begins with its length. Wrong.
///
/// # Errors
///
/// If the stream fails, or ends too soon.
// ANCHOR: believing
pub fn read_believing(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut message = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut message)?;
    Ok(message)
}
// ANCHOR_END: believing

/// Answers requests until the other side hangs up, or says bye.
///
/// # Errors
///
/// If a stream fails, or the requests have lost their framing.
// ANCHOR: serve
pub fn serve(requests: impl Read, replies: impl Write) -> Result<(), FrameError> {
    let mut requests = FrameReader::new(requests, FRAMING);
    let mut replies = FrameWriter::new(replies, FRAMING);
    while let Some(frame) = requests.read_frame()? {
        let reply = match Request::parse(frame) {
            Ok(request) => request.answer(),
            Err(misunderstood) => Some(Reply::Refused(misunderstood.to_string())),
        };
        let Some(reply) = reply else { break };
        replies.write_frame(&reply.encode())?;
        replies.flush()?;
    }
    Ok(())
}
// ANCHOR_END: serve
