//! A mailbox: one thread posts a letter and rings, another sleeps until it rings.
//!
//! This one is broken. Its orderings are strong enough, and nobody forgets to wake.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// A place for one letter: a number other than 0.
#[derive(Debug)]
pub struct Mailbox {
    /// The letter, or 0.
    letter: AtomicU32,
    /// How often it rang. Who waits sleeps on this.
    rings: AtomicU32,
}

impl Mailbox {
    model::const_fn! {
        /// An empty mailbox.
        pub const fn new() -> Mailbox {
            Mailbox { letter: AtomicU32::new(0), rings: AtomicU32::new(0) }
        }
    }

    /// Puts `letter` in, in place of one that nobody has taken, and rings. Never blocks.
    ///
    /// It *synchronizes before* the `take` that returns the letter.
    pub fn post(&self, letter: u32) {
        self.letter.store(letter, Release);
        self.rings.fetch_add(1, Release);
        futex::wake_one(&self.rings);
    }

    /// Takes the letter out, if there is one. Never blocks.
    fn try_take(&self) -> Option<u32> {
        // Most looks find nothing, and a look is cheaper than a swap.
        if self.letter.load(Relaxed) == 0 {
            return None;
        }
        let letter = self.letter.swap(0, Acquire);
        (letter != 0).then_some(letter)
    }

    /// Takes the letter out. Blocks, asleep, until there is one.
    pub fn take(&self) -> u32 {
        loop {
            if let Some(letter) = self.try_take() {
                return letter;
            }
            let rings = self.rings.load(Acquire);
            futex::wait(&self.rings, rings);
        }
    }
}

impl Default for Mailbox {
    fn default() -> Mailbox {
        Mailbox::new()
    }
}
