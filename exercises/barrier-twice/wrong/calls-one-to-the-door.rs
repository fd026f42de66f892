//! Wrong: two doors, and whoever leaves last calls one of those who wait in front of the first. With two threads there is only
//! one. With three there may be two.

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
    /// How many are between the doors.
    inside: usize,
    /// Whether all have come, and are on their way out.
    leaving: bool,
}

impl Barrier {
    model::const_fn! {
        /// A barrier for so many.
        pub const fn new(parties: usize) -> Barrier {
            Barrier { parties, state: Mutex::new(State { inside: 0, leaving: false }), changed: Condvar::new() }
        }
    }

    /// Blocks, asleep, until all have come. Then it begins anew.
    pub fn wait(&self) {
        let mut state = self.state.lock();
        self.changed.wait_while(&mut state, |state| state.leaving);
        state.inside += 1;
        if state.inside == self.parties {
            state.leaving = true;
            self.changed.notify_all();
        }
        self.changed.wait_while(&mut state, |state| !state.leaving);
        state.inside -= 1;
        if state.inside == 0 {
            state.leaving = false;
            self.changed.notify_one();
        }
    }
}
