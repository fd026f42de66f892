//! Wrong: one permit, whatever was asked for. No two are inside, and most of the memory is idle.

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
            Gate { places: Semaphore::new(if places > 0 { 1 } else { 0 }) }
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
