//! A gate: so many may be inside at the same time, and who comes then is turned away.
//!
//! This one is broken. The more are turned away, the more are let in.

use semaphore::{Permit, Semaphore};

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
        let admitted = self.places.try_acquire().map(Permit::forget).is_some();
        let result = admitted.then(work);
        self.places.release(1);
        result
    }
}
