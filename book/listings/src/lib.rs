//! The book's own code: small programs, right ones and wrong ones.
//!
//! The chapters under `book/src` include pieces of these files. What a chapter says about a piece is tested in `tests`,
//! with real threads and through every schedule; `tests/schedules.rs` draws the book's pictures.

#![allow(
    clippy::missing_panics_doc,
    reason = "to unwrap a lock is to pass on another thread's panic, and no thread here panics while it holds one"
)]

pub mod barrier;
pub mod condvar;
pub mod counter;
pub mod deadlock;
pub mod event;
pub mod flag;
pub mod framing;
pub mod gil;
pub mod letter;
pub mod lock;
pub mod mutex;
pub mod once;
pub mod pool;
pub mod primitives;
pub mod queue;
pub mod rwlock;
pub mod semaphore;
pub mod servers;
pub mod sockets;
pub mod stealing;
pub mod worker;
