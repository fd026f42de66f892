//! Wrong: a thread that panics does not bring its connection back, since it may be broken. What is broken has to be replaced,
//! though, and not lost: the permit comes back without it.

use std::ops::{Deref, DerefMut};

use mutex::Mutex;
use semaphore::{Permit, Semaphore};

/// Connections that are lent out, one each.
#[derive(Debug)]
pub struct Pool<C> {
    /// One permit for each idle connection.
    permits: Semaphore,
    idle: Mutex<Vec<C>>,
}

/// A connection that was taken from a pool. It goes back when this is dropped.
#[derive(Debug)]
#[must_use = "a lease that is not kept ends at once"]
pub struct Lease<'a, C> {
    pool: &'a Pool<C>,
    /// There until the lease ends.
    connection: Option<C>,
    /// Dropped after `drop` has put the connection back: fields are dropped last.
    _permit: Permit<'a>,
}

impl<C> Pool<C> {
    /// A pool of these connections, all idle.
    pub fn new(connections: Vec<C>) -> Pool<C> {
        Pool { permits: Semaphore::new(connections.len()), idle: Mutex::new(connections) }
    }

    /// Blocks, asleep, until a connection is idle, and takes it until the [`Lease`] is dropped.
    pub fn take(&self) -> Lease<'_, C> {
        self.lend(self.permits.acquire())
    }

    /// Takes a connection if one is idle.
    pub fn try_take(&self) -> Option<Lease<'_, C>> {
        self.permits.try_acquire().map(|permit| self.lend(permit))
    }

    fn lend<'a>(&'a self, permit: Permit<'a>) -> Lease<'a, C> {
        let connection = self.idle.lock().pop();
        assert!(connection.is_some(), "there is a connection for each permit");
        Lease { pool: self, connection, _permit: permit }
    }
}

impl<C> Deref for Lease<'_, C> {
    type Target = C;

    fn deref(&self) -> &C {
        self.connection.as_ref().expect("it is there until the lease ends")
    }
}

impl<C> DerefMut for Lease<'_, C> {
    fn deref_mut(&mut self) -> &mut C {
        self.connection.as_mut().expect("it is there until the lease ends")
    }
}

impl<C> Drop for Lease<'_, C> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.pool.idle.lock().extend(self.connection.take());
        }
    }
}
