//! Wrong: `write` may take a tenth of a second. So long everybody waits, and who has not read until then is cut off, though room
//! is left.

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use mutex::Mutex;

/// Lines for all who have subscribed, some of whom do not read.
pub struct Hub {
    subscribers: Mutex<Vec<TcpStream>>,
}

impl Hub {
    /// A hub without subscribers, that lets `room` lines wait for each, besides what its socket's buffers take.
    pub fn new(_room: usize) -> Hub {
        Hub { subscribers: Mutex::new(Vec::new()) }
    }

    /// From now on `stream` gets all lines.
    ///
    /// # Errors
    ///
    /// If the system refuses what that takes.
    pub fn subscribe(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_write_timeout(Some(Duration::from_millis(100)))?;
        self.subscribers.lock().push(stream);
        Ok(())
    }

    /// Sends `line` to all, whole and in order, and waits for nobody.
    ///
    /// For whom too many lines wait is a subscriber no longer: the connection is shut down, so that nobody sleeps at it. Who has
    /// hung up is forgotten, sooner or later.
    pub fn publish(&self, line: &str) {
        let bytes = format!("{line}\n").into_bytes();
        self.subscribers.lock().retain_mut(|stream| {
            let written = stream.write_all(&bytes).is_ok();
            if !written {
                // It fails if the connection is gone already.
                _ = stream.shutdown(Shutdown::Both);
            }
            written
        });
    }

    /// How many subscribers there are.
    pub fn subscribers(&self) -> usize {
        self.subscribers.lock().len()
    }
}
