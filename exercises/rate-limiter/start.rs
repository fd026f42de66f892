//! A rate limiter: so many at once, and then one in each interval.
//!
//! This is yours to write. So far everybody goes through, at any time.

/// Tokens for those who want to go through. They come at a steady rate, and some can be saved up.
///
/// Times are in milliseconds, counted from when the limiter was made. It has no clock of its own: somebody tells it the time.
#[derive(Debug)]
pub struct Limiter {
    // What changes with time, what protects it, and where does one wait?
}

impl Limiter {
    model::const_fn! {
        /// A limiter that gets a token at the end of each `interval`, and can hold `burst` of them. It begins with as many.
        ///
        /// # Panics
        ///
        /// If either is zero.
        pub const fn new(interval: u64, burst: u64) -> Limiter {
            assert!(interval > 0 && burst > 0, "a limiter lets through one in a while at least");
            Limiter {}
        }
    }

    /// Blocks, asleep, until there is a token, and takes it.
    pub fn acquire(&self) {}

    /// Takes a token, if there is one, and says whether there was.
    pub fn try_acquire(&self) -> bool {
        true
    }

    /// Tells the limiter that it is `now`. A token comes for each interval that has ended since it was told last, as long as
    /// there is room.
    ///
    /// Several threads may tell it, and what they say may come out of order. An earlier time than it knows changes nothing.
    pub fn advance(&self, now: u64) {
        let _ = now;
    }
}
