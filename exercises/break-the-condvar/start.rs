//! Four programs, each of which breaks one broken condition variable, and no condition variable that keeps its promises. They
//! are yours to write.
//!
//! A program creates a condition variable with `C::new()` and a mutex with `Mutex::new(..)`, lets two or three threads use
//! them, and asserts what has to hold.

use crate::Condvar;

/// Breaks the condition variable whose `wait` sleeps with the lock held.
pub fn keeps_the_lock<C: Condvar>() {}

/// Breaks the condition variable that loses a call between the unlock and the sleep.
pub fn reads_after_unlocking<C: Condvar>() {}

/// Breaks the condition variable whose call to all wakes one.
pub fn wakes_one_for_all<C: Condvar>() {}

/// Breaks the condition variable that calls somebody who has left.
pub fn serves_who_has_left<C: Condvar>() {}
