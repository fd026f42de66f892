//! Wrong: it looks twice, and the lock orders all who take it. Who finds the flag up at the first look takes no lock, and
//! nothing orders that.

use model::cell::UnsafeCell;
use model::sync::atomic::AtomicBool;
use model::sync::atomic::Ordering::{Relaxed, Release};
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
        if !self.made.load(Relaxed) {
            let _making = self.making.lock();
            if !self.made.load(Relaxed) {
                let value = make();
                // SAFETY: the flag is down, so nobody reads; the lock is held, so nobody else writes.
                unsafe { *self.value.write_ptr() = Some(value) };
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
