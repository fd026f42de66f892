//! What a lock promises; and that no ordering in it is stronger than it has to be.

use spin_lock::Lock;

mod lock;

#[cfg(loom)]
mod orderings;
