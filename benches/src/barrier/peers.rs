//! The contenders, each behind the [`Meeting`] trait.

use super::Meeting;
use crate::parts::Family;

impl Meeting for ::barrier::Barrier {
    const NAME: &'static str = "locksmith";

    fn new(parties: usize) -> Self {
        ::barrier::Barrier::new(parties)
    }

    fn wait(&self) {
        self.wait().expect("nobody calls it off");
    }
}

impl Meeting for std::sync::Barrier {
    const NAME: &'static str = "std";

    fn new(parties: usize) -> Self {
        std::sync::Barrier::new(parties)
    }

    fn wait(&self) {
        self.wait();
    }
}

/// Who has come and how many rounds are over, under a mutex, with a condition variable for those who wait.
pub struct Monitor<F: Family> {
    parties: usize,
    state: F::Mutex<State>,
    complete: F::Condvar,
}

struct State {
    arrived: usize,
    round: u64,
}

impl<F: Family> Meeting for Monitor<F> {
    const NAME: &'static str = F::NAME;

    fn new(parties: usize) -> Self {
        Monitor { parties, state: F::mutex(State { arrived: 0, round: 0 }), complete: F::condvar() }
    }

    fn wait(&self) {
        let mut state = F::lock(&self.state);
        let round = state.round;
        state.arrived += 1;
        if state.arrived == self.parties {
            state.arrived = 0;
            state.round += 1;
            // Unlocked first: whoever is woken would only run into the lock.
            drop(state);
            F::notify_all(&self.complete);
        } else {
            while state.round == round {
                state = F::wait(&self.complete, state);
            }
        }
    }
}
