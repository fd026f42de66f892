//! Wrong: it sleeps until it is woken, and stays awake from then on.

use condvar::Condvar;
use model::hint;
use model::sync::atomic::AtomicBool;
use model::sync::atomic::Ordering::{Acquire, Release};
use mutex::Mutex;

/// A button that is pressed once, and that threads can wait for.
#[derive(Debug)]
pub struct Button {
    asked: AtomicBool,
    /// Whoever changes `asked` holds this.
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
        let guard = self.lock.lock();
        self.asked.store(true, Release);
        drop(guard);
        self.pressed.notify_all();
    }

    /// Whether the button has been pressed. Blocks at most for a moment.
    pub fn is_pressed(&self) -> bool {
        self.asked.load(Acquire)
    }

    /// Blocks, asleep, until the button is pressed.
    pub fn wait(&self) {
        let mut guard = self.lock.lock();
        if !self.is_pressed() {
            self.pressed.wait(&mut guard);
        }
        drop(guard);
        while !self.is_pressed() {
            hint::spin_loop();
        }
    }
}

impl Default for Button {
    fn default() -> Button {
        Button::new()
    }
}
