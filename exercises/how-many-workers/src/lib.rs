//! How much more workers help. Your guesses; the check runs the jobs, and draws what it has measured over them.
//!
//! A speed-up of 4 means: a quarter of the time that one worker takes.

/// Sixteen jobs that wait for 5 ms each. Which speed-up do they have with 2, 4, 8 and 16 workers? Four numbers.
pub const OF_JOBS_THAT_WAIT: &[f64] = &[];

/// Sixteen jobs that compute. Which speed-up do they have with 2, 4, 8 and 16 workers?
pub const OF_JOBS_THAT_COMPUTE: &[f64] = &[];

/// Why? In a sentence or two.
pub const REASON: &str = "";
