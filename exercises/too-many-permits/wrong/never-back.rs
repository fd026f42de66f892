//! Wrong: whoever is let in uses the place up. Nobody gives back too much now.

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
        Some(work())
    }
}
