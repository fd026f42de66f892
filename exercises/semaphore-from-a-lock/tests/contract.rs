//! The reference's own contract, as far as permits are handed out one by one; and that whoever waits is asleep.

use semaphore_from_a_lock::{Permit, Semaphore};

#[path = "../../../crates/semaphore/tests/one_by_one/mod.rs"]
mod one_by_one;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

#[test]
#[cfg(loom)]
fn who_waits_is_asleep() {
    asleep::assert_asleep(|| {
        let semaphore = Semaphore::new(1);
        semaphore.acquire().forget();
        semaphore.acquire().forget();
    });
}
