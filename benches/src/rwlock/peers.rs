//! The contenders, each behind the [`ReadWrite`] trait.

use std::sync::PoisonError;

use super::ReadWrite;

impl ReadWrite for ::rwlock::RwLock<u64> {
    const NAME: &'static str = "locksmith";

    fn new(value: u64) -> Self {
        ::rwlock::RwLock::new(value)
    }

    fn read(&self, look: impl FnOnce(&u64)) {
        look(&self.read());
    }

    fn write(&self, change: impl FnOnce(&mut u64)) {
        change(&mut self.write());
    }
}

impl ReadWrite for std::sync::RwLock<u64> {
    const NAME: &'static str = "std";

    fn new(value: u64) -> Self {
        std::sync::RwLock::new(value)
    }

    fn read(&self, look: impl FnOnce(&u64)) {
        // Here and below: a poisoned lock is a lock like any other.
        look(&self.read().unwrap_or_else(PoisonError::into_inner));
    }

    fn write(&self, change: impl FnOnce(&mut u64)) {
        change(&mut self.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl ReadWrite for parking_lot::RwLock<u64> {
    const NAME: &'static str = "parking_lot";

    fn new(value: u64) -> Self {
        parking_lot::RwLock::new(value)
    }

    fn read(&self, look: impl FnOnce(&u64)) {
        look(&self.read());
    }

    fn write(&self, change: impl FnOnce(&mut u64)) {
        change(&mut self.write());
    }
}

impl ReadWrite for usync::RwLock<u64> {
    const NAME: &'static str = "usync";

    fn new(value: u64) -> Self {
        usync::RwLock::new(value)
    }

    fn read(&self, look: impl FnOnce(&u64)) {
        look(&self.read());
    }

    fn write(&self, change: impl FnOnce(&mut u64)) {
        change(&mut self.write());
    }
}
