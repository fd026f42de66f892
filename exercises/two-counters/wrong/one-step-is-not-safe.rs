//! Wrong: it holds `fetch_add` for a load and a store. It is one step, and always sees the newest value.

/// What `once_each` can return.
pub const ONCE_EACH: &[u32] = &[1, 2];

/// What `twice_each` can return.
pub const TWICE_EACH: &[u32] = &[2, 3, 4];

/// What `in_one_step` can return.
pub const IN_ONE_STEP: &[u32] = &[2, 3, 4];
