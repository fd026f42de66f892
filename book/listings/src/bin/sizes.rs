//! How many bytes each primitive takes beside its data: ours, std's and parking_lot's.

use std::mem::size_of;

fn main() {
    println!("                   ours    std  parking_lot");
    row("mutex", size_of::<mutex::Mutex<()>>(), size_of::<std::sync::Mutex<()>>(), size_of::<parking_lot::Mutex<()>>());
    row("reentrant mutex", size_of::<mutex::ReentrantMutex<()>>(), None, size_of::<parking_lot::ReentrantMutex<()>>());
    row(
        "condition variable",
        size_of::<condvar::Condvar>(),
        size_of::<std::sync::Condvar>(),
        size_of::<parking_lot::Condvar>(),
    );
    row("event", size_of::<event::Event>(), None, None);
    row("semaphore", size_of::<semaphore::Semaphore>(), None, None);
    row(
        "readers and writers",
        size_of::<rwlock::RwLock<()>>(),
        size_of::<std::sync::RwLock<()>>(),
        size_of::<parking_lot::RwLock<()>>(),
    );
    row("once", size_of::<once::OnceLock<()>>(), size_of::<std::sync::OnceLock<()>>(), size_of::<parking_lot::Once>());
    row("wait group", size_of::<latch::WaitGroup>(), None, None);
    row("barrier", size_of::<barrier::Barrier>(), size_of::<std::sync::Barrier>(), None);
}

fn row(name: &str, ours: usize, std: impl Into<Option<usize>>, parking_lot: impl Into<Option<usize>>) {
    let bytes = |size: Option<usize>| size.map_or_else(|| "–".to_owned(), |size| size.to_string());
    println!("{name:19} {ours:>3} {:>6} {:>12}", bytes(std.into()), bytes(parking_lot.into()));
}
