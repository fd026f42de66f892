//! Wrong: it lets the thread that calls lock again, and so the deadlock of one thread is gone. The lock is held during the
//! calls as before: a listener that waits for another thread to subscribe waits for ever.

use std::cell::RefCell;
use std::sync::Arc;

use mutex::ReentrantMutex;

/// What a subscriber does with a price. It is handed the ticker as well, and may use it.
pub type Listener = dyn Fn(&Ticker, u32) + Send + Sync;

/// Tells everybody who has subscribed each new price.
pub struct Ticker {
    listeners: ReentrantMutex<RefCell<Vec<Arc<Listener>>>>,
}

impl Ticker {
    model::const_fn! {
        /// A ticker without subscribers.
        pub const fn new() -> Ticker {
            Ticker { listeners: ReentrantMutex::new(RefCell::new(Vec::new())) }
        }
    }

    /// Has `listener` called with every price that is announced from now on.
    pub fn subscribe(&self, listener: impl Fn(&Ticker, u32) + Send + Sync + 'static) {
        self.listeners.lock().borrow_mut().push(Arc::new(listener));
    }

    /// Calls everybody who has subscribed so far with `price`, once, in the order in which they subscribed.
    ///
    /// A listener may do all that others may: subscribe another, or wait for a thread that does. Who subscribes while a
    /// price is announced hears the next one.
    pub fn announce(&self, price: u32) {
        let guard = self.listeners.lock();
        let listeners = guard.borrow().clone();
        for listener in listeners {
            listener(self, price);
        }
    }
}

impl Default for Ticker {
    fn default() -> Ticker {
        Ticker::new()
    }
}
