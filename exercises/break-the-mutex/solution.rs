//! Four programs, each of which breaks one broken mutex, and no mutex that keeps its promises.
//!
//! A wake-up that is lost needs no assertion: the scope waits for a thread that sleeps for good. In the other two it is the
//! data that has to tell.

use model::thread;

use crate::Mutex;

/// Breaks the mutex whose unlocking is Relaxed.
pub fn relaxed_unlock<M: Mutex>() {
    let mutex = M::new(0);
    thread::scope(|scope| {
        scope.spawn("other", || *mutex.lock() += 1);
        *mutex.lock() += 1;
    });
    assert_eq!(mutex.into_inner(), 2);
}

/// Breaks the mutex whose `try_lock` looks, and then takes.
pub fn looks_then_takes<M: Mutex>() {
    let mutex = M::new(0);
    let count = || mutex.try_lock().map(|mut number| *number += 1).is_some();
    let locked = thread::scope(|scope| {
        let other = scope.spawn("other", count);
        u32::from(count()) + u32::from(other.join())
    });
    assert_eq!(mutex.into_inner(), locked);
}

/// Breaks the mutex in which a thread that was woken forgets the others.
pub fn forgets_the_others<M: Mutex>() {
    let mutex = M::new(0);
    let guard = mutex.lock();
    thread::scope(|scope| {
        scope.spawn("Bob", || drop(mutex.lock()));
        scope.spawn("Carol", || drop(mutex.lock()));
        drop(guard);
    });
}

/// Breaks the mutex whose `try_lock` removes the note that somebody sleeps.
pub fn try_removes_the_note<M: Mutex>() {
    let mutex = M::new(0);
    let guard = mutex.lock();
    thread::scope(|scope| {
        scope.spawn("sleeper", || drop(mutex.lock()));
        drop(mutex.try_lock());
        drop(guard);
    });
}
