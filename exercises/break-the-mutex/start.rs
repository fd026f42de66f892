//! Four programs, each of which breaks one broken mutex, and no mutex that keeps its promises. They are yours to write.
//!
//! A program creates a mutex with `M::new(0)`, lets two or three threads use it, and asserts what has to hold.

use crate::Mutex;

/// Breaks the mutex whose unlocking is Relaxed.
pub fn relaxed_unlock<M: Mutex>() {}

/// Breaks the mutex whose `try_lock` looks, and then takes.
pub fn looks_then_takes<M: Mutex>() {}

/// Breaks the mutex in which a thread that was woken forgets the others.
pub fn forgets_the_others<M: Mutex>() {}

/// Breaks the mutex whose `try_lock` removes the note that somebody sleeps.
pub fn try_removes_the_note<M: Mutex>() {}
