//! Wrong: each subscriber has a thread and a channel with an end, and who publishes waits until there is room in it.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use mutex::Mutex;

/// Lines for all who have subscribed, some of whom do not read.
pub struct Hub {
    /// So many lines may wait for one subscriber.
    room: usize,
    subscribers: Mutex<Vec<Subscriber>>,
}

struct Subscriber {
    /// To the thread that writes. It is alone with that, so that a line is never between two halves of another.
    lines: SyncSender<Arc<[u8]>>,
}

impl Hub {
    /// A hub without subscribers, that lets `room` lines wait for each, besides what its socket's buffers take.
    pub fn new(room: usize) -> Hub {
        Hub { room, subscribers: Mutex::new(Vec::new()) }
    }

    /// From now on `stream` gets all lines.
    ///
    /// # Errors
    ///
    /// If the system refuses what that takes.
    pub fn subscribe(&self, stream: TcpStream) -> io::Result<()> {
        let (lines, waiting) = sync_channel::<Arc<[u8]>>(self.room);
        let mut writer = stream;
        thread::Builder::new().spawn(move || waiting.iter().try_for_each(|line| writer.write_all(&line)))?;
        self.subscribers.lock().push(Subscriber { lines });
        Ok(())
    }

    /// Sends `line` to all, whole and in order, and waits for nobody.
    ///
    /// For whom too many lines wait is a subscriber no longer: the connection is shut down, so that nobody sleeps at it. Who has
    /// hung up is forgotten, sooner or later.
    pub fn publish(&self, line: &str) {
        let bytes: Arc<[u8]> = format!("{line}\n").into_bytes().into();
        self.subscribers.lock().retain(|subscriber| subscriber.lines.send(Arc::clone(&bytes)).is_ok());
    }

    /// How many subscribers there are.
    pub fn subscribers(&self) -> usize {
        self.subscribers.lock().len()
    }
}
