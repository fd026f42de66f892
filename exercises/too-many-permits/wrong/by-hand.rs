//! Wrong: it gives back exactly what it has taken, by hand, after the work. If that panics, nobody comes by here.

use semaphore::Semaphore;

/// A gate to work of which so much may be done at the same time.
#[derive(Debug)]
pub struct Gate {
    places: Semaphore,
}

impl Gate {
    model::const_fn! {
        /// A gate with so many places behind it.
        pub const fn new(places: usize) -> Gate {
            Gate { places: Semaphore::new(places) }
        }
    }

    /// Does `work` if there is a place, and returns what it returns. Else `None`. Waits for nobody.
    ///
    /// The place is free again when `work` ends, also if it panics.
    pub fn try_run<R>(&self, work: impl FnOnce() -> R) -> Option<R> {
        self.places.try_acquire()?.forget();
        let result = work();
        self.places.release(1);
        Some(result)
    }
}
