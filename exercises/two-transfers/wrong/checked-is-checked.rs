//! Wrong: it takes what was checked for what is so. Both transfers may look at Alice's balance before either changes it.

/// What `two_transfers` can return: Alice's balance, and Bob's.
pub const TWO_TRANSFERS: &[(i64, i64)] = &[(40, 60)];

/// What `written_back` can return: Alice's balance, and Bob's.
pub const WRITTEN_BACK: &[(i64, i64)] = &[(40, 60), (40, 120)];

/// What `audited` can return: the sum that the auditor finds.
pub const AUDITED: &[i64] = &[40, 100, 160];

/// What `under_one_lock` can return: Alice's balance, and Bob's.
pub const UNDER_ONE_LOCK: &[(i64, i64)] = &[(40, 60)];
