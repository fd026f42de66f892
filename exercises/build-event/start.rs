//! An event flag: threads sleep until another thread says that it has happened.
//!
//! The flag is down or up. [`wait`](Event::wait) blocks while it is down, [`set`](Event::set) raises it and lets everybody go on,
//! and it stays up until [`clear`](Event::clear) takes it down. Python calls this `threading.Event`.
//!
//! This is yours to write. What each operation promises stands above it; how you keep the promise is up to you.

use std::time::Duration;

use model::sync::atomic::{AtomicU32, Ordering};

/// A flag that threads can wait for.
///
/// What a thread wrote before it called `set` is seen by every `wait`, `wait_timeout` and `is_set` that finds the flag up
/// afterwards, by every wait that this `set` releases, and by the `clear` that takes the flag down. (The word for that:
/// `set` *synchronizes before* them.)
#[derive(Debug)]
pub struct Event {
    // What do the values of this number mean? Decide, and write it down here: it is half of the work.
    state: AtomicU32,
}

impl Event {
    // `const_fn!` makes `new` a `const fn`, except under the model, where it cannot be one.
    model::const_fn! {
        /// An event whose flag is down.
        pub const fn new() -> Event {
            Event { state: AtomicU32::new(0) }
        }
    }

    /// Whether the flag is up. Never blocks.
    pub fn is_set(&self) -> bool {
        self.state.load(Ordering::Acquire) == 1
    }

    /// Raises the flag and releases **every** thread that waits now, even if `clear` follows at once. Never blocks.
    ///
    /// If the flag is up already it stays up, and what the caller wrote before is published all the same. A thread that is
    /// released may drop the event at once, so `set` must not look at it once it has raised the flag. (`futex::wake_all`
    /// takes an address, and does not look at what lies there.)
    pub fn set(&self) {}

    /// Takes the flag down: who calls `wait` from now on blocks until the next `set`. Never blocks.
    ///
    /// Does not call back those whom an earlier `set` has released, asleep as they may still be. Who takes the flag down
    /// sees what every `set` before it has published: it may be the only one that ever looks.
    pub fn clear(&self) {}

    /// Blocks until the flag is up, and returns at once if it is up already.
    ///
    /// A thread that waits is asleep: it takes no processor time.
    pub fn wait(&self) {}

    /// Blocks as [`wait`](Event::wait) does, but for no longer than `limit`. Says whether the event was set.
    ///
    /// A `limit` of zero only looks. `false` means that the time ran out, and that no `set` released this thread.
    pub fn wait_timeout(&self, limit: Duration) -> bool {
        let _ = limit;
        self.is_set()
    }
}

impl Default for Event {
    fn default() -> Event {
        Event::new()
    }
}
