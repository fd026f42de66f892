//! What a message promises, with two threads; and that no ordering in it is stronger than it has to be.

use model::thread;
use pass_a_message::Message;

#[test]
fn what_was_sent_is_received() {
    model::check(|| {
        let message = Message::new();
        assert_eq!(message.receive(), None);
        message.send(42);
        assert_eq!(message.receive(), Some(42));
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
    use std::collections::BTreeMap;

    use schedule::{Operation, Ordering};

    let manifest: toml::Table = include_str!("../exercise.toml").parse().expect("the manifest is TOML");
    let strongest = manifest["strongest"].clone();
    let strongest: BTreeMap<String, Ordering> = strongest.try_into().expect("it names operations and orderings");

    let outcomes = model::outcomes(|| {
        let message = Message::new();
        thread::scope(|scope| {
            scope.spawn("sender", || message.send(42));
            message.receive()
        })
    });
    for result in outcomes.results() {
        let schedule = outcomes.witness(result).expect("each result has a witness");
        for step in &schedule.steps {
            let (operation, ordering) = match &step.operation {
                Operation::Load { location, ordering, .. } => (format!("{location}.load"), *ordering),
                Operation::Store { location, ordering, .. } => (format!("{location}.store"), *ordering),
                Operation::Spawn { .. } | Operation::Join { .. } | Operation::Finish => continue,
                _ => panic!("{} does more than load and store, and that is all it needs", place(step)),
            };
            let accepted = strongest.get(&operation);
            let accepted = accepted.unwrap_or_else(|| panic!("{}: nothing here needs {operation}", place(step)));
            assert!(
                ordering == Ordering::Relaxed || ordering == *accepted,
                "{}: {operation}(.., {ordering:?}) is stronger than it has to be",
                place(step)
            );
        }
    }

    fn place(step: &schedule::Step) -> String {
        format!("{}:{}", step.place.file, step.place.line)
    }
}
