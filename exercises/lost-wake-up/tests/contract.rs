//! What a mailbox promises, with two threads: with real ones, and through every schedule of the model.

use lost_wake_up::Mailbox;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

#[test]
fn a_letter_that_was_posted_is_taken() {
    model::check(|| {
        let mailbox = Mailbox::new();
        for letter in [7, 8] {
            mailbox.post(letter);
            assert_eq!(mailbox.take(), letter);
        }
    });
}

#[test]
fn a_newer_letter_takes_the_place_of_an_older_one() {
    model::check(|| {
        let mailbox = Mailbox::new();
        mailbox.post(7);
        mailbox.post(8);
        assert_eq!(mailbox.take(), 8);
    });
}

#[test]
fn who_waits_for_a_letter_gets_it() {
    model::check(|| {
        let mailbox = Mailbox::new();
        thread::scope(|scope| {
            scope.spawn("reader", || assert_eq!(mailbox.take(), 7));
            mailbox.post(7);
        });
    });
}

#[test]
fn who_takes_a_letter_sees_what_was_written_before_it() {
    model::check(|| {
        let mailbox = Mailbox::new();
        let parcel = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("reader", || {
                mailbox.take();
                assert_eq!(parcel.load(Relaxed), 42);
            });
            parcel.store(42, Relaxed);
            mailbox.post(7);
        });
    });
}

#[test]
fn the_last_letter_always_comes() {
    model::Check::new().preemptions(2).run(|| {
        let mailbox = Mailbox::new();
        thread::scope(|scope| {
            scope.spawn("reader", || while mailbox.take() != 8 {});
            mailbox.post(7);
            mailbox.post(8);
        });
    });
}

#[test]
#[cfg(loom)]
fn who_waits_is_asleep_until_it_rings() {
    asleep::assert_asleep(|| {
        let mailbox = Mailbox::new();
        mailbox.take();
    });
}

#[test]
#[cfg(loom)]
fn who_is_woken_for_no_reason_sleeps_again() {
    asleep::assert_sleeps_again(Mailbox::new, |mailbox| assert_eq!(mailbox.take(), 7), |mailbox| mailbox.post(7));
}
