//! The model's futex.
//!
//! It does what the kernel's does, and where the kernel takes the lock of a hash bucket it passes a [`Crossing`], the same for
//! all words. `wait` crosses, and then looks at the word and goes to sleep [in one step](in_one_step) with that; a wake
//! crosses too. So loom tries both orders.
//!
//! Loom orders everything that the waker did before everything that the woken thread does next. The kernel promises no
//! such thing, and a primitive that relies on it is broken. Therefore each sleep is also an opportunity for a
//! [surprise](super::surprise): the sleeper goes on for no reason, ordered behind nothing.

use std::panic::Location;
use std::ptr;

use schedule::Roused;

use super::atomic_types::AtomicU32;
use super::crossing::Crossing;
use super::recorder::{self, Action, Failure, Recorder, State};
use super::surprise::opportunity;

/// A thread that sleeps on a word.
pub(super) struct Sleeper {
    thread: usize,
    address: usize,
    /// How to wake it; absent while it is about to go on by itself.
    parked: Option<loom::thread::Thread>,
    timed: bool,
}

/// Sleeps while `word` holds `expected`, until somebody wakes it, the time runs out, or for no reason. `false`: the time ran out.
#[track_caller]
pub fn wait(word: &AtomicU32, expected: u32, timed: bool) -> bool {
    let place = Location::caller();
    let address = ptr::from_ref(word).addr();
    let object = word.object();
    let access = recorder::enter(Some((object, address)), "futex wait", place);
    let thread = access.thread;
    Crossing::Futex.cross();
    let found = in_one_step(|| word.kernel_load(thread));
    if found != expected {
        let refused = Action::SleepRefused { word: object, expected: expected.into(), found: found.into() };
        access.record(refused);
        return true;
    }
    access.record(Action::Sleep { word: object, value: expected.into(), timed });
    let why = match opportunity(thread, if timed { 2 } else { 1 }) {
        0 => {
            let parked = Some(loom::thread::current());
            recorder::with(|recorder| {
                recorder.sleepers.push(Sleeper { thread, address, parked, timed });
                recorder.log.threads[thread].state = State::Sleeping { word: object, value: expected.into(), place };
            });
            unless_others_can_run(true, Some(Failure::Deadlock));
            while recorder::with(|recorder| recorder.log.threads[thread].roused.is_none()) {
                loom::thread::park();
            }
            recorder::resume(thread);
            recorder::with(|recorder| recorder.log.threads[thread].roused.take()).unwrap_or(Roused::Woken)
        }
        surprise => {
            recorder::with(|recorder| recorder.sleepers.push(Sleeper { thread, address, parked: None, timed }));
            // Others may still wake it, and then that wake is spent.
            Crossing::Futex.cross();
            recorder::resume(thread);
            recorder::with(|recorder| {
                recorder.sleepers.retain(|sleeper| sleeper.thread != thread);
                recorder.log.threads[thread].roused.take()
            })
            .unwrap_or(if timed && surprise == 1 { Roused::TimedOut } else { Roused::Spuriously })
        }
    };
    access.record(Action::Rouse { word: object, why });
    why != Roused::TimedOut
}

/// How many threads sleep.
#[track_caller]
pub(crate) fn sleepers() -> usize {
    let access = recorder::enter(None, "sleepers", Location::caller());
    Crossing::Futex.cross();
    recorder::resume(access.thread);
    recorder::with(|recorder| recorder.sleepers.len())
}

/// Wakes at most `limit` of those who sleep on the word at `address`, the longest asleep first; returns how many.
///
/// The word may be gone: the address is only a key.
#[track_caller]
pub fn wake(word: *const AtomicU32, limit: usize) -> usize {
    let place = Location::caller();
    let address = word.addr();
    let access = recorder::enter(None, "futex wake", place);
    Crossing::Futex.cross();
    let (woken, handles, word) = recorder::with(|recorder| {
        let (woken, handles) = recorder.rouse(address, limit);
        (woken, handles, recorder.object_at(address))
    });
    for handle in handles {
        handle.unpark();
    }
    let count = woken.len();
    access.record(Action::Wake { word, limit: (limit != usize::MAX).then_some(limit), woken });
    count
}

