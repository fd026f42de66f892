//! A pool of connections, which lends them out.
//!
//! This is yours to write. So far nobody waits for a connection, and none comes back.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use mutex::Mutex;

/// Connections that are lent out, one each.
#[derive(Debug)]
pub struct Pool<C> {
    idle: Mutex<Vec<C>>,
}

/// A connection that was taken from a pool. It goes back when this is dropped.
#[derive(Debug)]
#[must_use = "a lease that is not kept ends at once"]
pub struct Lease<'a, C> {
    connection: C,
    pool: PhantomData<&'a Pool<C>>,
}

impl<C> Pool<C> {
    /// A pool of these connections, all idle.
    pub fn new(connections: Vec<C>) -> Pool<C> {
        Pool { idle: Mutex::new(connections) }
    }

    /// Blocks, asleep, until a connection is idle, and takes it until the [`Lease`] is dropped.
    ///
    /// # Panics
    ///
    /// So far, if none is idle. This is where it has to wait.
    pub fn take(&self) -> Lease<'_, C> {
        self.try_take().expect("nobody waits here yet")
    }

    /// Takes a connection if one is idle.
    pub fn try_take(&self) -> Option<Lease<'_, C>> {
        let connection = self.idle.lock().pop()?;
        Some(Lease { connection, pool: PhantomData })
    }
}

impl<C> Deref for Lease<'_, C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.connection
    }
}

impl<C> DerefMut for Lease<'_, C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.connection
    }
}
