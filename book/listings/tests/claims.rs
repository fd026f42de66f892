//! What the book says about its listings, in both worlds.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::gil::Gil;
use ::semaphore::Semaphore;
use listings::barrier::{Meeting, Rounds, meet_twice, sum_of};
use listings::condvar::{Bakery, Early, bakery, one_comes};
use listings::deadlock::{both_ways, transfer_asking, transfer_in_order, transfer_trying};
use listings::flag::{Sleeping, Spinning};
use listings::gil::{Hasty, one_asks, one_asks_ours};
use listings::letter::{crossing, letter};
use listings::lock::{Lock, Swapping, pairs_bought};
use listings::mutex::{Knowing, Waking, pairs_from_account, sell_all, sell_each, two_come};
use listings::once::{both_ask, both_ask_a_cell};
use listings::pool::{Simple, soup, soup_with_help};
#[cfg(not(loom))]
use listings::pool::{burned, dinner};
use listings::primitives::{Called, Counted, OnePermit, Parts, by_permit, remembered};
use listings::queue::{kitchen, order, until_done};
use listings::rwlock::{paid, to_pay_once};
use listings::semaphore::{Shelf, downloads};
use listings::stealing::{Stack, one_slip_comes};
use listings::{condvar, counter, semaphore};
use model::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use model::sync::atomic::{AtomicU32, fence};
use model::{Check, check, thread};
use mutex::Mutex;
use pool::ThreadPool;
use queue::{Shutdown, WorkQueue};

#[test]
fn a_look_and_a_write_may_lose_a_count() {
    let sums = model::outcomes(counter::by_load_and_store);
    let possible = BTreeSet::from([1, 2]);
    if model::MODELLED {
        assert_eq!(*sums.results(), possible);
    } else {
        assert!(sums.results().is_subset(&possible));
    }
}

#[test]
fn one_operation_loses_no_count() {
    check(|| assert_eq!(counter::by_fetch_add(), 2));
}

#[cfg(not(loom))]
#[test]
fn a_lock_loses_no_count() {
    assert_eq!(counter::by_mutex(), 2);
}

// ANCHOR: check
#[test]
fn a_lock_by_swap_lets_one_in() {
    check(|| {
        let lock = Swapping::new();
        assert_eq!(pairs_bought(lock), 1);
    });
}
// ANCHOR_END: check

#[test]
fn a_lock_that_sleeps_lets_one_in() {
    check(|| assert_eq!(pairs_bought(Waking::default()), 1));
}

#[test]
fn a_lock_that_sleeps_lets_everybody_in_at_last() {
    Check::new().preemptions(3).run(|| two_come(Waking::default()));
}

#[test]
fn a_lock_that_knows_of_sleepers_lets_one_in() {
    check(|| assert_eq!(pairs_bought(Knowing::default()), 1));
}

#[test]
fn a_lock_that_knows_of_sleepers_lets_everybody_in_at_last() {
    Check::new().preemptions(3).run(|| two_come(Knowing::default()));
}

#[test]
fn an_account_inside_of_a_lock_pays_for_one_pair() {
    check(|| assert_eq!(pairs_from_account(), 1));
}

#[test]
fn a_guard_without_a_name_lives_as_long_as_the_loop_that_it_feeds() {
    check(|| {
        let stock = Mutex::new(vec!["boots", "shoes"]);
        assert_eq!(sell_all(&stock), [("shoes", true), ("boots", true)]);
    });
}

#[test]
fn a_guard_in_a_statement_of_its_own_is_gone_after_it() {
    check(|| {
        let stock = Mutex::new(vec!["boots", "shoes"]);
        assert_eq!(sell_each(&stock), [("shoes", false), ("boots", false)]);
    });
}

#[test]
fn a_customer_gets_the_bread_that_it_has_waited_for() {
    check(|| assert_eq!(bakery(), "rye"));
}

#[test]
fn a_bench_that_counts_before_it_unlocks_misses_no_call() {
    check(|| one_comes(Bakery::new(Early::default())));
}

#[test]
fn two_who_look_again_get_a_loaf_each() {
    Check::new().preemptions(2).run(|| condvar::two_come(Bakery::new(Early::default()), Bakery::buy));
}

#[test]
fn transfers_in_order_both_end() {
    check(|| assert_eq!(both_ways(transfer_in_order), (110, 90)));
}

#[test]
fn transfers_that_let_go_both_end_unless_they_always_meet() {
    Check::new().preemptions(2).run(|| assert_eq!(both_ways(transfer_trying), (110, 90)));
}

