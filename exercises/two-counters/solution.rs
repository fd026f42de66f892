//! What two threads can make of a counter.
//!
//! A count is lost where the other thread stores between a load and the store that belongs to it. All but two can be
//! lost, however many there are: whoever stores last has seen its own store before. In one step nothing is lost.

/// What `once_each` can return.
pub const ONCE_EACH: &[u32] = &[1, 2];

/// What `twice_each` can return.
pub const TWICE_EACH: &[u32] = &[2, 3, 4];

/// What `in_one_step` can return.
pub const IN_ONE_STEP: &[u32] = &[4];
