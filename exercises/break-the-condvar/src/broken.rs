//! Condition variables that are broken: three that others have handed in for the exercise `build-condvar`, and one more.

#[path = "../../build-condvar/wrong/keeps-the-lock.rs"]
pub mod keeps_the_lock;
#[path = "../../build-condvar/wrong/reads-after-unlocking.rs"]
pub mod reads_after_unlocking;
#[path = "serves-who-has-left.rs"]
pub mod serves_who_has_left;
#[path = "../../build-condvar/wrong/wakes-one-for-all.rs"]
pub mod wakes_one_for_all;
