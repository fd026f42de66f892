//! What one thread has written, and what another sees of it.

use model::sync::atomic::{AtomicBool, AtomicU32, Ordering, Ordering::Relaxed};
use model::thread;

/// One thread writes a letter and raises a flag; the other, if it finds the flag up, reads the letter.
///
/// Returns what it read: `None` if the flag was down.
// ANCHOR: letter
pub fn letter(raise: Ordering, look: Ordering) -> Option<u32> {
    let letter = AtomicU32::new(0);
    let flag = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn("sender", || {
            letter.store(42, Relaxed);
            flag.store(true, raise);
        });
        flag.load(look).then(|| letter.load(Relaxed))
    })
}
// ANCHOR_END: letter

/// Each of two threads raises its own flag and looks at the other's. Returns what they saw.
// ANCHOR: crossing
pub fn crossing(raise: Ordering, look: Ordering) -> (bool, bool) {
    let (mine, yours) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        let other = scope.spawn("other", || {
            yours.store(true, raise);
            mine.load(look)
        });
        mine.store(true, raise);
        let seen = yours.load(look);
        (seen, other.join())
    })
}
// ANCHOR_END: crossing
