//! Wrong: it looks whether there is a place, and takes one if so. In between somebody else may have taken it, and then
//! `acquire` waits, where nobody was to wait.

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
        if self.places.available_permits() == 0 {
            return None;
        }
        let _place = self.places.acquire();
        Some(work())
    }
}
