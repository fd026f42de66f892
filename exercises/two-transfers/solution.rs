//! What two transfers can make of two balances.
//!
//! Each lock keeps others out while it is held, and says nothing about the time between two of them. What was seen under
//! the first may be past when the second is locked. Where one lock is held from the look to the change, it cannot be.

/// What `two_transfers` can return: Alice's balance, and Bob's.
pub const TWO_TRANSFERS: &[(i64, i64)] = &[(-20, 120), (40, 60)];

/// What `written_back` can return: Alice's balance, and Bob's.
pub const WRITTEN_BACK: &[(i64, i64)] = &[(40, 60), (40, 120)];

/// What `audited` can return: the sum that the auditor finds.
pub const AUDITED: &[i64] = &[40, 100, 160];

/// What `under_one_lock` can return: Alice's balance, and Bob's.
pub const UNDER_ONE_LOCK: &[(i64, i64)] = &[(40, 60)];
