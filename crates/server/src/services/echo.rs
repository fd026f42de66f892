//! Every frame comes back as it is.

use std::net::SocketAddr;

use framing::FrameError;

use crate::{Handler, Replies, Then};

/// Answers each frame with the same frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct Echo;

impl Handler for Echo {
    type Session = ();

    fn begin(&self, _peer: SocketAddr) {}

    fn frame(&self, (): &mut (), frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError> {
        replies.send(frame)?;
        Ok(Then::GoOn)
    }
}
