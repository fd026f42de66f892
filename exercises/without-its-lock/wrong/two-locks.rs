//! Wrong: the flag lies in a lock, and the waiters let go of another one. Each access is safe. But the lock that would keep the
//! change out of the gap is not the one that the changing thread takes.

use condvar::Condvar;
use mutex::Mutex;

/// A button that is pressed once, and that threads can wait for.
#[derive(Debug)]
pub struct Button {
    asked: Mutex<bool>,
    /// `pressed` wants a lock to let go of. There is nothing in it.
    lock: Mutex<()>,
    pressed: Condvar,
}

impl Button {
    model::const_fn! {
        /// A button that nobody has pressed.
        pub const fn new() -> Button {
            Button { asked: Mutex::new(false), lock: Mutex::new(()), pressed: Condvar::new() }
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
