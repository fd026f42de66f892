//! Who serves a connection: a thread that was started for it, or one that is used again.
//!
//! Each strategy is a few lines, and they differ in nothing else: whom the [`Door`] lets in is a [`Guest`], and
//! [`Guest::serve`] talks with it until it leaves. The last one has its guests wait in a [`Hall`].

use std::io;
use std::sync::Arc;

use pool::ThreadPool;

use crate::door::{Door, Guest};
#[cfg(unix)]
use crate::poller::Hall;

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
        let counted = door.count_in(self.workers);
        door.spawn("accept", move || {
            while let Some(guest) = inner.accept() {
                pool.execute(move || guest.serve()).expect("the pool is open, and its queue has no limit");
            }
            // This waits for the workers, who take leave of those in the queue as well.
            drop(pool);
            drop(counted);
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

/// Workers who turn to whichever connection has something for them. Nobody waits for one client alone.
///
/// The system is asked which connections can go on, all in one call, by one worker at a time. That worker then answers what
/// has come. If this takes long, because a handler does, a colleague takes over the rest, and asks in its turn. So a silent
/// or slow client costs some memory and no thread, and what limits the clients is how long the handlers take.
///
/// All that one frame is answered with is kept in memory until the peer takes it: [`Replies::send`](crate::Replies::send)
/// does not block.
///
/// **Platforms.** Unix.
#[cfg(unix)]
#[derive(Clone, Copy, Debug)]
pub struct Polled {
    workers: usize,
}

#[cfg(unix)]
impl Polled {
    /// So many workers.
    ///
    /// # Panics
    ///
    /// If `workers` is zero.
    pub fn new(workers: usize) -> Polled {
        assert!(workers > 0, "a server needs a worker at least");
        Polled { workers }
    }
}

// ANCHOR: polled
#[cfg(unix)]
impl Strategy for Polled {
    fn open(&self, door: &Arc<Door>) -> io::Result<()> {
        let hall = Arc::new(Hall::new()?);
        let (inner, seats) = (Arc::clone(door), Arc::clone(&hall));
        door.spawn("accept", move || {
            while let Some(guest) = inner.accept() {
                if let Err(error) = seats.admit(guest) {
                    inner.trouble("a connection could not be watched", &error);
                }
            }
            // The workers end when the last guest has left.
            seats.close();
        })?;
        (0..self.workers).try_for_each(|number| {
            let hall = Arc::clone(&hall);
            door.spawn(&format!("worker-{number}"), move || hall.work())
        })
    }
}
// ANCHOR_END: polled
