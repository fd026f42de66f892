//! A thread that nobody joins ends with the program.

// ANCHOR: daemon
use std::thread;
use std::time::Duration;

fn main() {
    thread::spawn(|| {
        thread::sleep(Duration::from_secs(3600));
        println!("an hour later"); // never printed
    });
    println!("main ends");
}
// ANCHOR_END: daemon
