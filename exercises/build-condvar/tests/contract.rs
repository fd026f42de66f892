//! The reference's own contract, held against what you build.

extern crate build_condvar as condvar;

#[path = "../../../crates/condvar/tests/contract.rs"]
mod contract;
