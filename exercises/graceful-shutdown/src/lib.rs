//! A server that sells seats, and that is to end without losing an answer.

mod connection;
mod server;

pub use server::Server;
