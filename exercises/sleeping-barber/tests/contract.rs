//! What the shop promises, with two or three threads: with real ones, and through the schedules of the model.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use sleeping_barber::Shop;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

/// Nobody is woken but by a call.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

/// A program in which the main thread and so many others come, with a chair for each, and the barber serves them.
fn open_for(others: usize) -> impl Fn() + Send + Sync + 'static {
    move || {
        let shop = Shop::new(1 + others);
        let cut = AtomicU32::new(0);
        let come = || {
            assert!(shop.visit(), "there is a chair");
            assert!(cut.load(Relaxed) > 0, "a customer leaves as they came");
        };
        thread::scope(|scope| {
            scope.spawn("barber", || {
                for _ in 0..1 + others {
                    shop.serve(|| {
                        cut.fetch_add(1, Relaxed);
                    });
                }
            });
            for _ in 0..others {
                scope.spawn("Alice", come);
            }
            come();
        });
    }
}

#[test]
fn who_comes_in_leaves_with_their_hair_cut() {
    CALLS_ONLY.run(open_for(0));
}

#[test]
fn two_customers_are_served() {
    CALLS_ONLY.preemptions(1).run(open_for(1));
}

#[test]
fn a_wake_up_for_no_reason_is_no_customer() {
    model::Check::new().preemptions(2).run(open_for(0));
}

#[test]
#[cfg(loom)]
fn who_finds_no_chair_leaves_at_once() {
    CALLS_ONLY.run(|| {
        let shop = Shop::new(1);
        thread::scope(|scope| {
            scope.spawn("Alice", || assert!(shop.visit(), "there is a chair"));
            until_asleep(1);
            assert!(!shop.visit(), "Alice sits on the only chair");
            shop.serve(|| ());
        });
    });
}

#[test]
#[cfg(loom)]
fn while_he_cuts_others_come_and_wait_or_leave() {
    CALLS_ONLY.preemptions(1).run(|| {
        let shop = Shop::new(1);
        thread::scope(|scope| {
            scope.spawn("Alice", || assert!(shop.visit(), "there is a chair"));
            until_asleep(1);
            shop.serve(|| {
                scope.spawn("Bob", || assert!(shop.visit(), "the chair is free while Alice is served"));
                until_asleep(2);
                assert!(!shop.visit(), "Bob sits on the only chair");
            });
            shop.serve(|| ());
        });
    });
}

#[test]
#[cfg(loom)]
fn the_barber_is_asleep_while_nobody_comes() {
    asleep::assert_asleep(|| Shop::new(1).serve(|| ()));
}

#[test]
#[cfg(loom)]
fn customers_are_asleep_while_the_barber_is_out() {
    asleep::assert_asleep(|| {
        Shop::new(1).visit();
    });
}

/// The model lets the others go on until so many of them sleep.
#[cfg(loom)]
fn until_asleep(sleepers: usize) {
    while model::sleepers() < sleepers {
        thread::yield_now();
    }
}