#[test]
fn transfers_that_ask_at_the_desk_both_end() {
    check(|| {
        let desk = Mutex::new(());
        assert_eq!(both_ways(|from, to, amount| transfer_asking(&desk, from, to, amount)), (110, 90));
    });
}

#[test]
fn a_condition_forgets_a_semaphore_counts_and_an_event_stays() {
    check(|| assert_eq!(remembered(), [0, 2, 3]));
}

#[test]
fn a_permit_waits_for_whoever_comes_for_it() {
    check(by_permit);
}

#[test]
fn a_lock_from_a_semaphore_lets_one_in() {
    check(|| assert_eq!(pairs_bought(OnePermit::new()), 1));
}

#[test]
fn a_lock_from_a_semaphore_lets_two_in_after_an_unlock_too_many() {
    let pairs = Check::new().preemptions(2).outcomes(|| {
        let lock = OnePermit::new();
        lock.unlock();
        pairs_bought(lock)
    });
    let possible = BTreeSet::from([1, 2]);
    if model::MODELLED {
        assert_eq!(*pairs.results(), possible);
    } else {
        assert!(pairs.results().is_subset(&possible));
    }
}

#[test]
fn a_semaphore_from_a_lock_and_a_condition_lets_two_in() {
    Check::new().preemptions(2).run(|| semaphore::two_come(Counted::new(0)));
}

#[test]
fn a_condition_from_semaphores_misses_no_call() {
    check(|| one_comes(Bakery::new(Called::new())));
}

#[test]
fn a_condition_from_semaphores_calls_one_at_a_time() {
    Check::new().preemptions(2).run(|| condvar::two_come(Bakery::new(Called::new()), Bakery::buy));
}

#[test]
fn a_latch_from_a_semaphore_lets_two_through_when_both_parts_are_done() {
    Check::new().preemptions(2).run(|| {
        let (parts, sum) = (Parts::new(2), AtomicU32::new(0));
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || {
                    parts.wait();
                    assert_eq!(sum.load(Relaxed), 2);
                });
            }
            for _ in 0..2 {
                sum.fetch_add(1, Relaxed);
                parts.done();
            }
        });
    });
}

#[test]
fn a_semaphore_that_always_wakes_lets_two_in() {
    Check::new().preemptions(2).run(|| semaphore::two_come(semaphore::Waking::new()));
}

#[test]
fn our_semaphore_lets_two_in() {
    Check::new().preemptions(2).run(|| semaphore::two_come(Semaphore::new(0)));
}

#[test]
fn downloads_give_their_lines_back() {
    Check::new().preemptions(2).run(|| assert_eq!(downloads(&["a", "b", "c"]), 2));
}

#[test]
fn a_shelf_with_one_place_hands_two_loaves_over_in_turn() {
    Check::new().preemptions(2).run(|| {
        let shelf = Shelf::new(1);
        thread::scope(|scope| {
            scope.spawn("baker", || {
                shelf.put("rye");
                shelf.put("wheat");
            });
            assert_eq!([shelf.take(), shelf.take()], ["rye", "wheat"]);
        });
    });
}

#[test]
fn who_locks_for_reading_once_is_told_the_old_sum_or_the_new() {
    check(|| assert!([120, 240].contains(&paid(to_pay_once))));
}

#[test]
fn whoever_looks_with_acquire_finds_what_was_made() {
    check(|| assert_eq!(both_ask(Acquire, Release), 42));
}

#[test]
fn a_cell_is_filled_once_by_whoever_asks_first() {
    check(|| assert_eq!(both_ask_a_cell(), (42, 1)));
}

#[test]
fn two_who_count_rounds_meet_twice() {
    Check::new().preemptions(2).run(|| meet_twice(Rounds::new()));
}

#[test]
fn nobody_goes_on_before_both_have_come() {
    check(|| {
        let (hut, came) = (Rounds::new(), AtomicU32::new(0));
        let climb = || {
            came.fetch_add(1, Relaxed);
            hut.wait();
            assert_eq!(came.load(Relaxed), 2);
        };
        thread::scope(|scope| {
            scope.spawn("Alice", climb);
            climb();
        });
    });
}

#[test]
fn main_waits_for_both_parts() {
    Check::new().preemptions(2).run(|| assert_eq!(sum_of([1, 2]), 3));
}

