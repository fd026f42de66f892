//! What a message promises, with two threads; and that no ordering in it is stronger than it has to be.

use model::thread;
use pass_a_message::Message;

#[cfg(loom)]
#[path = "../../strongest.rs"]
mod strongest;

#[test]
fn what_was_sent_is_received() {
    model::check(|| {
        for number in [42, 7] {
            let message = Message::new();
            assert_eq!(message.receive(), None);
            message.send(number);
            assert_eq!(message.receive(), Some(number));
        }
    });
}

#[test]
fn who_receives_anything_receives_what_was_sent() {
    model::check(|| {
        let message = Message::new();
        thread::scope(|scope| {
            scope.spawn("sender", || message.send(42));
            if let Some(number) = message.receive() {
                assert_eq!(number, 42);
            }
        });
    });
}

#[test]
#[cfg(loom)]
fn no_ordering_is_stronger_than_it_has_to_be() {
    let missing = strongest::assert_none_is_stronger(include_str!("../exercise.toml"), || {
        let message = Message::new();
        message.receive();
        message.send(42);
        message.receive();
    });
    assert!(
        missing.is_empty(),
        "there is no {}: the model sees nothing but the atomics of `model`",
        missing.join(", no ")
    );
}
