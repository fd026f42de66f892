//! A table from which smokers take what they lack.
//!
//! Two things lie there, and just one smoker lacks both. So there is a semaphore for each smoker, and who puts things down wakes
//! the right one.

use semaphore::Semaphore;

/// What a cigarette needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// To smoke.
    Tobacco,
    /// To roll it in.
    Paper,
    /// To light it with.
    Matches,
}

/// A table on which two things lie, or none.
#[derive(Debug)]
pub struct Table {
    /// A permit while nothing lies there.
    free: Semaphore,
    /// A permit for whoever has enough of this, and may take the two others.
    served: [Semaphore; 3],
}

impl Table {
    model::const_fn! {
        /// A table on which nothing lies.
        pub const fn new() -> Table {
            Table { free: Semaphore::new(1), served: [Semaphore::new(0), Semaphore::new(0), Semaphore::new(0)] }
        }
    }

    /// For the supplier: blocks, asleep, until the table is free, and puts two things on it.
    ///
    /// # Panics
    ///
    /// If they are the same.
    pub fn put(&self, one: Thing, other: Thing) {
        assert_ne!(one, other, "two different things are put down");
        self.free.acquire().forget();
        for thing in [Thing::Tobacco, Thing::Paper, Thing::Matches] {
            if thing != one && thing != other {
                self.served[thing as usize].release(1);
            }
        }
    }

    /// For whoever has enough of `own`: blocks, asleep, until the two others lie there, and takes both.
    pub fn take(&self, own: Thing) {
        self.served[own as usize].acquire().forget();
        self.free.release(1);
    }
}

impl Default for Table {
    fn default() -> Table {
        Table::new()
    }
}
