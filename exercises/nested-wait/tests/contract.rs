//! What is promised to whoever asks for a price, with one or two workers.

use std::sync::Arc;

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use nested_wait::{Ask, Part, Pool, price};

/// Nobody is woken but by a call: chance would make good what a call has missed.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(1).surprises(0);

fn part(name: &'static str, parts: Vec<Part>) -> Part {
    Part { name, parts }
}

/// A part that has a part, and so on.
fn locomotive() -> Part {
    part("locomotive", vec![part("engine", vec![part("valve", Vec::new())])])
}

/// A part with two others, of which one has a part.
fn bicycle() -> Part {
    part("bicycle", vec![part("bell", Vec::new()), part("wheel", vec![part("tyre", Vec::new())])])
}

/// The price is the length of the name.
fn letters() -> Ask {
    Arc::new(|name| u32::try_from(name.len()).expect("names are short"))
}

#[test]
fn what_has_no_parts_has_its_own_price() {
    CALLS_ONLY.run(|| assert_eq!(price(&Pool::new(1), part("bell", Vec::new()), letters()), 4));
}

#[test]
fn the_parts_count() {
    CALLS_ONLY.run(|| {
        let wheel = part("wheel", vec![part("tyre", Vec::new()), part("rim", Vec::new())]);
        assert_eq!(price(&Pool::new(2), wheel, letters()), 5 + 4 + 3);
    });
}

#[test]
fn two_workers_do_for_parts_in_parts_in_parts() {
    CALLS_ONLY.run(|| assert_eq!(price(&Pool::new(2), locomotive(), letters()), 10 + 6 + 5));
}

#[test]
fn one_worker_does_for_all() {
    CALLS_ONLY.run(|| {
        let pool = Pool::new(1);
        assert_eq!(price(&pool, locomotive(), letters()), 10 + 6 + 5);
        assert_eq!(price(&pool, part("bell", Vec::new()), letters()), 4, "a pool can be asked again");
    });
}

/// How many questions there were at the same time, at most.
fn questions_at_the_same_time(workers: usize) -> u32 {
    let (now, most) = (AtomicU32::new(0), Arc::new(AtomicU32::new(0)));
    let seen = Arc::clone(&most);
    let ask = move |_: &str| {
        seen.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
        now.fetch_sub(1, Relaxed);
        1
    };
    assert_eq!(price(&Pool::new(workers), bicycle(), Arc::new(ask)), 4);
    most.load(Relaxed)
}

#[test]
fn there_are_no_more_questions_at_the_same_time_than_workers() {
    for workers in [1, 2] {
        CALLS_ONLY.run(move || {
            let questions = questions_at_the_same_time(workers);
            assert!(questions as usize <= workers, "{questions} questions at the same time, of {workers} workers");
        });
    }
}

#[test]
#[cfg(loom)]
fn two_workers_can_ask_at_the_same_time() {
    let most = CALLS_ONLY.outcomes(|| questions_at_the_same_time(2));
    assert!(most.results().contains(&2), "there are two workers, and never more than one of them asks");
}

/// One worker has no answer for the tyre, ever, and the other one has nothing else to do.
#[test]
#[cfg(loom)]
fn whoever_has_nothing_to_do_is_asleep() {
    use event::Event;
    use schedule::{Failure, Style};

    let schedule = CALLS_ONLY.counterexample(|| {
        let asked = Event::new();
        let ask = move |name: &str| {
            match name {
                "bicycle" => asked.wait(),
                "tyre" => {
                    asked.set();
                    Event::new().wait();
                }
                _ => {}
            }
            1
        };
        price(&Pool::new(2), bicycle(), Arc::new(ask));
    });
    let schedule = schedule.expect("an answer that never comes is waited for without end");
    let asleep = matches!(schedule.failure, Some(Failure::Deadlock { .. }));
    assert!(asleep, "somebody who has nothing to do does not sleep:\n\n{}", schedule.to_text(Style::plain(80)));
}
