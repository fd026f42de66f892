//! What two transfers can make of two balances. The programs are in `tests/contract.rs`; your predictions are here.
//!
//! Write into each list everything that the program can return, `&[(40, 60), (100, 0)]` for instance, in any order.

/// What `two_transfers` can return: Alice's balance, and Bob's.
pub const TWO_TRANSFERS: &[(i64, i64)] = &[];

/// What `written_back` can return: Alice's balance, and Bob's.
pub const WRITTEN_BACK: &[(i64, i64)] = &[];

/// What `audited` can return: the sum that the auditor finds.
pub const AUDITED: &[i64] = &[];

/// What `under_one_lock` can return: Alice's balance, and Bob's.
pub const UNDER_ONE_LOCK: &[(i64, i64)] = &[];
