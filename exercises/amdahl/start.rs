//! How much sooner a job is done by more workers, if one part of it is done by one. Your predictions, in numbers; the check goes
//! through the job second by second.
//!
//! A book is translated. One worker reads it, which takes 24 s. Then there are 96 chapters to translate, at 1 s each.

/// One worker alone takes 120 s. How many seconds do 2, 4, 8 and 16 workers take?
pub const SECONDS: [usize; 4] = [0; 4];

/// How many workers does it take at least to be three times as fast as one?
pub const FOR_THREE_TIMES_AS_FAST: usize = 0;

/// However many workers there are, they never become quite so many times as fast as one. How many times?
pub const NEVER: usize = 0;

/// Somebody reads twice as fast: 12 s. How many times as fast as one worker was before do they never quite become now?
pub const NEVER_WITH_A_FAST_READER: usize = 0;

/// Another book: one worker took 64 s for it, and four took 28 s. How many seconds does one read it?
pub const READING_THE_OTHER_BOOK: usize = 0;
