//! A barrier: who comes waits until all have come.
//!
//! This one is broken. It holds for one round.

use condvar::Condvar;
use mutex::Mutex;

/// A place where so many threads wait for each other, again and again.
///
/// Whatever a thread did before it came is seen by all when they go on: each `wait` *synchronizes before* the return of every
/// other one in the same round.
#[derive(Debug)]
pub struct Barrier {
    parties: usize,
    state: Mutex<State>,
    changed: Condvar,
}

/// What is told under the lock.
#[derive(Debug)]
struct State {
    /// How many have come.
    arrived: usize,
    /// How many of them have left.
    left: usize,
}

impl Barrier {
    model::const_fn! {
        /// A barrier for so many.
        pub const fn new(parties: usize) -> Barrier {
            Barrier { parties, state: Mutex::new(State { arrived: 0, left: 0 }), changed: Condvar::new() }
        }
    }

    /// Blocks, asleep, until all have come. Then it begins anew.
    pub fn wait(&self) {
        let mut state = self.state.lock();
        state.arrived += 1;
        if state.arrived == self.parties {
            self.changed.notify_all();
        }
        self.changed.wait_while(&mut state, |state| state.arrived < self.parties);
        state.left += 1;
        if state.left == self.parties {
            (state.arrived, state.left) = (0, 0);
        }
    }
}
