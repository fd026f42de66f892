//! Wrong: the number of rings arrives, and the letter that was put in before the ring need not come with it.
//!
//! 1. The writer puts a letter in, rings, and wakes nobody, for nobody sleeps yet.
//! 2. The reader counts the ring. Nothing orders it after the letter: the reader looks, and still sees an empty box.
//! 3. It has not rung since the count, so the reader sleeps, beside a letter.

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
        self.rings.fetch_add(1, Relaxed);
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
            let rings = self.rings.load(Relaxed);
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
