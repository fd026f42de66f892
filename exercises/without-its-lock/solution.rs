//! A stop button: one thread presses it, and others sleep until it is pressed.
//!
//! What is waited for lies in the lock that the waiters let go of. Whoever changes it must hold that lock, and so comes
//! either before a waiter's look, or after the waiter has lain down.

use condvar::Condvar;
use mutex::Mutex;

/// A button that is pressed once, and that threads can wait for.
#[derive(Debug)]
pub struct Button {
    asked: Mutex<bool>,
    pressed: Condvar,
}

impl Button {
    model::const_fn! {
        /// A button that nobody has pressed.
        pub const fn new() -> Button {
            Button { asked: Mutex::new(false), pressed: Condvar::new() }
        }
    }

    /// Presses the button. Blocks at most for a moment.
    ///
    /// It *synchronizes before* every `is_pressed` that sees it and every `wait` that returns.
    pub fn press(&self) {
        *self.asked.lock() = true;
        self.pressed.notify_all();
    }

    /// Whether the button has been pressed. Blocks at most for a moment.
    pub fn is_pressed(&self) -> bool {
        *self.asked.lock()
    }

    /// Blocks, asleep, until the button is pressed.
    pub fn wait(&self) {
        let mut asked = self.asked.lock();
        self.pressed.wait_while(&mut asked, |asked| !*asked);
    }
}

impl Default for Button {
    fn default() -> Button {
        Button::new()
    }
}
