//! The modelled world: loom's types, wrapped so that every operation is recorded.
//!
//! All threads of a check are coroutines of loom's on one thread of the system, and exactly one of them runs at any
//! time. So one [`recorder`] per system thread sees every operation in the order in which they take effect. Each wrapper
//! follows the same three steps: [`recorder::enter`] (is this still a live execution, and live memory?), loom's
//! operation (which may run other threads first), [`recorder::record`].
//!
//! When an execution fails it is **frozen**: the log is handed to the thread that called `check`, and the system thread that ran
//! the model is parked for good, coroutines and all. A panic unwinds as far as the next operation of the model, and there the
//! execution is frozen too. To unwind further would run destructors in a world where half of the operations have already
//! failed, and a second panic in one of those ends the whole process. One that comes earlier, in a destructor that uses
//! nothing of the model's, still does: all that can be done is to tell the first one before.

mod atomic_types;
mod cell_type;
mod crossing;
mod memory;
mod naming;
mod recorder;
mod search_loop;
mod sleep;
mod surprise;
mod threads;

pub use memory::{Arc, Box};
pub use recorder::constructing;

pub(crate) mod atomic {
    pub use super::atomic_types::{
        AtomicBool, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64,
        AtomicUsize, fence,
    };
    pub use std::sync::atomic::Ordering;
}

pub(crate) mod cell {
    pub use super::cell_type::UnsafeCell;
}

pub(crate) use sleep::sleepers;

pub(crate) mod futex {
    pub use super::sleep::{Requeued, requeue, wait, wake};
}

pub(crate) mod hint {
    pub use super::threads::spin_loop;
}

pub(crate) mod search {
    pub(crate) use super::search_loop::{counterexample, missing, outcomes, run};
}

pub(crate) mod thread {
    pub use super::threads::{JoinHandle, Scope, ScopedJoinHandle, current_id, scope, spawn, try_spawn, yield_now};
}
