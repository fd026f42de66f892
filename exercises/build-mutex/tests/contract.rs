//! The reference's own contract, held against what you build.

extern crate build_mutex as mutex;

#[path = "../../../crates/mutex/tests/contract.rs"]
mod contract;
