//! A barrier: who comes waits until all have come.
//!
//! What a waiter waits for must not come undone before it has looked. The number of those who have come may grow again at
//! once; the number of the round never goes back to what it was. So each waits for the end of the round that it came in.

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
    /// How many have come in this round.
    arrived: usize,
    /// How many rounds are over.
    round: usize,
}

impl Barrier {
    model::const_fn! {
        /// A barrier for so many.
        pub const fn new(parties: usize) -> Barrier {
            Barrier { parties, state: Mutex::new(State { arrived: 0, round: 0 }), changed: Condvar::new() }
        }
    }

    /// Blocks, asleep, until all have come. Then it begins anew.
    pub fn wait(&self) {
        let mut state = self.state.lock();
        let round = state.round;
        state.arrived += 1;
        if state.arrived == self.parties {
            state.arrived = 0;
            state.round = round.wrapping_add(1);
            self.changed.notify_all();
        } else {
            self.changed.wait_while(&mut state, |state| state.round == round);
        }
    }
}
