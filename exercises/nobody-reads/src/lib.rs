//! News for many, of whom one never reads.

pub mod buffers;
mod hub;

pub use hub::Hub;
