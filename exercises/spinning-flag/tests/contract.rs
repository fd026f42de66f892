//! What a flag promises, with two threads: with real ones, and through every schedule of the model.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use spinning_flag::Flag;

#[test]
fn a_new_flag_is_down() {
    model::check(|| assert!(!Flag::new().is_up()));
}

#[test]
fn a_flag_that_was_raised_stays_up() {
    model::check(|| {
        let flag = Flag::new();
        flag.raise();
        assert!(flag.is_up());
        flag.wait();
        assert!(flag.is_up());
    });
}

#[test]
fn who_has_waited_sees_what_was_written_before() {
    model::check(|| {
        let flag = Flag::new();
        let news = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("waiter", || {
                flag.wait();
                assert_eq!(news.load(Relaxed), 42);
            });
            news.store(42, Relaxed);
            flag.raise();
        });
    });
}

#[test]
fn who_sees_the_flag_up_sees_what_was_written_before() {
    model::check(|| {
        let flag = Flag::new();
        let news = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("visitor", || {
                if flag.is_up() {
                    assert_eq!(news.load(Relaxed), 42);
                }
            });
            news.store(42, Relaxed);
            flag.raise();
        });
    });
}
