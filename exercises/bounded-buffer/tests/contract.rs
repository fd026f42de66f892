//! What the buffer promises, with two or three threads: with real ones, and through the schedules of the model.

use bounded_buffer::Buffer;
use model::sync::atomic::Ordering::Relaxed;
use model::sync::atomic::{AtomicU32, AtomicUsize};
use model::thread;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

/// For programs in which nobody is woken but by a call: chance would make good what a call has missed.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

#[test]
fn what_was_put_in_first_comes_out_first() {
    model::check(|| {
        let buffer = Buffer::new(3);
        for item in ["rye", "wheat", "spelt"] {
            buffer.put(item);
        }
        assert_eq!([buffer.get(), buffer.get(), buffer.get()], ["rye", "wheat", "spelt"]);
    });
}

#[test]
#[cfg(not(loom))]
#[should_panic(expected = "room")]
fn a_buffer_without_room_is_refused() {
    Buffer::<u32>::new(0);
}

#[test]
fn no_more_items_lie_there_than_the_capacity_allows() {
    CALLS_ONLY.run(|| {
        let buffer = Buffer::new(1);
        let put = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn("putter", || {
                for item in [7, 8] {
                    buffer.put(item);
                    put.fetch_add(1, Relaxed);
                }
            });
            assert!(put.load(Relaxed) <= 1, "the capacity is 1, and nobody has taken anything out");
            assert_eq!([buffer.get(), buffer.get()], [7, 8]);
        });
    });
}

#[test]
fn who_gets_an_item_sees_what_was_written_before_it() {
    CALLS_ONLY.run(|| {
        let buffer = Buffer::new(1);
        let letter = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("getter", || {
                buffer.get();
                assert_eq!(letter.load(Relaxed), 42);
            });
            letter.store(42, Relaxed);
            buffer.put(7);
        });
    });
}

#[test]
fn two_getters_share_two_items() {
    CALLS_ONLY.run(|| {
        let buffer = Buffer::new(2);
        let sum = thread::scope(|scope| {
            let getters = ["getter 1", "getter 2"].map(|name| scope.spawn(name, || buffer.get()));
            buffer.put(7);
            buffer.put(8);
            getters.map(|getter| getter.join()).iter().sum::<u32>()
        });
        assert_eq!(sum, 15, "each item is taken once");
    });
}

#[test]
fn two_getters_share_two_items_one_at_a_time() {
    CALLS_ONLY.run(|| {
        let buffer = Buffer::new(1);
        let sum = thread::scope(|scope| {
            let getters = ["getter 1", "getter 2"].map(|name| scope.spawn(name, || buffer.get()));
            buffer.put(7);
            buffer.put(8);
            getters.map(|getter| getter.join()).iter().sum::<u32>()
        });
        assert_eq!(sum, 15, "each item is taken once");
    });
}

#[test]
fn two_putters_share_room_for_two() {
    CALLS_ONLY.run(|| {
        let buffer = Buffer::new(2);
        buffer.put(1);
        buffer.put(2);
        thread::scope(|scope| {
            scope.spawn("putter 1", || buffer.put(3));
            scope.spawn("putter 2", || buffer.put(3));
            // Both find room now, and nobody takes anything out any more.
            assert_eq!([buffer.get(), buffer.get()], [1, 2]);
        });
        assert_eq!([buffer.get(), buffer.get()], [3, 3]);
    });
}

#[test]
fn the_capacity_holds_among_putters() {
    CALLS_ONLY.preemptions(3).run(|| {
        let buffer = Buffer::new(1);
        let put = AtomicUsize::new(0);
        buffer.put(7);
        thread::scope(|scope| {
            for name in ["putter 1", "putter 2"] {
                scope.spawn(name, || {
                    buffer.put(8);
                    put.fetch_add(1, Relaxed);
                });
            }
            buffer.get();
            assert!(put.load(Relaxed) <= 1, "the capacity is 1, and one item has been taken out");
            assert_eq!([buffer.get(), buffer.get()], [8, 8]);
        });
    });
}

#[test]
fn a_wake_up_for_no_reason_is_not_a_call() {
    model::Check::new().preemptions(2).run(|| {
        let buffer = Buffer::new(1);
        thread::scope(|scope| {
            scope.spawn("putter", || [7, 8].map(|item| buffer.put(item)));
            assert_eq!([buffer.get(), buffer.get()], [7, 8]);
        });
    });
}

#[test]
#[cfg(loom)]
fn getters_are_asleep_until_there_is_an_item() {
    asleep::assert_asleep(|| {
        let buffer = Buffer::<u32>::new(1);
        thread::scope(|scope| {
            scope.spawn("another", || buffer.get());
            buffer.get();
        });
    });
}

#[test]
#[cfg(loom)]
fn putters_are_asleep_until_there_is_room() {
    asleep::assert_asleep(|| {
        let buffer = Buffer::new(1);
        buffer.put(7);
        thread::scope(|scope| {
            scope.spawn("another", || buffer.put(8));
            buffer.put(9);
        });
    });
}

#[test]
#[cfg(loom)]
fn who_is_woken_for_no_reason_sleeps_again() {
    asleep::assert_sleeps_again(|| Buffer::new(1), |buffer| assert_eq!(buffer.get(), 7), |buffer| buffer.put(7));
}
