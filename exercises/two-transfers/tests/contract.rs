//! The four programs, each with your prediction of what it can return.
//!
//! Alice has 100, and Bob has nothing. With real threads only what they happen to do is held against your lists; under the
//! model, all that they can do.

use model::thread;
use mutex::Mutex;
use two_transfers::{AUDITED, TWO_TRANSFERS, UNDER_ONE_LOCK, WRITTEN_BACK};

/// Three preemptions are enough for all that can happen here. And no wait ends for no reason: what a mutex does about that
/// is not the lesson.
const CHECK: model::Check = model::Check::new().preemptions(3).surprises(0);

/// Two transfers of 60 at once. Each looks whether there is enough, and then moves the money.
#[test]
fn two_transfers() {
    fn transfer(from: &Mutex<i64>, to: &Mutex<i64>) {
        let balance = *from.lock();
        if balance >= 60 {
            *from.lock() -= 60;
            *to.lock() += 60;
        }
    }
    let outcomes = CHECK.outcomes(|| {
        let (alice, bob) = (Mutex::new(100), Mutex::new(0));
        thread::scope(|scope| {
            scope.spawn("rent", || transfer(&alice, &bob));
            scope.spawn("loan", || transfer(&alice, &bob));
        });
        (alice.into_inner(), bob.into_inner())
    });
    outcomes.assert_predicted(TWO_TRANSFERS);
}

/// The same, but what is taken from Alice is taken from the balance that was looked at.
#[test]
fn written_back() {
    fn transfer(from: &Mutex<i64>, to: &Mutex<i64>) {
        let balance = *from.lock();
        if balance >= 60 {
            *from.lock() = balance - 60;
            *to.lock() += 60;
        }
    }
    let outcomes = CHECK.outcomes(|| {
        let (alice, bob) = (Mutex::new(100), Mutex::new(0));
        thread::scope(|scope| {
            scope.spawn("rent", || transfer(&alice, &bob));
            scope.spawn("loan", || transfer(&alice, &bob));
        });
        (alice.into_inner(), bob.into_inner())
    });
    outcomes.assert_predicted(WRITTEN_BACK);
}

/// One transfer, while an auditor adds up what there is.
#[test]
fn audited() {
    let outcomes = CHECK.outcomes(|| {
        let (alice, bob) = (Mutex::new(100), Mutex::new(0));
        thread::scope(|scope| {
            scope.spawn("rent", || {
                *alice.lock() -= 60;
                *bob.lock() += 60;
            });
            let seen_at_alice = *alice.lock();
            let seen_at_bob = *bob.lock();
            seen_at_alice + seen_at_bob
        })
    });
    outcomes.assert_predicted(AUDITED);
}

/// Two transfers of 60 at once. One lock holds both balances, and is held from the look to the change.
#[test]
fn under_one_lock() {
    fn transfer(balances: &Mutex<(i64, i64)>) {
        let mut balances = balances.lock();
        if balances.0 >= 60 {
            balances.0 -= 60;
            balances.1 += 60;
        }
    }
    let outcomes = CHECK.outcomes(|| {
        let balances = Mutex::new((100, 0));
        thread::scope(|scope| {
            scope.spawn("rent", || transfer(&balances));
            scope.spawn("loan", || transfer(&balances));
        });
        balances.into_inner()
    });
    outcomes.assert_predicted(UNDER_ONE_LOCK);
}
