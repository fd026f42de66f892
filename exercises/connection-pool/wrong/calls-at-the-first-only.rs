//! Wrong: it calls when the list was empty, for only then can somebody be waiting. But who was called may not have got there
//! when the next connection comes back, and another one waits beside it.

use std::ops::{Deref, DerefMut};

use condvar::Condvar;
use mutex::Mutex;

/// Connections that are lent out, one each.
#[derive(Debug)]
pub struct Pool<C> {
    idle: Mutex<Vec<C>>,
    /// Whoever brings a connection back calls one of those who wait here.
    one_more: Condvar,
}

/// A connection that was taken from a pool. It goes back when this is dropped.
#[derive(Debug)]
#[must_use = "a lease that is not kept ends at once"]
pub struct Lease<'a, C> {
    pool: &'a Pool<C>,
    /// There until the lease ends.
    connection: Option<C>,
}

impl<C> Pool<C> {
    /// A pool of these connections, all idle.
    pub fn new(connections: Vec<C>) -> Pool<C> {
        Pool { idle: Mutex::new(connections), one_more: Condvar::new() }
    }

    /// Blocks, asleep, until a connection is idle, and takes it until the [`Lease`] is dropped.
    pub fn take(&self) -> Lease<'_, C> {
        let mut idle = self.idle.lock();
        self.one_more.wait_while(&mut idle, |idle| idle.is_empty());
        Lease { pool: self, connection: idle.pop() }
    }

    /// Takes a connection if one is idle.
    pub fn try_take(&self) -> Option<Lease<'_, C>> {
        let connection = self.idle.lock().pop()?;
        Some(Lease { pool: self, connection: Some(connection) })
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
        let mut idle = self.pool.idle.lock();
        if idle.is_empty() {
            self.pool.one_more.notify_one();
        }
        idle.extend(self.connection.take());
    }
}
