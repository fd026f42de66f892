//! The reentrant contenders, each behind the [`Reentrant`] trait.

use std::thread::{self, ThreadId};

use super::Reentrant;
use crate::parts::Family;

impl Reentrant for ::mutex::ReentrantMutex<()> {
    const NAME: &'static str = "locksmith";

    fn new() -> Self {
        ::mutex::ReentrantMutex::new(())
    }

    fn locked(&self, work: impl FnOnce()) {
        let _guard = self.lock();
        work();
    }
}

/// Owner and depth under a mutex, with a condition variable for those who wait until there is no owner.
pub struct Monitor<F: Family> {
    state: F::Mutex<State>,
    free: F::Condvar,
}

struct State {
    owner: Option<ThreadId>,
    depth: usize,
}

impl<F: Family> Reentrant for Monitor<F> {
    const NAME: &'static str = F::NAME;

    fn new() -> Self {
        Monitor { state: F::mutex(State { owner: None, depth: 0 }), free: F::condvar() }
    }

    fn locked(&self, work: impl FnOnce()) {
        let me = Some(thread::current().id());
        let mut state = F::lock(&self.state);
        while state.owner.is_some() && state.owner != me {
            state = F::wait(&self.free, state);
        }
        state.owner = me;
        state.depth += 1;
        drop(state);

        work();

        let mut state = F::lock(&self.state);
        state.depth -= 1;
        if state.depth == 0 {
            state.owner = None;
            drop(state);
            F::notify_one(&self.free);
        }
    }
}

impl Reentrant for parking_lot::ReentrantMutex<()> {
    const NAME: &'static str = "parking_lot";

    fn new() -> Self {
        parking_lot::ReentrantMutex::new(())
    }

    fn locked(&self, work: impl FnOnce()) {
        let _guard = self.lock();
        work();
    }
}

impl Reentrant for usync::ReentrantMutex<()> {
    const NAME: &'static str = "usync";

    fn new() -> Self {
        usync::ReentrantMutex::new(())
    }

    fn locked(&self, work: impl FnOnce()) {
        let _guard = self.lock();
        work();
    }
}
