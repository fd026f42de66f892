//! What a value promises that is made when it is first asked for: it is made once, and whoever gets it sees all of it.

use double_check::Lazy;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

#[cfg(loom)]
#[path = "../../strongest.rs"]
mod strongest;

#[test]
fn who_asks_again_gets_the_same_value() {
    model::check(|| {
        let lazy = Lazy::new();
        let first = lazy.get_or_make(|| 19);
        let second = lazy.get_or_make(|| unreachable!("the value is there"));
        assert!(std::ptr::eq(first, second));
        assert_eq!(*second, 19);
    });
}

#[test]
fn of_two_who_ask_at_once_one_makes_the_value_and_both_see_it() {
    model::check(|| {
        let lazy = Lazy::new();
        let makers = AtomicU32::new(0);
        let ask = || {
            let value = lazy.get_or_make(|| {
                assert_eq!(makers.fetch_add(1, Relaxed), 0, "the value is made twice");
                19
            });
            assert_eq!(*value, 19);
        };
        thread::scope(|scope| {
            scope.spawn("Alice", ask);
            scope.spawn("Bob", ask);
        });
        assert_eq!(makers.load(Relaxed), 1, "the value is not made");
    });
}

#[test]
#[cfg(not(loom))]
fn after_a_panic_the_next_one_makes_the_value() {
    let lazy = Lazy::new();
    let make = std::panic::AssertUnwindSafe(|| lazy.get_or_make(|| panic!("the file of tax rates is not there")));
    assert!(std::panic::catch_unwind(make).is_err());
    assert_eq!(*lazy.get_or_make(|| 19), 19);
}

#[test]
#[cfg(loom)]
fn who_finds_the_value_made_only_looks() {
    use schedule::{Operation, Style};

    let outcomes = model::outcomes(|| {
        let lazy = Lazy::new();
        thread::scope(|scope| {
            scope.spawn("maker", || lazy.get_or_make(|| 19));
        });
        lazy.get_or_make(|| 7);
    });
    let schedule = outcomes.witness(&()).expect("the program comes to its end");
    let alone = schedule.steps.iter().rev().take_while(|step| !matches!(step.operation, Operation::Join { .. }));
    let looks = |operation: &Operation| matches!(operation, Operation::Load { .. } | Operation::Read { .. });
    assert!(
        alone.into_iter().all(|step| looks(&step.operation)),
        "who finds the value made does more than look:\n\n{}",
        schedule.to_text(Style::plain(80))
    );
}

#[test]
#[cfg(loom)]
fn no_ordering_is_stronger_than_it_has_to_be() {
    strongest::assert_none_is_stronger(include_str!("../exercise.toml"), || {
        let lazy = Lazy::new();
        lazy.get_or_make(|| 19);
        lazy.get_or_make(|| 19);
    });
}

#[test]
#[cfg(loom)]
fn with_the_lock_in_hand_the_look_needs_no_ordering() {
    use schedule::{Operation, Ordering, Style};

    let outcomes = model::outcomes(|| {
        Lazy::new().get_or_make(|| 19);
    });
    let schedule = outcomes.witness(&()).expect("the program comes to its end");
    let locked = schedule.steps.iter().skip_while(|step| !matches!(step.operation, Operation::CompareExchange { .. }));
    let relaxed = |operation: &Operation| match operation {
        Operation::Load { ordering, .. } => *ordering == Ordering::Relaxed,
        _ => true,
    };
    assert!(
        locked.into_iter().all(|step| relaxed(&step.operation)),
        "a load takes over what the flag hands on, and the lock has ordered that already:\n\n{}",
        schedule.to_text(Style::plain(80))
    );
}
