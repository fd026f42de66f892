//! What a walk promises: every folder is visited once, by several workers, and in the end all of them go home.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use poison_pill::walk;
#[cfg(loom)]
use queue::WorkQueue;

/// Nobody is woken but by a call.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

/// A program in which `workers` visit a folder of this `depth`. In each folder is one other, down to depth zero.
fn well(depth: u32, workers: usize) -> impl Fn() + Send + Sync + 'static {
    move || {
        let visited = AtomicU32::new(0);
        walk(depth, workers, |&depth| {
            visited.fetch_add(1, Relaxed);
            depth.checked_sub(1).into_iter().collect()
        });
        assert_eq!(visited.load(Relaxed), depth + 1, "every folder has to be visited, once");
    }
}

#[test]
fn a_folder_without_others_in_it_is_visited_by_one_of_two() {
    CALLS_ONLY.run(well(0, 2));
}

#[test]
fn a_worker_alone_visits_all() {
    CALLS_ONLY.run(well(2, 1));
}

#[test]
fn two_workers_visit_what_is_found_on_the_way() {
    CALLS_ONLY.run(well(1, 2));
}

#[test]
fn three_workers_go_home() {
    CALLS_ONLY.preemptions(1).run(well(1, 3));
}

#[test]
fn two_folders_are_visited_at_the_same_time() {
    // Who waits for a limited time only has gone home by then, in some schedule.
    CALLS_ONLY.preemptions(1).surprises(1).run(|| {
        let inside = AtomicU32::new(0);
        walk("root", 2, |&folder| {
            if folder == "root" {
                return vec!["left", "right"];
            }
            inside.fetch_add(1, Relaxed);
            while inside.load(Relaxed) < 2 {
                thread::yield_now();
            }
            Vec::new()
        });
    });
}

#[test]
fn a_worker_alone_visits_one_after_the_other() {
    CALLS_ONLY.run(|| {
        let inside = AtomicU32::new(0);
        walk("root", 1, |&folder| {
            assert_eq!(inside.fetch_add(1, Relaxed), 0, "more visit folders than there are workers");
            inside.fetch_sub(1, Relaxed);
            if folder == "root" { vec!["left", "right"] } else { Vec::new() }
        });
    });
}

/// One worker never comes back from its folder, and the other one is not to be awake meanwhile.
#[test]
#[cfg(loom)]
fn who_has_nothing_to_visit_is_asleep() {
    use schedule::{Failure, Style};

    let schedule = model::Check::new().preemptions(1).counterexample(|| {
        walk("root", 2, |_| {
            // Nothing is ever put into this one.
            let nothing = WorkQueue::<&str>::unbounded().get();
            nothing.into_iter().collect()
        });
    });
    let schedule = schedule.expect("what never comes is waited for without end");
    let asleep = matches!(schedule.failure, Some(Failure::Deadlock { .. }));
    assert!(asleep, "who has nothing to visit does not sleep:\n\n{}", schedule.to_text(Style::plain(80)));
}
