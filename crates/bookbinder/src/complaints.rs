//! What mdBook says while it builds.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Runs `build`, and returns with its result the warnings and errors that it has logged meanwhile on this thread.
pub(crate) fn collect<T>(build: impl FnOnce() -> T) -> (T, Vec<String>) {
    let complaints = Arc::new(Mutex::new(Vec::new()));
    let listener = Listener(Arc::clone(&complaints));
    let built = tracing::subscriber::with_default(listener, build);
    let complaints = std::mem::take(&mut *complaints.lock().expect("no listener panics"));
    (built, complaints)
}

/// Hears warnings and errors, and keeps them.
struct Listener(Arc<Mutex<Vec<String>>>);

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        self.0.lock().expect("no listener panics").push(message.0);
    }

    // Spans are of no interest here: they all share one number.

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// An event's text, without its other fields.
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // Writing to a string does not fail.
            let _ = write!(self.0, "{value:?}");
        }
    }
}
