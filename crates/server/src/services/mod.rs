//! Two services: one that says what it is told, and one that Redis' clients can talk to.

mod echo;
mod store;

pub use echo::Echo;
pub use store::Store;
