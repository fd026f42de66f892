//! Wrong: in the third program one thread waits, and to wake one is to wake all.

use std::time::Duration;

use model::thread;
use mutex::Mutex;

use crate::Condvar;

/// Breaks the condition variable whose `wait` sleeps with the lock held.
pub fn keeps_the_lock<C: Condvar>() {
    let (flag, raised) = (Mutex::new(false), C::new());
    thread::scope(|scope| {
        scope.spawn("waiter", || raised.wait_while(&mut flag.lock(), |flag| !*flag));
        *flag.lock() = true;
        raised.notify_one();
    });
}

/// Breaks the condition variable that loses a call between the unlock and the sleep.
pub fn reads_after_unlocking<C: Condvar>() {
    let (flag, raised) = (Mutex::new(false), C::new());
    thread::scope(|scope| {
        scope.spawn("waiter", || raised.wait_while(&mut flag.lock(), |flag| !*flag));
        *flag.lock() = true;
        raised.notify_one();
    });
}

/// Breaks the condition variable whose call to all wakes one.
pub fn wakes_one_for_all<C: Condvar>() {
    let (flag, raised) = (Mutex::new(false), C::new());
    thread::scope(|scope| {
        scope.spawn("waiter", || raised.wait_while(&mut flag.lock(), |flag| !*flag));
        *flag.lock() = true;
        raised.notify_all();
    });
}

/// Breaks the condition variable that calls somebody who has left.
pub fn serves_who_has_left<C: Condvar>() {
    let (flag, raised) = (Mutex::new(false), C::new());
    thread::scope(|scope| {
        scope.spawn("impatient", || {
            if raised.wait_timeout(&mut flag.lock(), Duration::from_millis(1)) {
                raised.notify_one();
            }
        });
        scope.spawn("patient", || raised.wait_while(&mut flag.lock(), |flag| !*flag));
        *flag.lock() = true;
        raised.notify_one();
    });
}
