//! What the slot promises, with two to four threads: with real ones, and through the schedules of the model.

use model::thread;
use wrong_sleeper::Slot;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

/// Nobody is woken but by a call, for chance would make good what a call has missed. Four hundred decisions are plenty.
const CHECK: model::Check = model::Check::new().preemptions(2).surprises(0).decisions(400);

#[test]
fn what_was_put_in_comes_out() {
    model::check(|| {
        let slot = Slot::new();
        for reading in [7, 8] {
            slot.put(reading);
            assert_eq!(slot.take(), reading);
        }
    });
}

#[test]
fn who_waits_for_a_reading_gets_it() {
    CHECK.run(|| {
        let slot = Slot::new();
        thread::scope(|scope| {
            scope.spawn("taker", || assert_eq!(slot.take(), 7));
            slot.put(7);
        });
    });
}

#[test]
fn who_waits_for_room_gets_it() {
    CHECK.run(|| {
        let slot = Slot::new();
        slot.put(7);
        thread::scope(|scope| {
            scope.spawn("putter", || slot.put(8));
            assert_eq!([slot.take(), slot.take()], [7, 8]);
        });
    });
}

#[test]
fn two_takers_share_two_readings() {
    CHECK.run(|| {
        let slot = Slot::new();
        let sum = thread::scope(|scope| {
            let takers = ["taker 1", "taker 2"].map(|name| scope.spawn(name, || slot.take()));
            slot.put(7);
            slot.put(8);
            takers.map(|taker| taker.join()).iter().sum::<u32>()
        });
        assert_eq!(sum, 15, "each reading is taken once");
    });
}

#[test]
fn two_putters_take_turns() {
    CHECK.run(|| {
        let slot = Slot::new();
        slot.put(7);
        thread::scope(|scope| {
            scope.spawn("putter 1", || slot.put(8));
            scope.spawn("putter 2", || slot.put(9));
            let sum = slot.take() + slot.take() + slot.take();
            assert_eq!(sum, 24, "each reading is taken once");
        });
    });
}

#[test]
#[cfg(loom)]
fn takers_are_asleep_until_a_reading_comes() {
    asleep::assert_asleep(|| {
        let slot = Slot::new();
        thread::scope(|scope| {
            scope.spawn("another", || slot.take());
            slot.take();
        });
    });
}

#[test]
#[cfg(loom)]
fn putters_are_asleep_until_there_is_room() {
    asleep::assert_asleep(|| {
        let slot = Slot::new();
        slot.put(7);
        thread::scope(|scope| {
            scope.spawn("another", || slot.put(8));
            slot.put(9);
        });
    });
}

#[test]
#[cfg(loom)]
fn who_is_woken_for_no_reason_sleeps_again() {
    asleep::assert_sleeps_again(Slot::new, |slot| assert_eq!(slot.take(), 7), |slot| slot.put(7));
}