#[test]
fn release_and_acquire_bring_the_letter() {
    check(|| assert_ne!(letter(Release, Acquire), Some(0)));
}

#[test]
fn sequentially_consistent_flags_do_not_cross_unseen() {
    check(|| assert_ne!(crossing(SeqCst, SeqCst), (false, false)));
}

#[test]
fn a_spinning_flag_lets_its_waiter_through_and_brings_the_letter() {
    check(|| {
        let (flag, letter) = (Spinning::default(), AtomicU32::new(0));
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                flag.wait();
                assert_eq!(letter.load(Relaxed), 42);
            });
            letter.store(42, Relaxed);
            flag.raise();
        });
    });
}

#[test]
fn a_sleeping_flag_wakes_its_waiter_and_brings_the_letter() {
    check(|| {
        let (flag, letter) = (Sleeping::default(), AtomicU32::new(0));
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                flag.wait();
                assert_eq!(letter.load(Relaxed), 42);
            });
            letter.store(42, Relaxed);
            flag.raise();
        });
    });
}

/// The waiter is asleep when the pulse comes, as Linux says. There is one pulse, and no second that might help.
#[cfg(all(not(loom), target_os = "linux"))]
#[test]
fn a_pulse_of_rounds_releases_whoever_was_waiting() {
    rehearsal::rehearse(|| {
        let (event, roll) = (listings::event::Rounds::default(), rehearsal::Roll::new());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                roll.sign();
                event.wait();
            });
            roll.wait_until_asleep(1);
            event.set();
            event.clear();
        });
    });
}

#[test]
fn when_all_is_done_the_soup_has_been_served() {
    Check::new().preemptions(2).run(|| assert_eq!(until_done(&WorkQueue::unbounded()), 1));
}

#[test]
fn two_cooks_have_served_all_that_was_ordered() {
    Check::new().preemptions(1).surprises(0).run(|| {
        let mut served = kitchen(&["soup", "fish"]);
        served.sort_unstable();
        assert_eq!(served, ["fish", "soup"]);
    });
}

#[test]
fn a_guest_is_told_that_the_kitchen_is_busy_or_closed() {
    check(|| {
        let orders = WorkQueue::bounded(1);
        assert_eq!(order(&orders, "soup"), "soup will do");
        assert_eq!(order(&orders, "fish"), "no fish now: we are busy");
        orders.shutdown(Shutdown::Drain);
        assert_eq!(order(&orders, "fish"), "no fish: we are closed");
    });
}

#[test]
fn a_soup_gets_its_stock_if_there_is_a_cook_for_each() {
    Check::new().preemptions(2).surprises(0).run(|| soup(&Simple::new(), &["Alice", "Bob"]));
}

#[test]
fn a_soup_gets_its_stock_from_the_cook_who_waits_for_it() {
    Check::new().preemptions(1).surprises(0).run(|| {
        let kitchen = Arc::new(ThreadPool::new(1));
        assert_eq!(soup_with_help(&kitchen).ok(), Some(2));
    });
}

#[test]
fn a_slip_that_is_put_down_before_a_fence_keeps_nobody_asleep() {
    check(|| one_slip_comes(Stack::new(|| fence(SeqCst))));
}

#[cfg(not(loom))]
#[test]
fn a_dish_that_burns_is_told_to_whoever_ordered_it() {
    let (said, next) = burned();
    assert_eq!((said.as_str(), next.ok()), ("the job panicked: it burned", Some(1)));
}

#[cfg(not(loom))]
#[test]
fn a_dinner_comes_in_the_order_in_which_it_was_ordered() {
    assert_eq!(dinner().ok(), Some(["SOUP", "FISH", "CAKE"].map(str::to_owned).to_vec()));
}

#[test]
fn a_lock_that_is_given_back_on_request_may_be_taken_back_at_once() {
    let had = model::outcomes(|| one_asks(&Hasty::new()));
    had.assert_predicted(&[None, Some(0), Some(1)]);
}

#[test]
fn with_forced_switching_whoever_was_asked_is_back_after_another() {
    let had = Check::new().preemptions(3).outcomes(|| one_asks_ours(&Gil::new()));
    had.assert_predicted(&[None, Some(1)]);
}

#[cfg(not(loom))]
#[test]
fn halves_of_halves_add_up() {
    let numbers: Vec<u64> = (1..=100_000).collect();
    let pool = ::stealing::StealingPool::new(3);
    assert_eq!(listings::stealing::sum(&pool, &numbers), 5_000_050_000);
}
