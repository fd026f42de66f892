//! A value that is made when it is first asked for.
//!
//! Whoever finds it made takes no lock. Whoever does not takes the lock, and looks again: between the first look and the
//! lock another thread may have made it. The first look may hit at any moment, with no lock that orders anything, so the
//! value has to travel with the flag: Release when it is put up, Acquire when it is seen.

use model::cell::UnsafeCell;
use model::sync::atomic::AtomicBool;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use mutex::Mutex;

/// A value that the first who asks for it makes.
pub struct Lazy<T> {
    /// Whether the value is there.
    made: AtomicBool,
    /// Held by whoever makes it.
    making: Mutex<()>,
    value: UnsafeCell<Option<T>>,
}

// SAFETY: all threads are given shared references to one value, for which `T: Sync` is needed, and another thread than the
// one that has made it may drop it, for which `T: Send` is. It is written once, with the lock held, before `made` is put up,
// and read only after `made` was seen.
unsafe impl<T: Send + Sync> Sync for Lazy<T> {}

impl<T> Lazy<T> {
    model::const_fn! {
        /// A value that is yet to be made.
        pub const fn new() -> Lazy<T> {
            Lazy { made: AtomicBool::new(false), making: Mutex::new(()), value: UnsafeCell::new(None) }
        }
    }

    /// The value, which `make` makes if nobody has made it yet. Blocks, asleep, while another thread makes it.
    ///
    /// Of all who ask at once, one makes it. Whoever finds it made takes no lock.
    ///
    /// # Panics
    ///
    /// If `make` does. The next one to ask tries again.
    pub fn get_or_make(&self, make: impl FnOnce() -> T) -> &T {
        // ORDERING: Acquire pairs with the Release below: who sees the flag sees the value.
        if !self.made.load(Acquire) {
            let _making = self.making.lock();
            // ORDERING: Relaxed; who has put the flag up held the lock, and the lock has ordered it.
            if !self.made.load(Relaxed) {
                let value = make();
                // SAFETY: the flag is down, so nobody reads; the lock is held, so nobody else writes.
                unsafe { *self.value.write_ptr() = Some(value) };
                // ORDERING: Release pairs with the Acquire above, and hands on the value.
                self.made.store(true, Release);
            }
        }
        // SAFETY: the flag was up, so the value is there, and nobody writes it any more.
        let value = unsafe { &*self.value.read_ptr() };
        value.as_ref().expect("the flag goes up when the value is there")
    }
}

impl<T> Default for Lazy<T> {
    fn default() -> Lazy<T> {
        Lazy::new()
    }
}
