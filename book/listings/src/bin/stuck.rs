//! Two transfers in opposite directions stand still. A barrier sees to it that they always do.

// ANCHOR: stuck
use std::io;
use std::sync::Barrier;
use std::thread::{self, Builder};

use mutex::Mutex;

fn transfer(from: &Mutex<u32>, to: &Mutex<u32>, both_have_one: &Barrier) {
    let mut from = from.lock();
    both_have_one.wait(); // makes sure of what is bad luck otherwise
    let mut to = to.lock();
    *from -= 10;
    *to += 10;
}

fn main() -> io::Result<()> {
    let (checking, savings, both_have_one) = (Mutex::new(100), Mutex::new(100), Barrier::new(2));
    thread::scope(|scope| {
        let named = |name: &str| Builder::new().name(name.to_owned());
        named("Alice").spawn_scoped(scope, || transfer(&checking, &savings, &both_have_one))?;
        named("Bob").spawn_scoped(scope, || transfer(&savings, &checking, &both_have_one))?;
        Ok(())
    })
}
// ANCHOR_END: stuck
