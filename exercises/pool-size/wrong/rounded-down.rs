//! Wrong: if the store is slow, seven and a half are in work at the same time, and seven nearly do. The queue gets longer
//! slowly. But it does not stop.

/// How many requests do two workers answer in a second, if there are always some in the queue?
pub const BY_TWO_WORKERS: usize = 80;

/// A request comes every 10 ms. How many workers does it take at least, so that the queue does not get longer and longer?
pub const FOR_A_HUNDRED: usize = 3;

/// The store is slow today, and a worker waits 70 ms. How many does it take now?
pub const FOR_A_HUNDRED_OF_A_SLOW_STORE: usize = 7;

/// The store is as it was, and there are always requests in the queue. How many can be answered in a second, with as many workers
/// as you like?
pub const AT_MOST: usize = 400;

/// How many workers does that take at least?
pub const FOR_THE_MOST: usize = 10;
