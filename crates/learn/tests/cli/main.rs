//! `cargo learn` as a learner meets it: the real binary, in a copy of the workspace.

mod bench;
mod commands;
mod keeping;
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(target_os = "linux")]
mod watching;
mod workshop;
