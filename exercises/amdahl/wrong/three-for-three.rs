//! Wrong: three workers are three times as fast at the chapters. To make up for the reading as well, it takes more of them.

/// One worker alone takes 120 s. How many seconds do 2, 4, 8 and 16 workers take?
pub const SECONDS: [usize; 4] = [72, 48, 36, 30];

/// How many workers does it take at least to be three times as fast as one?
pub const FOR_THREE_TIMES_AS_FAST: usize = 3;

/// However many workers there are, they never become quite so many times as fast as one. How many times?
pub const NEVER: usize = 5;

/// Somebody reads twice as fast: 12 s. How many times as fast as one worker was before do they never quite become now?
pub const NEVER_WITH_A_FAST_READER: usize = 10;

/// Another book: one worker took 64 s for it, and four took 28 s. How many seconds does one read it?
pub const READING_THE_OTHER_BOOK: usize = 16;
