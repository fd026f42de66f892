//! Wrong: it takes the lock, but lets go of it before it changes the flag. Nothing keeps the change out of the gap between a
//! waiter's look and its sleep.

use condvar::Condvar;
use model::sync::atomic::AtomicBool;
use model::sync::atomic::Ordering::{Acquire, Release};
use mutex::Mutex;

/// A button that is pressed once, and that threads can wait for.
#[derive(Debug)]
pub struct Button {
    asked: AtomicBool,
    /// `pressed` wants a lock to let go of. There is nothing in it.
    lock: Mutex<()>,
    pressed: Condvar,
}

impl Button {
    model::const_fn! {
        /// A button that nobody has pressed.
        pub const fn new() -> Button {
            Button { asked: AtomicBool::new(false), lock: Mutex::new(()), pressed: Condvar::new() }
        }
    }

    /// Presses the button. Blocks at most for a moment.
    ///
    /// It *synchronizes before* every `is_pressed` that sees it and every `wait` that returns.
    pub fn press(&self) {
        drop(self.lock.lock());
        self.asked.store(true, Release);
        self.pressed.notify_all();
    }

    /// Whether the button has been pressed. Blocks at most for a moment.
    pub fn is_pressed(&self) -> bool {
        self.asked.load(Acquire)
    }

    /// Blocks, asleep, until the button is pressed.
    pub fn wait(&self) {
        let mut guard = self.lock.lock();
        while !self.is_pressed() {
            self.pressed.wait(&mut guard);
        }
    }
}

impl Default for Button {
    fn default() -> Button {
        Button::new()
    }
}
