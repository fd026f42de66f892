//! Wrong: who takes looks again and again, and who puts looks once. If the supplier wakes up for no reason, four things lie on the
//! table, or three.

use condvar::Condvar;
use mutex::Mutex;

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
    /// What lies there.
    lying: Mutex<[bool; 3]>,
    /// All wait here, and are called when something was put down or taken.
    changed: Condvar,
}

impl Table {
    model::const_fn! {
        /// A table on which nothing lies.
        pub const fn new() -> Table {
            Table { lying: Mutex::new([false; 3]), changed: Condvar::new() }
        }
    }

    /// For the supplier: blocks, asleep, until the table is free, and puts two things on it.
    ///
    /// # Panics
    ///
    /// If they are the same.
    pub fn put(&self, one: Thing, other: Thing) {
        assert_ne!(one, other, "two different things are put down");
        let mut lying = self.lying.lock();
        if lying.contains(&true) {
            self.changed.wait(&mut lying);
        }
        lying[one as usize] = true;
        lying[other as usize] = true;
        self.changed.notify_all();
    }

    /// For whoever has enough of `own`: blocks, asleep, until the two others lie there, and takes both.
    pub fn take(&self, own: Thing) {
        let mut lying = self.lying.lock();
        self.changed.wait_while(&mut lying, |lying| (0..3).any(|thing| thing != own as usize && !lying[thing]));
        *lying = [false; 3];
        self.changed.notify_all();
    }
}

impl Default for Table {
    fn default() -> Table {
        Table::new()
    }
}
