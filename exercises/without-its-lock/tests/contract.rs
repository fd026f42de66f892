//! What the stop button promises, with two or three threads: with real ones, and through the schedules of the model.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use without_its_lock::Button;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

#[test]
fn once_pressed_it_stays_pressed() {
    model::check(|| {
        let button = Button::new();
        assert!(!button.is_pressed());
        button.press();
        assert!(button.is_pressed());
        button.wait();
        assert!(button.is_pressed());
    });
}

#[test]
fn who_waits_for_the_button_goes_on() {
    // Without surprises: nobody is woken but by a call.
    model::Check::new().surprises(0).run(|| {
        let button = Button::new();
        thread::scope(|scope| {
            scope.spawn("worker", || button.wait());
            button.press();
        });
    });
}

#[test]
fn who_has_waited_sees_what_was_written_before() {
    model::Check::new().preemptions(3).run(|| {
        let button = Button::new();
        let reason = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("worker", || {
                button.wait();
                assert!(button.is_pressed());
                assert_eq!(reason.load(Relaxed), 42);
            });
            reason.store(42, Relaxed);
            button.press();
        });
    });
}

#[test]
fn who_sees_it_pressed_sees_what_was_written_before() {
    model::check(|| {
        let button = Button::new();
        let reason = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("worker", || {
                if button.is_pressed() {
                    assert_eq!(reason.load(Relaxed), 42);
                }
            });
            reason.store(42, Relaxed);
            button.press();
        });
    });
}

#[test]
fn everybody_who_waits_goes_on() {
    model::Check::new().preemptions(2).surprises(0).run(|| {
        let button = Button::new();
        thread::scope(|scope| {
            scope.spawn("worker 1", || button.wait());
            scope.spawn("worker 2", || button.wait());
            button.press();
        });
    });
}

#[test]
#[cfg(loom)]
fn who_waits_is_asleep_until_it_is_pressed() {
    asleep::assert_asleep(|| {
        let button = Button::new();
        button.wait();
    });
}

#[test]
#[cfg(loom)]
fn who_is_woken_for_no_reason_sleeps_again() {
    asleep::assert_sleeps_again(Button::new, |button| button.wait(), |button| button.press());
}
