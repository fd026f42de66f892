//! A lock that many readers can hold at once, or one writer.
//!
//! Readers and writers wait in places of their own. So one writer can be called where one can go in, and the readers only when
//! no writer waits any more.

use condvar::Condvar;
use mutex::Mutex;

/// A lock that many readers can hold at once, or one writer.
#[derive(Debug)]
pub struct Lock {
    state: Mutex<State>,
    /// Readers wait here.
    read: Condvar,
    /// Writers wait here.
    write: Condvar,
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
            Lock { state: Mutex::new(State { readers: 0, writing: false, writers: 0 }), read: Condvar::new(), write: Condvar::new() }
        }
    }

    /// Calls `work` while others may read and nobody writes. Blocks, asleep, until it is so and no writer waits.
    pub fn read<R>(&self, work: impl FnOnce() -> R) -> R {
        let mut state = self.state.lock();
        self.read.wait_while(&mut state, |state| state.writing || state.writers > 0);
        state.readers += 1;
        drop(state);

        let result = work();
        let mut state = self.state.lock();
        state.readers -= 1;
        if state.readers == 0 {
            self.write.notify_one();
        }
        result
    }

    /// Calls `work` while nobody else reads or writes. Blocks, asleep, until it is so.
    pub fn write<R>(&self, work: impl FnOnce() -> R) -> R {
        let mut state = self.state.lock();
        state.writers += 1;
        self.write.wait_while(&mut state, |state| state.writing || state.readers > 0);
        state.writers -= 1;
        state.writing = true;
        drop(state);

        let result = work();
        let mut state = self.state.lock();
        state.writing = false;
        if state.writers > 0 {
            self.write.notify_one();
        } else {
            self.read.notify_all();
        }
        result
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}
