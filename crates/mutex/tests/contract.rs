//! What a mutex promises, with two or three threads and through the public API alone.

use model::thread;
use mutex::Mutex;

#[test]
fn one_at_a_time() {
    model::check(|| {
        let count = Mutex::new(0);
        thread::scope(|scope| {
            for name in ["left", "right"] {
                scope.spawn(name, || *count.lock() += 1);
            }
        });
        assert_eq!(count.into_inner(), 2);
    });
}

#[test]
fn every_sleeper_gets_its_turn() {
    model::Check::new().preemptions(3).run(|| {
        let count = Mutex::new(0);
        thread::scope(|scope| {
            for name in ["Alice", "Bob", "Carol"] {
                scope.spawn(name, || *count.lock() += 1);
            }
        });
        assert_eq!(count.into_inner(), 3);
    });
}
