//! Whether orderings are no stronger than they have to be: what the exercises share in which orderings are the lesson.

use std::collections::{BTreeMap, BTreeSet};

use schedule::{Operation, Ordering, Step, Value};

/// Fails if `program` does anything to an atomic that `manifest` does not accept, or with a stronger ordering; or if it does
/// nothing to any that the model sees. Returns what is accepted and the program does not do.
///
/// One schedule is looked at, so `program` has to see to it that everything happens in it.
#[track_caller]
pub(crate) fn assert_none_is_stronger(manifest: &str, program: impl Fn() + Send + Sync + 'static) -> Vec<&str> {
    let mut accepted = accepted(manifest);
    let outcomes = model::outcomes(program);
    let schedule = outcomes.witness(&()).expect("the program comes to its end");
    let seen: BTreeSet<&str> = schedule.steps.iter().filter_map(|step| judge(step, &accepted)).collect();
    assert!(!seen.is_empty(), "the model sees nothing of this: use the atomics of `model`");
    accepted.retain(|operation, _| !seen.contains(operation));
    accepted.into_keys().collect()
}

/// The manifest's section `strongest`: operations, and the strongest ordering that each may have. Where what is written
/// matters, it stands in the operation's name: `lock.held.store(false)`.
///
/// The coach reads the manifest as TOML and complains if it is not. Here lines are enough, and no parser is compiled.
fn accepted(manifest: &str) -> BTreeMap<&str, &str> {
    let lines = manifest.lines().skip_while(|line| *line != "[strongest]").skip(1);
    let entries = lines.map_while(|line| line.split_once(" = "));
    entries.map(|(operation, ordering)| (operation.trim_matches('"'), ordering.trim_matches('"'))).collect()
}

/// What `step` does to an atomic, if it does anything, by its name in `accepted`. Fails if it is not there.
fn judge<'manifest>(step: &Step, accepted: &BTreeMap<&'manifest str, &str>) -> Option<&'manifest str> {
    let place = format!("{}:{}", step.place.file, step.place.line);
    let (location, method, new, ordering, on_failure) = match &step.operation {
        Operation::Load { location, ordering, .. } => (location, "load", None, ordering, None),
        Operation::Store { location, value, ordering } => (location, "store", Some(value), ordering, None),
        Operation::ReadModifyWrite { location, method, operand, ordering, .. } => {
            (location, &**method, Some(operand), ordering, None)
        }
        Operation::CompareExchange { location, new, success, failure, weak, .. } => {
            let method = if *weak { "compare_exchange_weak" } else { "compare_exchange" };
            (location, method, Some(new), success, Some(failure))
        }
        Operation::Fence { .. } => panic!("{place}: no fence is needed"),
        _ => return None,
    };
    let plain = format!("{location}.{method}");
    let exact = new.map_or_else(|| plain.clone(), |new| format!("{plain}({})", value(new)));
    let known = accepted.get_key_value(&*exact).or_else(|| accepted.get_key_value(&*plain));
    let Some((&name, &strongest)) = known else { panic!("{place}: no {exact} is needed") };
    let ordering = format!("{ordering:?}");
    assert!(
        ordering == "Relaxed" || ordering == strongest,
        "{place}: {name} with {ordering} is stronger than it has to be"
    );
    assert!(
        on_failure.is_none_or(|ordering| *ordering == Ordering::Relaxed),
        "{place}: {name} takes nothing when it fails, so its second ordering is stronger than it has to be"
    );
    Some(name)
}

fn value(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Unsigned(value) => value.to_string(),
        Value::Signed(value) => value.to_string(),
        Value::Pointer(name) => name.clone(),
    }
}
