//! What the accounts promise: nobody waits for somebody else's account, and no change is lost.

use event::Event;
use lock_too_coarse::Accounts;
use model::thread;

/// For programs with two threads.
const TWO_THREADS: model::Check = model::Check::new().preemptions(2);

/// Changes two accounts, and neither change ends before the other one has begun.
fn change_at_the_same_time(one: u32, other: u32) {
    let accounts = Accounts::new();
    let [first, second] = [(); 2].map(|()| Event::new());
    let meet = |here: &Event, there: &Event| {
        here.set();
        there.wait();
    };
    thread::scope(|scope| {
        scope.spawn("Bob", || {
            accounts.update(other, |balance| {
                meet(&second, &first);
                balance + 10
            });
        });
        accounts.update(one, |balance| {
            meet(&first, &second);
            balance + 1
        });
    });
    assert_eq!((accounts.balance(one), accounts.balance(other)), (1, 10));
}

#[test]
fn each_change_builds_on_the_one_before() {
    model::check(|| {
        let accounts = Accounts::new();
        assert_eq!(accounts.balance(1), 0, "nothing was ever changed");
        for (account, amount) in [(1, 1), (2, 10), (1, 100)] {
            accounts.update(account, |balance| balance + amount);
        }
        assert_eq!([1, 2, 3].map(|account| accounts.balance(account)), [101, 10, 0]);
    });
}

#[test]
fn two_accounts_change_at_the_same_time() {
    TWO_THREADS.run(|| change_at_the_same_time(1, 2));
}

#[test]
fn any_two_accounts_change_at_the_same_time() {
    for other in 2..80 {
        // It is not about schedules: if the two share a lock, there is none in which they meet.
        TWO_THREADS.preemptions(0).runs(1).run(move || change_at_the_same_time(1, other));
    }
}

#[test]
fn an_account_is_read_while_another_one_changes() {
    TWO_THREADS.run(|| {
        let accounts = Accounts::new();
        let [begun, read] = [(); 2].map(|()| Event::new());
        thread::scope(|scope| {
            scope.spawn("Bob", || {
                begun.wait();
                assert_eq!(accounts.balance(2), 0);
                read.set();
            });
            accounts.update(1, |balance| {
                begun.set();
                read.wait();
                balance + 1
            });
        });
    });
}

#[test]
fn an_account_is_read_before_or_after_a_change() {
    TWO_THREADS.run(|| {
        let accounts = Accounts::new();
        accounts.update(1, |_| 10);
        let read = thread::scope(|scope| {
            let read = scope.spawn("Bob", || accounts.balance(1));
            accounts.update(1, |balance| balance + 1);
            read.join()
        });
        assert!([10, 11].contains(&read), "there were 10, then 11, and {read} were read");
    });
}

#[test]
fn two_changes_of_one_account_are_both_made() {
    TWO_THREADS.run(|| {
        let accounts = Accounts::new();
        thread::scope(|scope| {
            scope.spawn("Bob", || accounts.update(1, |balance| balance + 10));
            accounts.update(1, |balance| balance + 1);
        });
        assert_eq!(accounts.balance(1), 11, "one has put in 1, and the other 10");
    });
}
