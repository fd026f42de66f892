//! Wrong: it takes the counter for worth nothing at all.
//!
//! Whoever stores last stores in its second turn, and has seen at least its own first store by then: a thread never
//! sees a value older than the one that it wrote itself. So that store writes at least 2.

/// What `once_each` can return.
pub const ONCE_EACH: &[u32] = &[1, 2];

/// What `twice_each` can return.
pub const TWICE_EACH: &[u32] = &[1, 2, 3, 4];

/// What `in_one_step` can return.
pub const IN_ONE_STEP: &[u32] = &[4];
