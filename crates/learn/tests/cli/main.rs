//! `cargo learn` as a learner meets it: the real binary, in a copy of the workspace.

mod commands;
mod keeping;
mod workshop;
