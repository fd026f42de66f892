//! What two threads can make of a counter. The programs are in `tests/contract.rs`; your predictions are here.
//!
//! Write into each list every number that the program can return: `&[1, 2, 3]`, in any order.

/// What `once_each` can return.
pub const ONCE_EACH: &[u32] = &[];

/// What `twice_each` can return.
pub const TWICE_EACH: &[u32] = &[];

/// What `in_one_step` can return.
pub const IN_ONE_STEP: &[u32] = &[];
