//! Whom a call can reach. The programs are in `tests/contract.rs`; your predictions are here.
//!
//! Write into each list every number that the program can return: `&[0, 1, 2]`, in any order.

/// What `call_without_a_change` can return.
pub const CALL_WITHOUT_A_CHANGE: &[u32] = &[];

/// What `change_and_call` can return.
pub const CHANGE_AND_CALL: &[u32] = &[];

/// What `one_call_for_two` can return.
pub const ONE_CALL_FOR_TWO: &[u32] = &[];

/// What `two_calls_for_two` can return.
pub const TWO_CALLS_FOR_TWO: &[u32] = &[];
