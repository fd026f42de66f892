//! What a lock costs that nobody else wants.

use std::time::Instant;

use listings::lock::{Lock, Swapping};
use listings::mutex::{Knowing, Waking};

// ANCHOR: alone
const TURNS: u32 = 1_000_000;

fn nanoseconds(lock: &impl Lock) -> f64 {
    let start = Instant::now();
    for _ in 0..TURNS {
        lock.lock();
        lock.unlock();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(TURNS)
}

fn main() {
    println!("Swapping {:>5.0} ns", nanoseconds(&Swapping::new()));
    println!("Waking   {:>5.0} ns", nanoseconds(&Waking::new()));
    println!("Knowing  {:>5.0} ns", nanoseconds(&Knowing::new()));
}
// ANCHOR_END: alone
