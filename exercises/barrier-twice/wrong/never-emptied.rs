//! Wrong: nobody counts out, so that nobody can spoil the count. From the second round on there are always enough.

use condvar::Condvar;
use mutex::Mutex;

/// A place where so many threads wait for each other, again and again.
///
/// Whatever a thread did before it came is seen by all when they go on: each `wait` *synchronizes before* the return of every
/// other one in the same round.
#[derive(Debug)]
pub struct Barrier {
    parties: usize,
    /// How many have come.
    arrived: Mutex<usize>,
    changed: Condvar,
}

impl Barrier {
    model::const_fn! {
        /// A barrier for so many.
        pub const fn new(parties: usize) -> Barrier {
            Barrier { parties, arrived: Mutex::new(0), changed: Condvar::new() }
        }
    }

    /// Blocks, asleep, until all have come. Then it begins anew.
    pub fn wait(&self) {
        let mut arrived = self.arrived.lock();
        *arrived += 1;
        if *arrived == self.parties {
            self.changed.notify_all();
        }
        self.changed.wait_while(&mut arrived, |arrived| *arrived < self.parties);
    }
}
