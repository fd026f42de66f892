//! What a pool promises: each connection is one thread's at a time, and each comes back.

use connection_pool::Pool;
use model::thread;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

#[test]
fn a_connection_comes_back_when_its_lease_ends() {
    model::check(|| {
        let pool = Pool::new(vec!["Berlin"]);
        for _ in 0..2 {
            let lease = pool.try_take().expect("it is back");
            assert_eq!(*lease, "Berlin");
            assert!(pool.try_take().is_none(), "the only one is out");
        }
    });
}

#[test]
fn all_three_can_be_out_at_once() {
    model::check(|| {
        let pool = Pool::new(vec!["Berlin", "London", "Vienna"]);
        let leases = [pool.take(), pool.take(), pool.take()];
        let mut names = leases.each_ref().map(|lease| **lease);
        names.sort_unstable();
        assert_eq!(names, ["Berlin", "London", "Vienna"]);
        assert!(pool.try_take().is_none(), "all are out");
    });
}

/// Each adds one to what the connection has seen.
#[test]
fn two_share_one_connection() {
    model::Check::new().preemptions(2).run(|| {
        let pool = Pool::new(vec![0]);
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || *pool.take() += 1);
            }
        });
        assert_eq!(*pool.take(), 2);
    });
}

#[test]
fn three_share_two_connections() {
    model::Check::new().preemptions(2).surprises(0).run(|| {
        let pool = Pool::new(vec![0, 0]);
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || *pool.take() += 1);
            }
            *pool.take() += 1;
        });
        let both = [pool.take(), pool.take()];
        assert_eq!(*both[0] + *both[1], 3, "nobody's work is lost");
    });
}

#[test]
#[cfg(not(loom))]
fn the_connection_of_who_panics_comes_back() {
    let pool = Pool::new(vec!["Berlin"]);
    let panics = std::panic::AssertUnwindSafe(|| {
        let _lease = pool.take();
        panic!("no such table");
    });
    assert!(std::panic::catch_unwind(panics).is_err());
    assert!(pool.try_take().is_some(), "it is back");
}

#[test]
#[cfg(loom)]
fn who_waits_is_asleep() {
    asleep::assert_asleep(|| {
        let pool = Pool::new(vec!["Berlin"]);
        let _lease = pool.take();
        drop(pool.take());
    });
}

/// The model lets each of them go on until it sleeps.
#[test]
#[cfg(loom)]
fn two_who_wait_get_two_connections() {
    model::Check::new().preemptions(1).surprises(0).run(|| {
        let pool = Pool::new(vec![0, 0]);
        let both = [pool.take(), pool.take()];
        thread::scope(|scope| {
            for name in ["Alice", "Bob"] {
                scope.spawn(name, || *pool.take() += 1);
            }
            while model::sleepers() < 2 {
                thread::yield_now();
            }
            drop(both);
        });
    });
}
