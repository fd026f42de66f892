//! Three flags that one thread raises and others wait for. The middle one is wrong.

use model::hint::spin_loop;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Release};
use model::thread;

// ANCHOR: spinning
/// Its waiters look until it is up.
#[derive(Debug)]
pub struct Spinning {
    up: AtomicU32,
}

impl Spinning {
    /// Raises the flag.
    pub fn raise(&self) {
        self.up.store(1, Release);
    }

    /// Returns once the flag is up.
    pub fn wait(&self) {
        while self.up.load(Acquire) == 0 {
            spin_loop();
        }
    }
}
// ANCHOR_END: spinning

// ANCHOR: hasty
/// Its waiters look, and then lie down beside a bell. Wrong: the bell may ring in between.
#[derive(Debug)]
pub struct Hasty {
    up: AtomicU32,
    bell: AtomicU32,
}

impl Hasty {
    /// Raises the flag.
    pub fn raise(&self) {
        self.up.store(1, Release);
        self.bell.fetch_add(1, Release);
        futex::wake_all(&self.bell);
    }

    /// Returns once the flag is up, or never.
    pub fn wait(&self) {
        while self.up.load(Acquire) == 0 {
            let rings = self.bell.load(Acquire);
            futex::wait(&self.bell, rings);
        }
    }
}
// ANCHOR_END: hasty

/// One thread waits for a [`Hasty`] flag, and the other raises it.
// ANCHOR: missed
pub fn missed() {
    let flag = Hasty::new();
    thread::scope(|scope| {
        scope.spawn("waiter", || flag.wait());
        flag.raise();
    });
}
// ANCHOR_END: missed

// ANCHOR: sleeping
/// Its waiters sleep, on the very word that they have looked at.
#[derive(Debug)]
pub struct Sleeping {
    up: AtomicU32,
}

impl Sleeping {
    /// Raises the flag.
    pub fn raise(&self) {
        let up: *const AtomicU32 = &self.up;
        self.up.store(1, Release);
        futex::wake_all(up);
    }

    /// Returns once the flag is up.
    pub fn wait(&self) {
        while self.up.load(Acquire) == 0 {
            futex::wait(&self.up, 0);
        }
    }
}
// ANCHOR_END: sleeping

impl Spinning {
    model::const_fn! {
        /// A flag that is down.
        pub const fn new() -> Spinning {
            Spinning { up: AtomicU32::new(0) }
        }
    }
}

impl Hasty {
    model::const_fn! {
        /// A flag that is down.
        pub const fn new() -> Hasty {
            Hasty { up: AtomicU32::new(0), bell: AtomicU32::new(0) }
        }
    }
}

impl Sleeping {
    model::const_fn! {
        /// A flag that is down.
        pub const fn new() -> Sleeping {
            Sleeping { up: AtomicU32::new(0) }
        }
    }
}

impl Default for Spinning {
    fn default() -> Spinning {
        Spinning::new()
    }
}

impl Default for Hasty {
    fn default() -> Hasty {
        Hasty::new()
    }
}

impl Default for Sleeping {
    fn default() -> Sleeping {
        Sleeping::new()
    }
}
