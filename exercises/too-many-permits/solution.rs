//! A gate: so many may be inside at the same time, and who comes then is turned away.
//!
//! The permit is a value. Who was turned away has none to give back; who was let in has one, which is dropped on every way
//! out, and once.

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
        let _place = self.places.try_acquire()?;
        Some(work())
    }
}
