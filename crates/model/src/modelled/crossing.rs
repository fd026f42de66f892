//! Decision points of our own.
//!
//! Loom tries two operations in both orders if it believes that they depend on each other. A [`Crossing`] makes that so: all visits
//! to one depend on each other, and have no other effect. They mend two gaps in what loom 0.7 believes:
//!
//! - For each atomic it remembers the last access only. When a thread loads a value and then changes it, its own load hides an
//!   earlier load by another thread, and the order in which the change comes first is never tried. So each load
//!   crosses a point that belongs to the atomic and the thread, and whoever changes the atomic crosses those of the loads
//!   that are hidden.
//! - Fences are no decision points, although the order of two `SeqCst` fences matters.
//!
//! And they connect what loom knows nothing of: the futex calls.

use std::collections::HashMap;
use std::rc::Rc;

use super::recorder;

/// What a crossing stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Crossing {
    /// The loads of an atomic by a thread.
    Loads { object: usize, thread: usize },
    /// The futex calls. One crossing for all words, because a requeue concerns two.
    Futex,
    /// The `SeqCst` fences.
    Fences,
}

/// The crossings of an execution. Loom's condition variable is the least of its types of which all operations depend
/// on each other: a notification that nobody waits for does nothing else.
pub(super) type Crossings = HashMap<Crossing, Rc<loom::sync::Condvar>>;

impl Crossing {
    /// A decision point: those who cross here may go first.
    pub(super) fn cross(self) {
        let known = recorder::with(|recorder| recorder.crossings.get(&self).cloned());
        let point = known.unwrap_or_else(|| {
            let point = Rc::new(loom::sync::Condvar::new());
            recorder::with(|recorder| recorder.crossings.insert(self, Rc::clone(&point)));
            point
        });
        point.notify_one();
    }
}

/// Before `thread` changes the atomic: crosses where the loads of others are hidden from loom.
pub(super) fn cross_hidden_loads(object: usize, thread: usize) {
    let accesses = recorder::with(|recorder| recorder.log.objects[object].accesses);
    for reader in (0..recorder::MAX_THREADS).filter(|&reader| reader != thread) {
        if accesses.loaded_by[reader] && accesses.last != Some(reader) {
            Crossing::Loads { object, thread: reader }.cross();
        }
    }
}

/// The accesses to an atomic since it was last changed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Accesses {
    loaded_by: [bool; recorder::MAX_THREADS],
    last: Option<usize>,
}

impl Accesses {
    pub(super) fn note_load(&mut self, thread: usize) {
        self.loaded_by[thread] = true;
        self.last = Some(thread);
    }

    pub(super) fn note_change(&mut self, thread: usize) {
        *self = Accesses { last: Some(thread), ..Accesses::default() };
    }
}
