//! What a ticker promises: every subscriber hears every price, and may do as it likes when it does.

use event::Event;
use lock_across_a_callback::Ticker;
use model::sync::Arc;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

/// For programs in which two threads announce or subscribe: an answer may lock once for each listener, and has too many
/// schedules then.
const TWO_THREADS: model::Check = model::Check::new().preemptions(3);

#[test]
fn everybody_hears_every_price_once() {
    model::check(|| {
        let ticker = Ticker::new();
        let early = subscribe_sum(&ticker);
        ticker.announce(1);
        let late = subscribe_sum(&ticker);
        ticker.announce(10);
        assert_eq!((early.load(Relaxed), late.load(Relaxed)), (11, 10));
    });
}

#[test]
fn listeners_are_called_in_the_order_in_which_they_subscribed() {
    model::check(|| {
        let ticker = Ticker::new();
        let calls = Arc::new(AtomicU32::new(0));
        for turn in 0..3 {
            let calls = Arc::clone(&calls);
            ticker
                .subscribe(move |_, _| assert_eq!(calls.fetch_add(1, Relaxed), turn, "somebody is called out of turn"));
        }
        ticker.announce(1);
        assert_eq!(calls.load(Relaxed), 3);
    });
}

#[test]
fn a_listener_may_subscribe_another() {
    model::check(|| {
        let ticker = Ticker::new();
        let sum = Arc::new(AtomicU32::new(0));
        let second = Arc::clone(&sum);
        ticker.subscribe(move |ticker, _| {
            let second = Arc::clone(&second);
            ticker.subscribe(move |_, price| {
                second.fetch_add(price, Relaxed);
            });
        });
        ticker.announce(1);
        ticker.announce(10);
        assert_eq!(sum.load(Relaxed), 10, "who subscribes while a price is announced hears the next one");
    });
}

#[test]
fn a_listener_may_wait_for_a_thread_that_subscribes() {
    TWO_THREADS.run(|| {
        let ticker = Ticker::new();
        let subscribed = Arc::new(Event::new());
        let awaited = Arc::clone(&subscribed);
        ticker.subscribe(move |_, _| awaited.wait());
        thread::scope(|scope| {
            scope.spawn("assistant", || {
                subscribe_sum(&ticker);
                subscribed.set();
            });
            ticker.announce(1);
        });
    });
}

#[test]
fn two_prices_that_are_announced_at_once_are_both_heard() {
    TWO_THREADS.run(|| {
        let ticker = Ticker::new();
        let sum = subscribe_sum(&ticker);
        thread::scope(|scope| {
            scope.spawn("London", || ticker.announce(1));
            ticker.announce(10);
        });
        assert_eq!(sum.load(Relaxed), 11);
    });
}

#[test]
fn who_subscribes_while_another_thread_announces_hears_the_next_price() {
    TWO_THREADS.run(|| {
        let ticker = Ticker::new();
        let early = subscribe_sum(&ticker);
        let late = thread::scope(|scope| {
            let late = scope.spawn("newcomer", || subscribe_sum(&ticker));
            ticker.announce(1);
            late.join()
        });
        ticker.announce(10);
        assert_eq!(early.load(Relaxed), 11);
        assert!([10, 11].contains(&late.load(Relaxed)));
    });
}

/// Subscribes a listener that adds each price up.
fn subscribe_sum(ticker: &Ticker) -> Arc<AtomicU32> {
    let sum = Arc::new(AtomicU32::new(0));
    let listeners_sum = Arc::clone(&sum);
    ticker.subscribe(move |_, price| {
        listeners_sum.fetch_add(price, Relaxed);
    });
    sum
}