/// How many threads a [`requeue`] reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requeued {
    /// Woken.
    pub woken: usize,
    /// Moved to the other word, still asleep.
    pub moved: usize,
}

/// If `from` holds `expected`: wakes one of those who sleep on it and makes the rest sleep on the word at `to`.
#[track_caller]
pub fn requeue(from: &AtomicU32, expected: u32, to: *const AtomicU32) -> Option<Requeued> {
    let place = Location::caller();
    let address = ptr::from_ref(from).addr();
    let access = recorder::enter(Some((from.object(), address)), "futex requeue", place);
    Crossing::Futex.cross();
    let found = in_one_step(|| from.kernel_load(access.thread));
    if found != expected {
        recorder::resume(access.thread);
        return None;
    }
    let (woken, handles, moved, to) = recorder::with(|recorder| {
        let (woken, handles) = recorder.rouse(address, 1);
        let to_word = recorder.object_at(to.addr());
        let mut moved = Vec::new();
        for sleeper in recorder.sleepers.iter_mut().filter(|sleeper| sleeper.address == address) {
            sleeper.address = to.addr();
            moved.push(sleeper.thread);
            let state = &mut recorder.log.threads[sleeper.thread].state;
            if let (State::Sleeping { word, .. }, Some(to)) = (state, to_word) {
                *word = to;
            }
        }
        (woken, handles, moved, to_word)
    });
    for handle in handles {
        handle.unpark();
    }
    let counts = Requeued { woken: woken.len(), moved: moved.len() };
    access.record(Action::Requeue { from: from.object(), to, woken, moved });
    Some(counts)
}

/// If no thread but the running one can go on: lets the time of one timed sleeper run out. If there is none, that is the
/// `failure`. Threads that spin count as able to go on if `spinning`.
pub(super) fn unless_others_can_run(spinning: bool, failure: Option<Failure>) {
    let stuck = recorder::with(|recorder| {
        if recorder.others_can_run(spinning) {
            return None;
        }
        let Some(position) = recorder.sleepers.iter().position(|sleeper| sleeper.timed && sleeper.parked.is_some())
        else {
            return Some(None);
        };
        let sleeper = recorder.sleepers.remove(position);
        recorder.set_roused(sleeper.thread, Roused::TimedOut);
        (sleeper.thread != recorder.current).then_some(sleeper.parked)
    });
    match (stuck, failure) {
        (Some(Some(handle)), _) => handle.unpark(),
        (Some(None), Some(failure)) => recorder::stop(failure),
        _ => {}
    }
}

/// Runs `body` as part of the step that has just begun: loom lets nobody in between, and takes what `body` depends on for
/// something that the whole step depends on.
fn in_one_step<R>(body: impl FnOnce() -> R) -> R {
    loom::stop_exploring();
    let result = body();
    loom::explore();
    result
}

impl Recorder {
    /// Takes up to `limit` sleepers off the word at `address`; returns their numbers and how to wake those that are parked.
    fn rouse(&mut self, address: usize, limit: usize) -> (Vec<usize>, Vec<loom::thread::Thread>) {
        let mut roused = Vec::new();
        let mut handles = Vec::new();
        while roused.len() < limit {
            let Some(position) = self.sleepers.iter().position(|sleeper| sleeper.address == address) else { break };
            let sleeper = self.sleepers.remove(position);
            self.set_roused(sleeper.thread, Roused::Woken);
            roused.push(sleeper.thread);
            handles.extend(sleeper.parked);
        }
        (roused, handles)
    }

    fn set_roused(&mut self, thread: usize, why: Roused) {
        self.log.threads[thread].roused = Some(why);
        self.log.threads[thread].state = State::Running;
    }
}
