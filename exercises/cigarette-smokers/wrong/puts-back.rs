//! Wrong: who finds only one of the two puts it back, and tries again at once. In the end the right one gets both. Until then
//! all are awake.

use model::thread;
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
    /// A permit while tobacco lies there, and so with paper and matches.
    tobacco: Semaphore,
    paper: Semaphore,
    matches: Semaphore,
}

impl Table {
    model::const_fn! {
        /// A table on which nothing lies.
        pub const fn new() -> Table {
            Table {
                free: Semaphore::new(1),
                tobacco: Semaphore::new(0),
                paper: Semaphore::new(0),
                matches: Semaphore::new(0),
            }
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
        self.lying(one).release(1);
        self.lying(other).release(1);
    }

    /// For whoever has enough of `own`: blocks, asleep, until the two others lie there, and takes both.
    pub fn take(&self, own: Thing) {
        loop {
            let mut missing = [Thing::Tobacco, Thing::Paper, Thing::Matches].into_iter().filter(|thing| *thing != own);
            let (one, other) = (missing.next(), missing.next());
            let permits = [one, other].map(|thing| self.lying(thing?).try_acquire());
            if let [Some(one), Some(other)] = permits {
                one.forget();
                other.forget();
                self.free.release(1);
                return;
            }
            drop(permits);
            thread::yield_now();
        }
    }

    /// So many permits as there lie of this on the table.
    fn lying(&self, thing: Thing) -> &Semaphore {
        match thing {
            Thing::Tobacco => &self.tobacco,
            Thing::Paper => &self.paper,
            Thing::Matches => &self.matches,
        }
    }
}

impl Default for Table {
    fn default() -> Table {
        Table::new()
    }
}
