//! Wrong: it takes `counter += 1` for one step. Between the load and the store the other thread may count too, and what it
//! counted is then overwritten.

/// What `once_each` can return.
pub const ONCE_EACH: &[u32] = &[2];

/// What `twice_each` can return.
pub const TWICE_EACH: &[u32] = &[4];

/// What `in_one_step` can return.
pub const IN_ONE_STEP: &[u32] = &[4];
