//! A price that many read and few change. The first sum is wrong: it locks for reading twice.

use model::thread;
use rwlock::RwLock;

// ANCHOR: twice
/// The price with the tax on it. Wrong: `tax` locks again.
pub fn to_pay(price: &RwLock<u32>) -> u32 {
    let net = price.read();
    *net + tax(price)
}

fn tax(price: &RwLock<u32>) -> u32 {
    *price.read() / 5
}
// ANCHOR_END: twice

// ANCHOR: once
/// The price with the tax on it.
pub fn to_pay_once(price: &RwLock<u32>) -> u32 {
    let net = price.read();
    *net + tax_on(*net)
}

fn tax_on(net: u32) -> u32 {
    net / 5
}
// ANCHOR_END: once

/// Main asks what is to be paid while Bob doubles the price, and is told the old sum or the new one.
// ANCHOR: doubled
pub fn paid(to_pay: impl Fn(&RwLock<u32>) -> u32) -> u32 {
    let price = RwLock::new(100);
    thread::scope(|scope| {
        scope.spawn("Bob", || *price.write() *= 2);
        to_pay(&price)
    })
}
// ANCHOR_END: doubled
