//! Two threads add one to the same number.
//!
//! With a plain variable the compiler refuses:
//!
#![doc = concat!("```compile_fail,E0499\n", include_str!("../refused/counter.rs"), "```")]

use std::sync::Mutex;

use model::sync::atomic::{AtomicU32, Ordering::Relaxed};
use model::thread;

/// By a look and a write. Returns the sum, which may be 1.
// ANCHOR: load_and_store
pub fn by_load_and_store() -> u32 {
    let count = AtomicU32::new(0);
    thread::scope(|scope| {
        for name in ["left", "right"] {
            scope.spawn(name, || {
                let seen = count.load(Relaxed);
                count.store(seen + 1, Relaxed);
            });
        }
    });
    count.load(Relaxed)
}
// ANCHOR_END: load_and_store

/// By one operation that does both. Returns the sum, which is 2.
// ANCHOR: fetch_add
pub fn by_fetch_add() -> u32 {
    let count = AtomicU32::new(0);
    thread::scope(|scope| {
        for name in ["left", "right"] {
            scope.spawn(name, || count.fetch_add(1, Relaxed));
        }
    });
    count.load(Relaxed)
}
// ANCHOR_END: fetch_add

/// Under a lock. Returns the sum, which is 2.
///
/// This is std's mutex, which the model does not know: it runs with real threads only.
// ANCHOR: mutex
pub fn by_mutex() -> u32 {
    let count = Mutex::new(0);
    std::thread::scope(|scope| {
        for _ in ["left", "right"] {
            scope.spawn(|| *count.lock().unwrap() += 1);
        }
    });
    count.into_inner().unwrap()
}
// ANCHOR_END: mutex
