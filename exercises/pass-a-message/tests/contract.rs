//! What a message promises, with two threads; and that no ordering in it is stronger than it has to be.

#[cfg(loom)]
use std::collections::{BTreeMap, BTreeSet};

use model::thread;
use pass_a_message::Message;
#[cfg(loom)]
use schedule::Operation;

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

/// The strongest ordering that the exercise's manifest accepts for each operation.
///
/// The coach reads the manifest as TOML and complains if it is not. Here lines are enough, and no parser is compiled.
#[cfg(loom)]
fn strongest() -> BTreeMap<&'static str, &'static str> {
    let manifest = include_str!("../exercise.toml");
    let lines = manifest.lines().skip_while(|line| *line != "[strongest]").skip(1);
    let entries = lines.map_while(|line| line.split_once(" = "));
    entries.map(|(operation, ordering)| (operation.trim_matches('"'), ordering.trim_matches('"'))).collect()
}

#[test]
#[cfg(loom)]
fn no_ordering_is_stronger_than_it_has_to_be() {
    let accepted = strongest();
    let mut seen = BTreeSet::new();
    let outcomes = model::outcomes(|| {
        let message = Message::new();
        thread::scope(|scope| {
            scope.spawn("sender", || message.send(42));
            message.receive()
        })
    });
    let schedules = outcomes.results().iter().filter_map(|result| outcomes.witness(result));
    for step in schedules.flat_map(|schedule| &schedule.steps) {
        let place = format!("{}:{}", step.place.file, step.place.line);
        let (operation, ordering) = match &step.operation {
            Operation::Load { location, ordering, .. } => (format!("{location}.load"), format!("{ordering:?}")),
            Operation::Store { location, ordering, .. } => (format!("{location}.store"), format!("{ordering:?}")),
            Operation::Spawn { .. } | Operation::Join { .. } | Operation::Finish => continue,
            _ => panic!("{place}: no more is needed than to load and to store"),
        };
        let Some(strongest) = accepted.get(&*operation) else { panic!("{place}: no {operation} is needed") };
        assert!(
            ordering == "Relaxed" || ordering == *strongest,
            "{place}: {operation} with {ordering} is stronger than it has to be"
        );
        seen.insert(operation);
    }
    for operation in accepted.keys() {
        assert!(
            seen.contains(*operation),
            "there is no {operation}: the model sees nothing but the atomics of `model`"
        );
    }
}
