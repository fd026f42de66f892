//! Four threads want one lock all the time. Does it go to whoever comes first, or in turn? What does each cost?

use std::hint::spin_loop;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};

const THREADS: usize = 4;

// ANCHOR: fair
/// How often each thread has had the lock after a second, if all of them unlock by `unlock`.
fn turns(unlock: impl Fn(MutexGuard<'_, ()>) + Sync) -> [u64; THREADS] {
    let (lock, start) = (Mutex::new(()), Barrier::new(THREADS));
    let work = || {
        start.wait();
        let end = Instant::now() + Duration::from_secs(1);
        let mut turns = 0;
        while Instant::now() < end {
            let guard = lock.lock();
            (0..20).for_each(|_| spin_loop()); // about a microsecond
            unlock(guard);
            turns += 1;
        }
        turns
    };
    thread::scope(|scope| {
        let threads = [(); THREADS].map(|()| scope.spawn(work));
        threads.map(|thread| thread.join().expect("no thread panics"))
    })
}

fn main() {
    let tell = |name: &str, turns: [u64; THREADS]| println!("{name:<18}{:>8} = {turns:?}", turns.iter().sum::<u64>());
    tell("first come", turns(|guard| drop(guard)));
    tell("in turn", turns(|guard| MutexGuard::unlock_fair(guard)));
}
// ANCHOR_END: fair
