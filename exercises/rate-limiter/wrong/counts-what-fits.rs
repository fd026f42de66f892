//! Wrong: time passes only for the tokens that there was room for. What ran over in a quiet night comes as soon as there is room
//! again, a burst at each call, for as long as the night was.

use condvar::Condvar;
use mutex::Mutex;

/// Tokens for those who want to go through. They come at a steady rate, and some can be saved up.
///
/// Times are in milliseconds, counted from when the limiter was made. It has no clock of its own: somebody tells it the time.
#[derive(Debug)]
pub struct Limiter {
    bucket: Mutex<Bucket>,
    interval: u64,
    burst: u64,
    /// Those who find no token wait here, and are called once for each that comes.
    one_more: Condvar,
}

/// What is told under the lock.
#[derive(Debug)]
struct Bucket {
    tokens: u64,
    /// Until when the tokens have been put in.
    filled: u64,
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
            let bucket = Mutex::new(Bucket { tokens: burst, filled: 0 });
            Limiter { bucket, interval, burst, one_more: Condvar::new() }
        }
    }

    /// Blocks, asleep, until there is a token, and takes it.
    pub fn acquire(&self) {
        let mut bucket = self.bucket.lock();
        self.one_more.wait_while(&mut bucket, |bucket| bucket.tokens == 0);
        bucket.tokens -= 1;
    }

    /// Takes a token, if there is one, and says whether there was.
    pub fn try_acquire(&self) -> bool {
        let mut bucket = self.bucket.lock();
        let is_one = bucket.tokens > 0;
        bucket.tokens -= u64::from(is_one);
        is_one
    }

    /// Tells the limiter that it is `now`. A token comes for each interval that has ended since it was told last, as long as
    /// there is room.
    ///
    /// Several threads may tell it, and what they say may come out of order. An earlier time than it knows changes nothing.
    pub fn advance(&self, now: u64) {
        let mut bucket = self.bucket.lock();
        let intervals = now.saturating_sub(bucket.filled) / self.interval;
        let come = intervals.min(self.burst - bucket.tokens);
        bucket.filled += come * self.interval;
        bucket.tokens += come;
        drop(bucket);
        for _ in 0..come {
            self.one_more.notify_one();
        }
    }
}
