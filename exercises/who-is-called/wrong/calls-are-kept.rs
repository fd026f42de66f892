//! Wrong: it takes a call for a letter, which lies there until somebody comes. That is an event. A call that finds nobody is
//! gone.

/// What `call_without_a_change` can return.
pub const CALL_WITHOUT_A_CHANGE: &[u32] = &[1];

/// What `change_and_call` can return.
pub const CHANGE_AND_CALL: &[u32] = &[1];

/// What `one_call_for_two` can return.
pub const ONE_CALL_FOR_TWO: &[u32] = &[1, 2];

/// What `two_calls_for_two` can return.
pub const TWO_CALLS_FOR_TWO: &[u32] = &[2];
