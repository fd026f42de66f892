//! Wrong: it copies the list, and works the copy off from the wrong end.

use std::sync::Arc;

use mutex::Mutex;

/// What a subscriber does with a price. It is handed the ticker as well, and may use it.
pub type Listener = dyn Fn(&Ticker, u32) + Send + Sync;

/// Tells everybody who has subscribed each new price.
pub struct Ticker {
    listeners: Mutex<Vec<Arc<Listener>>>,
}

impl Ticker {
    model::const_fn! {
        /// A ticker without subscribers.
        pub const fn new() -> Ticker {
            Ticker { listeners: Mutex::new(Vec::new()) }
        }
    }

    /// Has `listener` called with every price that is announced from now on.
    pub fn subscribe(&self, listener: impl Fn(&Ticker, u32) + Send + Sync + 'static) {
        self.listeners.lock().push(Arc::new(listener));
    }

    /// Calls everybody who has subscribed so far with `price`, once, in the order in which they subscribed.
    ///
    /// A listener may do all that others may: subscribe another, or wait for a thread that does. Who subscribes while a
    /// price is announced hears the next one.
    pub fn announce(&self, price: u32) {
        let mut listeners = self.listeners.lock().clone();
        while let Some(listener) = listeners.pop() {
            listener(self, price);
        }
    }
}

impl Default for Ticker {
    fn default() -> Ticker {
        Ticker::new()
    }
}
