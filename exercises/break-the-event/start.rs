//! Four programs, each of which breaks one broken event, and no event that keeps its promises. They are yours to write.
//!
//! A program creates an event with `E::new()`, lets two or three threads use it, and asserts what has to hold.

use crate::Event;

/// Breaks the event whose `set` is Relaxed.
pub fn publishes_nothing<E: Event>() {}

/// Breaks the event whose `wait` looks at the flag, and then again to fall asleep.
pub fn looks_twice<E: Event>() {}

/// Breaks the event whose `set` wakes one sleeper.
pub fn wakes_one<E: Event>() {}

/// Breaks the event that forgets a `set` as soon as `clear` follows.
pub fn no_generation<E: Event>() {}
