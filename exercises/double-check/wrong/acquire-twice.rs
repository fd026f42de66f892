//! Wrong, though it never fails: the second look asks for more than it needs. Whoever has put the flag up held the lock, and the
//! lock has handed on what was done before.

use model::cell::UnsafeCell;
use model::sync::atomic::AtomicBool;
use model::sync::atomic::Ordering::{Acquire, Release};
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
            // ORDERING: Acquire pairs with the Release below, once more.
            if !self.made.load(Acquire) {
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
