//! Wrong: the barber keeps the lock until he has cut. Nobody is missed, and nobody can come in meanwhile, not even to see that
//! all chairs are taken.

use condvar::Condvar;
use mutex::Mutex;

/// A shop with one barber, and some chairs to wait on.
#[derive(Debug)]
pub struct Shop {
    chairs: usize,
    state: Mutex<State>,
    /// The barber sleeps here. Whoever sits down calls.
    came: Condvar,
    /// Customers sleep here. The barber calls when he has finished with one.
    done: Condvar,
}

/// What is told under the lock.
#[derive(Debug)]
struct State {
    /// How many sit on the chairs.
    waiting: usize,
    /// How many have their hair cut, and have yet to leave.
    finished: usize,
}

impl Shop {
    model::const_fn! {
        /// A shop with so many chairs to wait on.
        pub const fn new(chairs: usize) -> Shop {
            let state = Mutex::new(State { waiting: 0, finished: 0 });
            Shop { chairs, state, came: Condvar::new(), done: Condvar::new() }
        }
    }

    /// For customers: blocks, asleep, until a haircut is finished, and says true. False, at once: all chairs are taken.
    pub fn visit(&self) -> bool {
        let mut state = self.state.lock();
        if state.waiting == self.chairs {
            return false;
        }
        state.waiting += 1;
        self.came.notify_one();
        self.done.wait_while(&mut state, |state| state.finished == 0);
        state.finished -= 1;
        true
    }

    /// For the barber: blocks, asleep, until a customer is there, and serves one, by `cut`.
    pub fn serve(&self, cut: impl FnOnce()) {
        let mut state = self.state.lock();
        self.came.wait_while(&mut state, |state| state.waiting == 0);
        state.waiting -= 1;

        cut();
        state.finished += 1;
        self.done.notify_one();
    }
}
