//! A mailbox: one thread posts a letter and rings, another sleeps until it rings.
//!
//! `take` counts the rings *before* it looks for a letter. If it rings after the count, the number has changed and
//! there is no sleep; if it rang before, the letter was there before the look. (The number has 32 bits. To be deceived, one
//! would have to look while it rings exactly 4,294,967,296 times.)

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
        // ORDERING: Release pairs with the Acquire of `letter` in `try_take`, and brings along what came before.
        self.letter.store(letter, Release);
        // ORDERING: Release pairs with the Acquire of `rings` in `take`: who has counted this ring finds the letter.
        self.rings.fetch_add(1, Release);
        futex::wake_one(&self.rings);
    }

    /// Takes the letter out, if there is one. Never blocks.
    fn try_take(&self) -> Option<u32> {
        // Most looks find nothing, and a look is cheaper than a swap.
        // ORDERING: Relaxed; the swap looks again. That this look finds a letter whose ring was counted is the doing of
        // the Acquire in `take`.
        if self.letter.load(Relaxed) == 0 {
            return None;
        }
        // ORDERING: Acquire pairs with the Release of `letter` in `post`.
        let letter = self.letter.swap(0, Acquire);
        (letter != 0).then_some(letter)
    }

    /// Takes the letter out. Blocks, asleep, until there is one.
    pub fn take(&self) -> u32 {
        loop {
            // ORDERING: Acquire pairs with the Release of `rings` in `post`.
            let rings = self.rings.load(Acquire);
            if let Some(letter) = self.try_take() {
                return letter;
            }
            futex::wait(&self.rings, rings);
        }
    }
}

impl Default for Mailbox {
    fn default() -> Mailbox {
        Mailbox::new()
    }
}
