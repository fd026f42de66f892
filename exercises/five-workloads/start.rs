//! How to share out the work, for five programs on a computer with four processors. Your predictions; the check works out how long
//! each strategy takes.
//!
//! An answer is `Some((Strategy::.., Scarce::..))`: your choice, and what could be of use in greater numbers even then.

use crate::*;

/// Ten numbers are added up.
pub const NUMBERS: Choice = None;

/// 2,000 pages are fetched from a server, which takes 100 ms to answer, and allows 64 questions at the same time.
pub const PAGES: Choice = None;

/// 400 pictures are made smaller, by a program in Rust. Each takes 20 ms of computing.
pub const PICTURES: Choice = None;

/// The same 400 pictures, by a program in Python, under an interpreter lock. (In 20 ms each, say, as before.)
pub const PICTURES_IN_PYTHON: Choice = None;

/// A hundred guests play chess with each other. Each is connected for three hours, and writes a line now and then. Until one has
/// left, whoever serves this guest serves nobody else.
pub const GUESTS: Choice = None;
