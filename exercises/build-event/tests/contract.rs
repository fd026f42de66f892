//! The reference's own contract, held against what you build.

extern crate build_event as event;

#[path = "../../../crates/event/tests/contract.rs"]
mod contract;
