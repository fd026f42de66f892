//! Wrong: numbers alone. Whoever says why has something to compare with what comes out.

/// Sixteen jobs that wait for 5 ms each. Which speed-up do they have with 2, 4, 8 and 16 workers? Four numbers.
pub const OF_JOBS_THAT_WAIT: &[f64] = &[2.0, 4.0, 8.0, 16.0];

/// Sixteen jobs that compute. Which speed-up do they have with 2, 4, 8 and 16 workers?
pub const OF_JOBS_THAT_COMPUTE: &[f64] = &[2.0, 2.0, 2.0, 2.0];

/// Why? In a sentence or two.
pub const REASON: &str = "";
