//! What a limiter promises: a burst at once, then one in each interval, and whoever waits is asleep.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;
use rate_limiter::Limiter;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

/// Nobody is woken but by a call.
const CALLS_ONLY: model::Check = model::Check::new().preemptions(2).surprises(0);

/// Takes all the tokens that there are, and counts them; a hundred at most.
fn tokens(limiter: &Limiter) -> usize {
    (0..100).take_while(|_| limiter.try_acquire()).count()
}

#[test]
fn a_burst_goes_through_at_once_and_no_more() {
    model::check(|| {
        let limiter = Limiter::new(10, 2);
        limiter.acquire();
        limiter.acquire();
        assert!(!limiter.try_acquire(), "two have gone through, and no time has passed");
    });
}

#[test]
fn a_token_comes_at_the_end_of_each_interval() {
    model::check(|| {
        let limiter = Limiter::new(10, 3);
        assert_eq!(tokens(&limiter), 3);
        limiter.advance(9);
        assert_eq!(tokens(&limiter), 0, "the first interval is not over");
        limiter.advance(10);
        assert_eq!(tokens(&limiter), 1, "the first interval is over");
        limiter.advance(30);
        assert_eq!(tokens(&limiter), 2, "two more intervals are over");
    });
}

#[test]
fn an_earlier_time_changes_nothing() {
    model::check(|| {
        let limiter = Limiter::new(10, 1);
        limiter.acquire();
        limiter.advance(10);
        limiter.acquire();
        for now in [0, 9, 10] {
            limiter.advance(now);
            assert_eq!(tokens(&limiter), 0, "it was 10 before");
        }
    });
}

#[test]
fn no_more_are_saved_up_than_a_burst() {
    model::check(|| {
        let limiter = Limiter::new(10, 2);
        limiter.advance(1_000);
        assert_eq!(tokens(&limiter), 2, "the bucket holds two");
        limiter.advance(1_000);
        assert_eq!(tokens(&limiter), 0, "what has run over does not come later");
        limiter.advance(u64::MAX);
        assert_eq!(tokens(&limiter), 2, "the bucket holds two");
    });
}

#[test]
fn the_rest_of_an_interval_is_not_lost() {
    model::check(|| {
        let limiter = Limiter::new(10, 2);
        assert_eq!(tokens(&limiter), 2);
        limiter.advance(15);
        limiter.advance(20);
        assert_eq!(tokens(&limiter), 2, "two intervals are over");
    });
}

#[test]
fn two_who_tell_the_same_time_bring_one_token() {
    CALLS_ONLY.run(|| {
        let limiter = Limiter::new(10, 2);
        assert_eq!(tokens(&limiter), 2);
        thread::scope(|scope| {
            scope.spawn("clock", || limiter.advance(10));
            limiter.advance(10);
        });
        assert_eq!(tokens(&limiter), 1, "one interval is over");
    });
}

#[test]
fn two_who_wait_go_through_when_two_tokens_come() {
    CALLS_ONLY.run(|| {
        let limiter = Limiter::new(10, 2);
        assert_eq!(tokens(&limiter), 2);
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || limiter.acquire());
            }
            limiter.advance(20);
        });
        assert_eq!(tokens(&limiter), 0, "each has taken a token");
    });
}

#[test]
fn who_comes_too_early_waits() {
    CALLS_ONLY.run(|| {
        let limiter = Limiter::new(10, 2);
        assert_eq!(tokens(&limiter), 2);
        let through = AtomicU32::new(0);
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || {
                    limiter.acquire();
                    through.fetch_add(1, Relaxed);
                });
            }
            assert_eq!(through.load(Relaxed), 0, "no time has passed");
            limiter.advance(10);
            assert!(through.load(Relaxed) <= 1, "one interval is over");
            limiter.advance(20);
        });
    });
}

#[test]
fn a_wake_up_for_no_reason_is_no_token() {
    model::Check::new().preemptions(2).run(|| {
        let limiter = Limiter::new(10, 1);
        limiter.acquire();
        let time = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn("Alice", || {
                limiter.acquire();
                assert_eq!(time.load(Relaxed), 10, "the interval is not over");
            });
            time.store(10, Relaxed);
            limiter.advance(10);
        });
    });
}

#[test]
#[cfg(loom)]
fn who_waits_is_asleep() {
    asleep::assert_asleep(|| {
        let limiter = Limiter::new(10, 1);
        limiter.acquire();
        limiter.advance(9);
        limiter.acquire();
    });
}
