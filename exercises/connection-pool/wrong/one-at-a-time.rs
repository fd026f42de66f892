//! Wrong: the lease holds the lock of the list. Nobody can forget to bring a connection back, for it never leaves. And while
//! one is used, nobody can get at the other two.

use std::ops::{Deref, DerefMut};

use mutex::{Mutex, MutexGuard};

/// Connections that are lent out, one each.
#[derive(Debug)]
pub struct Pool<C> {
    idle: Mutex<Vec<C>>,
}

/// A connection that was taken from a pool. It goes back when this is dropped.
#[must_use = "a lease that is not kept ends at once"]
pub struct Lease<'a, C> {
    connections: MutexGuard<'a, Vec<C>>,
}

impl<C> Pool<C> {
    /// A pool of these connections, all idle.
    pub fn new(connections: Vec<C>) -> Pool<C> {
        Pool { idle: Mutex::new(connections) }
    }

    /// Blocks, asleep, until a connection is idle, and takes it until the [`Lease`] is dropped.
    pub fn take(&self) -> Lease<'_, C> {
        Lease { connections: self.idle.lock() }
    }

    /// Takes a connection if one is idle.
    pub fn try_take(&self) -> Option<Lease<'_, C>> {
        self.idle.try_lock().map(|connections| Lease { connections })
    }
}

impl<C> Deref for Lease<'_, C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.connections[0]
    }
}

impl<C> DerefMut for Lease<'_, C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.connections[0]
    }
}
