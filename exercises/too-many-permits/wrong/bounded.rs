//! Wrong: a bound above which no release counts. There are never more permits than places now. But while somebody is inside
//! there is room below the bound, and who is turned away gives back what the other one has.

use semaphore::{BoundedSemaphore, Permit};

/// A gate to work of which so much may be done at the same time.
#[derive(Debug)]
pub struct Gate {
    places: BoundedSemaphore,
}

impl Gate {
    model::const_fn! {
        /// A gate with so many places behind it.
        pub const fn new(places: usize) -> Gate {
            Gate { places: BoundedSemaphore::new(places) }
        }
    }

    /// Does `work` if there is a place, and returns what it returns. Else `None`. Waits for nobody.
    ///
    /// The place is free again when `work` ends, also if it panics.
    pub fn try_run<R>(&self, work: impl FnOnce() -> R) -> Option<R> {
        let admitted = self.places.try_acquire().map(Permit::forget).is_some();
        let result = admitted.then(work);
        // One too many changes nothing.
        let _ = self.places.release(1);
        result
    }
}
