//! No ordering is stronger than it has to be.

use model::thread;

use crate::Lock;

#[path = "../../../strongest.rs"]
mod strongest;

#[test]
fn no_ordering_is_stronger_than_it_has_to_be() {
    strongest::assert_none_is_stronger(include_str!("../../exercise.toml"), || {
        let lock = Lock::new();
        lock.lock();
        thread::scope(|scope| {
            scope.spawn("visitor", || {
                lock.lock();
                lock.unlock();
            });
            // The model lets the visitor go on until it spins, so that it has been refused once.
            thread::yield_now();
            lock.unlock();
        });
    });
}
