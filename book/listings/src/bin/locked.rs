//! The main thread holds a lock for a while, and two others want it. What do they do meanwhile?

// ANCHOR: locked
use std::io;
use std::thread::{self, Builder};
use std::time::Duration;

use mutex::Mutex;

fn main() -> io::Result<()> {
    let room = Mutex::new(());
    thread::scope(|scope| {
        let _guard = room.lock();
        for name in ["Alice", "Bob"] {
            Builder::new().name(name.to_owned()).spawn_scoped(scope, || drop(room.lock()))?;
        }
        thread::sleep(Duration::from_secs(5));
        Ok(())
    })
}
// ANCHOR_END: locked
