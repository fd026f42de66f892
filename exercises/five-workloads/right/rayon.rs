//! Right: for as many tasks as these, of which each takes milliseconds, rayon and a pool of as many workers come to the same.

use crate::*;

/// Ten numbers are added up.
pub const NUMBERS: Choice = Some((Strategy::InSequence, Scarce::Nothing));

/// 2,000 pages are fetched from a server, which takes 100 ms to answer, and allows 64 questions at the same time.
pub const PAGES: Choice = Some((Strategy::PoolOfMany, Scarce::Lines));

/// 400 pictures are made smaller, by a program in Rust. Each takes 20 ms of computing.
pub const PICTURES: Choice = Some((Strategy::Rayon, Scarce::Processors));

/// The same 400 pictures, by a program in Python, under an interpreter lock. (In 20 ms each, say, as before.)
pub const PICTURES_IN_PYTHON: Choice = Some((Strategy::Processes, Scarce::Processors));

/// A hundred guests play chess with each other. Each is connected for three hours, and writes a line now and then. Until one has
/// left, whoever serves this guest serves nobody else.
pub const GUESTS: Choice = Some((Strategy::ThreadForEach, Scarce::Nothing));
