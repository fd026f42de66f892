//! A reader of lines, and what it knows of a socket.

mod lines;
mod socket;

pub use lines::{Limits, Lines};
pub use socket::Socket;
