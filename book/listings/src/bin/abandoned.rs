//! A thread that is left behind drops nothing.

// ANCHOR: abandoned
use std::sync::mpsc::channel;
use std::thread;

struct Tidy;

impl Drop for Tidy {
    fn drop(&mut self) {
        println!("tidied up"); // never printed
    }
}

fn main() {
    let (begin, begun) = channel();
    thread::spawn(move || {
        let _tidy = Tidy;
        begin.send(()).expect("main waits");
        loop {
            thread::park();
        }
    });
    begun.recv().expect("the thread begins");
    println!("main ends");
}
// ANCHOR_END: abandoned
