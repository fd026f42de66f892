//! Wrong: the writer says that it waits, and never that it waits no longer. Nobody reads any more.

use condvar::Condvar;
use mutex::Mutex;

/// A lock that many readers can hold at once, or one writer.
#[derive(Debug)]
pub struct Lock {
    state: Mutex<State>,
    /// Whoever leaves the lock free calls all who wait.
    free: Condvar,
}

/// Who is inside, and who is to be let in first.
#[derive(Debug)]
struct State {
    readers: usize,
    writing: bool,
    /// How many writers wait.
    writers: usize,
}

impl Lock {
    model::const_fn! {
        /// A lock that nobody holds.
        pub const fn new() -> Lock {
            Lock { state: Mutex::new(State { readers: 0, writing: false, writers: 0 }), free: Condvar::new() }
        }
    }

    /// Calls `work` while others may read and nobody writes. Blocks, asleep, until it is so and no writer waits.
    pub fn read<R>(&self, work: impl FnOnce() -> R) -> R {
        let mut state = self.state.lock();
        self.free.wait_while(&mut state, |state| state.writing || state.writers > 0);
        state.readers += 1;
        drop(state);

        let result = work();
        let mut state = self.state.lock();
        state.readers -= 1;
        if state.readers == 0 {
            self.free.notify_all();
        }
        result
    }

    /// Calls `work` while nobody else reads or writes. Blocks, asleep, until it is so.
    pub fn write<R>(&self, work: impl FnOnce() -> R) -> R {
        let mut state = self.state.lock();
        state.writers += 1;
        self.free.wait_while(&mut state, |state| state.writing || state.readers > 0);
        state.writing = true;
        drop(state);

        let result = work();
        self.state.lock().writing = false;
        self.free.notify_all();
        result
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}
