//! Who serves a connection: a thread that was started for it, or one that is used again.
//!
//! Each strategy is a few lines, and they differ in nothing else: whom the [`Door`] lets in is a [`Guest`], and
//! [`Guest::serve`] talks with it until it leaves.

use std::io;
use std::sync::Arc;

use pool::ThreadPool;

use crate::door::{Door, Guest};

/// Who serves a connection.
pub trait Strategy {
    /// Starts the threads, which let guests in until the door is closed.
    ///
    /// # Errors
    ///
    /// If a thread cannot be started. The server closes the door then, for those that have been.
    fn open(&self, door: &Arc<Door>) -> io::Result<()>;
}

/// A thread that is started for each connection, and ends with it.
///
/// Nobody waits for anybody: however many clients are silent, slow or busy, one more is served at once. Each has its
/// price, a thread's stack and its start. The only bound is the number of connections,
/// [`Limits::connections`](crate::Limits::connections).
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadPerConnection;

// ANCHOR: thread_per_connection
impl Strategy for ThreadPerConnection {
    fn open(&self, door: &Arc<Door>) -> io::Result<()> {
        let inner = Arc::clone(door);
        door.spawn("accept", move || {
            while let Some(guest) = inner.accept() {
                let name = format!("client-{}", guest.number());
                // The guest goes with the thread. If there is none, it is turned away.
                if let Err(error) = inner.spawn(&name, move || guest.serve()) {
                    inner.trouble("a connection got no thread", &error);
                }
            }
        })
    }
}
// ANCHOR_END: thread_per_connection

/// A thread that accepts, and a pool of workers, each of which keeps a connection until it ends.
///
/// There are never more threads than that, and none is started while somebody waits for it. But a connection keeps its
/// worker while it is silent: if there are as many silent ones as workers, everybody else waits in the queue.
#[derive(Clone, Copy, Debug)]
pub struct Pooled {
    workers: usize,
}

impl Pooled {
    /// A pool of so many workers.
    ///
    /// # Panics
    ///
    /// If `workers` is zero.
    pub fn new(workers: usize) -> Pooled {
        assert!(workers > 0, "a server needs a worker at least");
        Pooled { workers }
    }
}

// ANCHOR: pooled
impl Strategy for Pooled {
    fn open(&self, door: &Arc<Door>) -> io::Result<()> {
        let pool = ThreadPool::builder().workers(self.workers).build()?;
        let inner = Arc::clone(door);
        door.spawn("accept", move || {
            while let Some(guest) = inner.accept() {
                pool.execute(move || guest.serve()).expect("the pool is open, and its queue has no limit");
            }
            // Here the pool is dropped: that waits for its workers, who take leave of those in the queue as well.
        })
    }
}
// ANCHOR_END: pooled

/// Workers that accept connections themselves, each one after the other.
///
/// Nothing is handed from thread to thread: the backlog of the listening socket is the queue. What nobody accepts waits
/// there, unseen by [`stats`](crate::ServerHandle::stats). As with [`Pooled`], a silent connection keeps its worker.
#[derive(Clone, Copy, Debug)]
pub struct Accepting {
    workers: usize,
}

impl Accepting {
    /// So many workers.
    ///
    /// # Panics
    ///
    /// If `workers` is zero.
    pub fn new(workers: usize) -> Accepting {
        assert!(workers > 0, "a server needs a worker at least");
        Accepting { workers }
    }
}

// ANCHOR: accepting
impl Strategy for Accepting {
    fn open(&self, door: &Arc<Door>) -> io::Result<()> {
        (0..self.workers).try_for_each(|number| {
            let inner = Arc::clone(door);
            door.spawn(&format!("worker-{number}"), move || {
                std::iter::from_fn(|| inner.accept()).for_each(Guest::serve);
            })
        })
    }
}
// ANCHOR_END: accepting
