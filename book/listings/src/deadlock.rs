//! Transfers between two accounts, each with a lock. The first stands still some day.

use model::thread;
use mutex::Mutex;

/// An account at a bank.
#[derive(Debug)]
pub struct Account {
    number: u32,
    balance: Mutex<u32>,
}

/// Moves `amount` from one account to the other. Wrong.
// ANCHOR: hasty
pub fn transfer(from: &Account, to: &Account, amount: u32) {
    let mut from = from.balance.lock();
    let mut to = to.balance.lock();
    *from -= amount;
    *to += amount;
}
// ANCHOR_END: hasty

/// Alice and main transfer at the same time, in opposite directions. Returns the balances.
// ANCHOR: both_ways
pub fn both_ways(transfer: impl Fn(&Account, &Account, u32) + Sync) -> (u32, u32) {
    let checking = Account::new(1, 100);
    let savings = Account::new(2, 100);
    thread::scope(|scope| {
        scope.spawn("Alice", || transfer(&checking, &savings, 10));
        transfer(&savings, &checking, 20);
    });
    (checking.balance.into_inner(), savings.balance.into_inner())
}
// ANCHOR_END: both_ways

/// Moves `amount` from one account to the other, and locks the one with the smaller number first.
// ANCHOR: in_order
pub fn transfer_in_order(from: &Account, to: &Account, amount: u32) {
    let (mut source, mut target);
    if from.number < to.number {
        source = from.balance.lock();
        target = to.balance.lock();
    } else {
        target = to.balance.lock();
        source = from.balance.lock();
    }
    *source -= amount;
    *target += amount;
}
// ANCHOR_END: in_order

/// Moves `amount` from one account to the other, and lets go of the first if it does not get the second.
// ANCHOR: trying
pub fn transfer_trying(from: &Account, to: &Account, amount: u32) {
    loop {
        let mut source = from.balance.lock();
        if let Some(mut target) = to.balance.try_lock() {
            *source -= amount;
            *target += amount;
            return;
        }
        drop(source);
        thread::yield_now();
    }
}
// ANCHOR_END: trying

/// Moves `amount` from one account to the other. Only who stands at the desk may take the two locks.
// ANCHOR: asking
pub fn transfer_asking(desk: &Mutex<()>, from: &Account, to: &Account, amount: u32) {
    let at_the_desk = desk.lock();
    let mut from = from.balance.lock();
    let mut to = to.balance.lock();
    drop(at_the_desk);
    *from -= amount;
    *to += amount;
}
// ANCHOR_END: asking

/// Locks what it has locked. Never returns.
// ANCHOR: itself
pub fn doubled(number: &Mutex<u32>) -> u32 {
    let once = number.lock();
    *once + *number.lock()
}
// ANCHOR_END: itself

impl Account {
    model::const_fn! {
        /// An account with money in it.
        pub const fn new(number: u32, balance: u32) -> Account {
            Account { number, balance: Mutex::new(balance) }
        }
    }
}
